"""The command `lrs`, run as people run it."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from lrs.db.address import SEVERAL
from tests.conftest import Place
from tests.support import commands

LRS = str(Path(sys.executable).parent / "lrs")

STATEMENT = {
    "id": "5b9b0f5a-4b0e-4c55-9d4c-b1f1c0d0a001",
    "actor": {"mbox": "mailto:anna@staff.example"},
    "verb": {"id": "http://adlnet.gov/expapi/verbs/completed"},
    "object": {"id": "https://learning.centre.example/course/service"},
}


class Shell:
    """Runs `lrs` in a folder of its own, on the test's store; `installed` is the program that
    people have, with all of its start.
    """

    def __init__(self, place: Place, folder: Path) -> None:
        self.folder = folder
        self.environment = {
            **{name: os.environ[name] for name in ("PATH", "PYTHONPATH") if name in os.environ},
            "LC_ALL": "C.UTF-8",
            "LRS_LEDGER_URL": place.ledger_url,
            "LRS_VIEWS_URL": place.views_url,
            "LRS_LOG_LEVEL": "error",
        }

    def __call__(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return commands.run(arguments, self.folder, self.environment | settings)

    def installed(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [LRS, *arguments],
            cwd=self.folder,
            env=self.environment | settings,
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def lrs(tmp_path: Path) -> Shell:
    """On the embedded default; what differs by database is tested below it, on both."""
    urls = (f"sqlite:///{tmp_path}/{name}.db" for name in ("ledger", "views"))
    return Shell(Place("sqlite", *urls), tmp_path)


@pytest.fixture
def migrated(on_files: Place, tmp_path: Path) -> Shell:
    return Shell(on_files, tmp_path)


def test_every_command_but_migrate_refuses_a_store_that_is_not_there(lrs: Shell) -> None:
    """Fail closed: no command makes an empty store by accident; the message names the remedy."""
    for run, *command in (
        (lrs.installed, "serve"),
        (lrs, "key", "list"),
        (lrs, "project"),
        (lrs, "replay", "rebuild"),
        (lrs, "projections"),
    ):
        done = run(*command)
        assert done.returncode == 78, command
        assert "run `lrs migrate` first" in done.stderr
        assert len(done.stderr.splitlines()) == 1


def test_migrate_may_be_repeated(lrs: Shell) -> None:
    """An install script can always call it."""
    assert lrs("migrate").returncode == 0
    assert lrs("migrate").stdout == "The store is up to date.\n"


def test_a_key_is_made_listed_and_revoked(migrated: Shell) -> None:
    """The secret is shown once; a revoked key stays in the list, for the record."""
    made = migrated("key", "create", "LMS", "--scope", "statements/write").stdout
    name = made.split()[1]
    assert f"{name}  good" in migrated("key", "list").stdout
    assert migrated("key", "revoke", name).returncode == 0
    assert migrated("key", "revoke", name).returncode == 0
    listed = migrated("key", "list").stdout
    assert f"{name}  revoked" in listed
    assert made.split()[3] not in listed


def test_revoking_a_key_that_never_was_says_so(migrated: Shell) -> None:
    """One line and exit code 1, whether a name or a label was meant."""
    for key in ("0" * 32, "LMS", ""):
        done = migrated("key", "revoke", key)
        assert done.returncode == 1
        assert done.stderr == (
            "lrs: There is no key of that name, and no valid one with that label: "
            "`lrs key list` shows all.\n"
        )


@pytest.mark.parametrize("as_lines", [False, True])
def test_a_file_is_imported_once_however_often(migrated: Shell, as_lines: bool) -> None:
    """A JSON array, or JSON Lines; the second time changes nothing."""
    second = STATEMENT | {"id": "5b9b0f5a-4b0e-4c55-9d4c-b1f1c0d0a002"}
    both = [STATEMENT, second]
    text = "\n".join(map(json.dumps, both)) if as_lines else json.dumps(both, indent=1)
    (migrated.folder / "file.json").write_text(text)
    assert "2 statements read, 2 of them new." in migrated("import", "file.json").stdout
    assert "2 statements read, 0 of them new." in migrated("import", "file.json").stdout


def test_an_import_names_the_statement_at_fault(migrated: Shell) -> None:
    """Which statement, where in it, and what to change."""
    bad = {k: v for k, v in STATEMENT.items() if k not in ("id", "verb")}
    (migrated.folder / "file.json").write_text(json.dumps([STATEMENT, bad]))
    done = migrated("import", "file.json")
    assert done.returncode == 1
    assert "Statement 2, /verb:" in done.stderr
    (migrated.folder / "conflict.json").write_text(
        json.dumps([STATEMENT, STATEMENT | {"actor": {"mbox": "mailto:other@staff.example"}}])
    )
    assert migrated("import", "conflict.json").returncode == 1


def test_an_import_says_where_the_file_is_no_json(migrated: Shell) -> None:
    """The file, or the line of a file with one statement a line."""
    (migrated.folder / "broken.json").write_text('[{"actor": ')
    assert migrated("import", "broken.json").stderr.startswith("lrs: broken.json, ")
    lines = [json.dumps(STATEMENT), json.dumps(STATEMENT), "{not json}"]
    (migrated.folder / "lines.json").write_text("\n".join(lines))
    assert migrated("import", "lines.json").stderr.startswith("lrs: Line 3, ")


def test_the_demo_fills_no_store_that_it_could_not_serve(lrs: Shell) -> None:
    """It says so at once, and names the setting."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = lrs("demo", LRS_PORT=str(other.getsockname()[1]))
    assert (done.returncode, done.stdout) == (78, "")
    assert "LRS_PORT" in done.stderr
    assert not list(lrs.folder.glob("*.db"))


