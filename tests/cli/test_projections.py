"""`lrs projections`: what it prints, what it does, and what it refuses."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy import update

from lrs import bootstrap
from lrs.db.engine import open_database
from lrs.projections.training.projection import TrainingProjection
from lrs.projector.checkpoints import projection
from lrs.projector.quarantine import Quarantined, set_aside
from lrs.settings import Settings
from tests.cli.test_commands import LRS, STATEMENT, Shell
from tests.conftest import Place
from tests.support.own_projection import leftovers
from tests.support.processes import wait_until
from tests.support.stores import body


@pytest.fixture(autouse=True)
def in_a_hurry(hurried: None) -> None:
    """Every test here; no process reads while another one makes a read model anew."""


@pytest.fixture
def lrs(made: Place, tmp_path: Path) -> Shell:
    """On either database, with a few statements in it."""
    lrs = Shell(made, tmp_path)
    statements = [STATEMENT | {"id": str(uuid4())} for _ in range(5)]
    (tmp_path / "file.json").write_text(json.dumps(statements))
    assert lrs("import", "file.json").returncode == 0
    return lrs


def said(done: subprocess.CompletedProcess[str], code: int = 0) -> str:
    """What a command has printed that ended with that code."""
    assert done.returncode == code, done.stderr
    return done.stdout + done.stderr


@pytest.mark.rules
def test_the_table_and_the_json_say_the_same(lrs: Shell) -> None:
    """A line for each projection; as JSON it is what the API has."""
    headings, *lines = said(lrs("projections")).splitlines()
    assert headings.split()[:4] == ["name", "version", "state", "position"]
    shown = json.loads(said(lrs("projections", "--json")))["projections"]
    assert [line.split()[0] for line in lines] == [entry["name"] for entry in shown]
    assert {entry["state"] for entry in shown} == {"running"}


@pytest.mark.rules
def test_a_projection_is_paused_and_resumed(lrs: Shell) -> None:
    """For every process, until it is taken back."""
    assert "training is paused" in said(lrs("projections", "pause", "training"))
    assert f"training    {TrainingProjection().VERSION}        paused" in said(lrs("projections"))
    said(lrs("projections", "resume", "training"))
    assert "paused" not in said(lrs("projections"))


def test_projections_are_rebuilt_by_name_or_all_and_compared(place: Place, lrs: Shell) -> None:
    """Either, and not both or neither."""
    lrs("projections", "rebuild", "statements")  # which brings it to the head
    compared = said(lrs("projections", "rebuild", "--all", "--compare"))
    assert "All rows are the same as before." in compared
    assert "5 events folded" in said(lrs("projections", "rebuild", "training", "statements"))
    assert leftovers(place) == []
    for wrong in ([], ["--all", "training"]):
        assert "Name the projections, or give --all." in said(
            lrs("projections", "rebuild", *wrong), 2
        )


@pytest.mark.rules
def test_what_is_not_there_is_said_in_one_line(lrs: Shell) -> None:
    """With what there is; exit code 1."""
    for command in ("pause", "resume", "rebuild", "cancel", "quarantine", "retry"):
        line = said(lrs("projections", command, "nonsense"), 1)
        assert line == (
            "lrs: There is no such projection. There are: statements, training, documents, "
            "catalogue.\n"
        )
    assert "nothing to cancel" in said(lrs("projections", "cancel", "training"), 1)
    assert "has no event at that position" in said(lrs("projections", "retry", "training", "7"), 1)
    assert said(lrs("projections", "quarantine")) == "Nothing is in quarantine.\n"
    assert said(lrs("projections", "retry", "training")) == "Nothing is in quarantine.\n"


@pytest.mark.rules
def test_what_is_set_aside_is_listed_and_tried_again(place: Place, lrs: Shell) -> None:
    """An event that can be folded now comes in by a rebuild."""
    said(lrs("key", "create", "an event of another kind"))
    said(lrs("replay", "rebuild"))
    views = open_database(place.views_url)
    with views.write.begin() as connection:
        set_aside(connection, Quarantined("training", 6, "ValueError: it was so", 1_000_000))
    views.close()
    (first, second) = said(lrs("projections", "quarantine")).splitlines()
    assert first.startswith("training 6  ")
    assert second == "    1970-01-01T00:00:01.000000Z  ValueError: it was so"
    assert "! The projection training could not fold" in said(lrs("doctor"), 1)
    shown = json.loads(said(lrs("projections", "quarantine", "training", "--json")))
    (aside,) = shown["quarantine"]
    assert (aside["position"], aside["statement"]) == (6, first.split()[-1])
    tried = said(lrs("projections", "retry", "training", "6"))
    assert tried.startswith("6  can be folded now\n6 events folded in")
    assert said(lrs("projections", "quarantine")) == "Nothing is in quarantine.\n"


@contextmanager
def heeding_interrupts() -> Iterator[None]:
    """What is started meanwhile ends with Ctrl-C, also where the tests run in the background of a
    shell that has them ignore it.
    """
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


@pytest.mark.parametrize("by", [
    pytest.param("Ctrl-C", marks=pytest.mark.briefly("sqlite")),
    pytest.param("another process", marks=pytest.mark.briefly("postgresql")),
])  # fmt: skip
def test_a_rebuild_is_cancelled(place: Place, lrs: Shell, by: str) -> None:
    """The command says so; nothing is left of it, and what was there still answers."""
    settings = Settings(ledger_url=place.ledger_url, views_url=place.views_url)
    with closing(bootstrap.build(settings)) as store, heeding_interrupts():
        process = subprocess.Popen(
            [LRS, "projections", "rebuild", "training"],
            env=lrs.environment,
            cwd=lrs.folder,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        wait_until(lambda: store.projection_admin.of("training").rebuild is not None, 60)
        if by == "Ctrl-C":
            process.send_signal(signal.SIGINT)
        else:
            store.projection_admin.cancel("training")
        output, _ = process.communicate(timeout=60)
        assert process.returncode == 1, output
        assert ("Aborted" if by == "Ctrl-C" else "was cancelled") in output
        assert leftovers(place) == []
        assert store.projection_admin.of("training").rebuild is None


def test_migrate_makes_read_models_of_an_older_version_anew(place: Place, lrs: Shell) -> None:
    """Until then they are said to be waiting; the doctor has nothing to complain of afterwards."""
    said(lrs("replay", "rebuild"))
    views = open_database(place.views_url)
    older = update(projection).where(projection.c.name == "training")
    with views.write.begin() as connection:
        connection.execute(older.values(version=TrainingProjection().VERSION - 1))
    views.close()
    waiting = said(lrs("projections"))
    assert (
        f"to be made anew in version {TrainingProjection().VERSION} by the next process" in waiting
    )
    assert "training: this program does not answer from it" in waiting
    assert "Projections to rebuild: training." in said(lrs("migrate"))
    assert "running" in said(lrs("projections"))
    assert "No problems found." in said(lrs("doctor"))
    assert said(lrs("migrate")) == "The store is up to date.\n"


def test_a_log_that_lost_events_is_told_of_until_that_is_acknowledged(
    on_files: Place, tmp_path: Path
) -> None:
    """The doctor ends with exit code 1, also after the read models are rebuilt."""
    lrs = Shell(on_files, tmp_path)
    log = Path(on_files.ledger_url.removeprefix("sqlite:///"))
    (tmp_path / "file.json").write_text(json.dumps([body() for _ in range(5)]))
    copy = log.read_bytes()
    said(lrs("import", "file.json"))
    said(lrs("replay", "rebuild"))
    log.write_bytes(copy)
    for _ in range(2):
        sick = lrs("doctor")
        assert sick.returncode == 1
        assert "! The log has lost 5 events" in sick.stdout
    assert "and of that it holds the events up to 0." in said(lrs("projections"))
    assert "Acknowledged: The log has lost 5 events" in said(lrs("projections", "acknowledge"))
    assert "There is nothing to acknowledge" in said(lrs("projections", "acknowledge"))
    assert "No problems found." in said(lrs("doctor"))
