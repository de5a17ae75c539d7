"""`lrs replay verify`: what it prints, what it leaves behind, and with which exit code it ends."""

from __future__ import annotations

import json
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from sqlalchemy import update

from lrs.db.engine import open_database
from lrs.projections.training.courses import course
from tests.cli.test_commands import LRS, Shell
from tests.cli.test_projections import heeding_interrupts, said
from tests.conftest import Place
from tests.support.disks import SmallDisk
from tests.support.processes import wait_until
from tests.support.varied import varied


@pytest.fixture(autouse=True)
def in_a_hurry(hurried: None) -> None:
    """No process reads while another one makes a read model anew."""


@pytest.fixture
def lrs(made: Place, tmp_path: Path) -> Shell:
    """On either database, with some statements in it."""
    lrs = Shell(made, tmp_path)
    (tmp_path / "file.json").write_text(json.dumps(varied(40)))
    assert lrs("import", "file.json").returncode == 0
    assert lrs("projections", "rebuild", "--all").returncode == 0
    (tmp_path / "temporary").mkdir()
    lrs.environment["TMPDIR"] = str(tmp_path / "temporary")
    return lrs


def alter(place: Place) -> None:
    """Give a course another title than the log does."""
    views = open_database(place.views_url)
    with views.write.begin() as connection:
        connection.execute(update(course).where(course.c.id == 1).values(title='"Altered"'))
    views.close()


def test_what_is_identical_is_said_with_position_rows_and_digest(lrs: Shell) -> None:
    done = lrs.installed("replay", "verify")
    assert done.returncode == 0, done.stderr
    log, *models = done.stdout.splitlines()
    assert log.startswith("log: no fault in 40 events, 0 of them erased; 0 bytes of attachments")
    assert [line.split(":")[0] for line in models] == [
        "statements", "training", "documents", "catalogue",
    ]  # fmt: skip
    assert all(" identical at position " in line and ", digest " in line for line in models)
    assert [*(lrs.folder / "temporary").iterdir()] == []
    shown = json.loads(said(lrs("replay", "verify", "--json", "--jobs", "1")))
    assert (shown["clean"], shown["log"]["events"]) == (True, 40)
    assert {one["result"] for one in shown["projections"]} == {"identical"}


def test_a_row_that_differs_is_named_until_it_is_replaced(lrs: Shell, place: Place) -> None:
    """A rebuild that compares leaves it; one that does not mends it."""
    alter(place)
    chosen = ("replay", "verify", "--projection", "training")
    out = said(lrs(*chosen, "--out", "found.jsonl"), 1)
    assert "training: 1 difference at position 40, where the log gives " in out
    assert '  altered course id 1: title is ""Altered"", the log gives "{' in out
    (found,) = map(orjson.loads, (lrs.folder / "found.jsonl").read_bytes().splitlines())
    assert (found["table"], found["key"], found["kind"]) == ("course", {"id": 1}, "altered")
    for _ in range(2):
        compared = said(lrs("projections", "rebuild", "training", "--compare"), 1)
        assert "lrs: training: 1 row differs from what the log gives, and the present" in compared
    replaced = said(lrs("replay", "rebuild", "--compare", "--swap-anyway"), 1)
    assert "lrs: training: 1 row differs from what the log gives; the tables are" in replaced
    assert "identical" in said(lrs(*chosen))


@pytest.mark.rules
def test_wrong_usage_is_refused(lrs: Shell) -> None:
    assert "nonsense is no projection" in said(
        lrs("replay", "verify", "--projection", "nonsense"), 2
    )
    assert "goes with --compare" in said(lrs("replay", "rebuild", "--swap-anyway"), 2)
    line = said(lrs("replay", "verify", "--out", "nowhere/file"), 69)
    assert line == "lrs: The file nowhere/file cannot be written (No such file or directory).\n"


def test_a_store_that_is_not_there_is_not_made(tmp_path: Path) -> None:
    urls = (f"sqlite:///{tmp_path}/{name}.db" for name in ("ledger", "views"))
    done = Shell(Place("sqlite", *urls), tmp_path)("replay", "verify")
    assert (done.returncode, "run `lrs migrate` first" in done.stderr) == (78, True)
    assert [*tmp_path.iterdir()] == []


@pytest.mark.rules
def test_an_interrupted_verification_leaves_nothing_behind(lrs: Shell) -> None:
    temporary = lrs.folder / "temporary"
    with heeding_interrupts():
        process = subprocess.Popen(
            [LRS, "replay", "verify"], env=lrs.environment, cwd=lrs.folder,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        )  # fmt: skip
        wait_until(lambda: any(temporary.iterdir()), 60)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=60)
    assert (process.returncode, "Aborted" in output) == (1, True), output
    assert [*temporary.iterdir()] == []


@pytest.fixture
def disk() -> Iterator[SmallDisk]:
    try:
        disk = SmallDisk(1)
    except OSError as error:
        pytest.skip(f"only root can make a small disk: {error}")
    yield disk
    disk.remove()


@pytest.mark.rules
def test_a_temporary_folder_without_room_is_named_in_one_line(lrs: Shell, disk: SmallDisk) -> None:
    (disk.folder / "other").write_bytes(b"\0" * 900_000)
    done = lrs.installed("replay", "verify", TMPDIR=str(disk.folder))
    assert done.returncode == 69, done.stdout
    assert f"no room left in the temporary folder {disk.folder}" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert [path.name for path in disk.folder.iterdir()] == ["other"]


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        (("--scheduler", "nonsense"), "nonsense is not the address of a Dask scheduler, as in"),
        (("--scheduler", "tcp://host:port"), "is not the address of a Dask scheduler"),
        (("--scheduler", "tcp://127.0.0.1:1", "--jobs", "2"), "--jobs or --scheduler, and not"),
        (("--jobs", "0"), "0 is not in the range 1<=x<=64"),
    ],
)
def test_workers_that_cannot_be_are_refused(
    lrs: Shell, options: tuple[str, ...], complaint: str
) -> None:
    done = lrs("replay", "verify", *options)
    assert (done.returncode, complaint in done.stderr) == (2, True), done.stderr