def test_an_address_in_use_is_said_in_one_line(migrated: Shell) -> None:
    """And so is a folder that cannot be made."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        done = migrated("serve", LRS_PORT=str(other.getsockname()[1]))
    assert done.returncode == 78
    assert "which cannot be used" in done.stderr
    nowhere = "sqlite:////dev/null/ledger.db"
    done = migrated("migrate", LRS_LEDGER_URL=nowhere, LRS_VIEWS_URL=nowhere)
    assert done.returncode == 78
    assert done.stderr.startswith("lrs: The folder /dev/null for the database cannot be made")


def test_the_doctor_says_what_is_and_what_is_wrong(lrs: Shell) -> None:
    """Before the store is made, and after."""
    sick = lrs("doctor")
    assert sick.returncode == 1
    assert "! There is no store at" in sick.stdout
    lrs("migrate")
    well = lrs("doctor")
    assert well.returncode == 0
    assert "No problems found." in well.stdout
    assert "projection  statements at 0, 0 behind" in well.stdout


def test_the_doctor_names_verbs_that_are_probably_misspelt(migrated: Shell) -> None:
    """As something to know, not as something wrong."""
    wrong = {**STATEMENT, "verb": {"id": "http://adlnet.gov/expapi/verbs/passd"}}
    (migrated.folder / "wrong.json").write_text(json.dumps(wrong))
    migrated("import", "wrong.json")
    report = migrated("doctor")
    assert report.returncode == 0
    assert "1 statement of the last 30 days in no transcript" in report.stdout
    assert "verbs/passd, of no type, in 1 statement: is http://adlnet.gov" in report.stdout


@pytest.mark.usefixtures("hurried")
def test_a_rebuild_gives_the_same_rows_on_either_database(place: Place, tmp_path: Path) -> None:
    """`--compare` proves it; an unknown projection is wrong usage."""
    lrs = Shell(place, tmp_path)
    (tmp_path / "file.json").write_text(json.dumps(STATEMENT))
    lrs("migrate")
    lrs("import", "file.json")
    done = lrs("replay", "rebuild", "--compare")
    assert done.returncode == 0
    assert "All rows are the same as before." in done.stdout
    assert lrs("replay", "rebuild", "--projection", "nonsense").returncode == 2


def test_a_bad_setting_refuses_the_start_by_name(lrs: Shell) -> None:
    """One line, exit code 78."""
    done = lrs("serve", LRS_PORT="99999")
    assert done.returncode == 78
    assert done.stderr == "lrs: LRS_PORT must be a whole number from 1 to 65535.\n"
    done = lrs("migrate", LRS_TIME_ZONE="Moscow")
    assert done.returncode == 78
    form = "the name of a time zone, such as Europe/Moscow"
    assert done.stderr == f"lrs: LRS_TIME_ZONE must be {form}.\n"


def test_an_address_that_cannot_be_taken_is_said_in_one_line(lrs: Shell) -> None:
    """By every command, with the form that works: exit code 78, and never a traceback."""
    several = "postgresql://u@h1:5432,h2:5432/db"
    for run, *command in (
        (lrs.installed, "serve"),
        (lrs, "migrate"),
        (lrs, "doctor"),
        (lrs, "key", "list"),
    ):
        for name in ("LRS_LEDGER_URL", "LRS_VIEWS_URL"):
            done = run(*command, **{name: several})
            assert done.returncode == 78, command
            assert done.stderr == f"lrs: {name} names several hosts; write them as {SEVERAL}.\n"


def test_a_database_that_is_away_is_said_to_be_away(lrs: Shell) -> None:
    """Exit code 69, so that a script can wait and try again."""
    away = "postgresql://nobody@127.0.0.1:9/none"
    done = lrs("migrate", LRS_LEDGER_URL=away, LRS_VIEWS_URL=away)
    assert done.returncode == 69
    assert len(done.stderr.splitlines()) == 1
