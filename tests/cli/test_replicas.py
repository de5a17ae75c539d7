"""`lrs replay to`, `list` and `drop`: the read models as known earlier, on the command line."""

from __future__ import annotations

import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.test_commands import STATEMENT, Shell
from tests.conftest import Place

pytestmark = pytest.mark.briefly("sqlite")


@pytest.fixture
def lrs(made: Place, tmp_path: Path) -> Shell:
    """A store with a few statements in it."""
    lrs = Shell(made, tmp_path)
    statements = [STATEMENT | {"id": str(uuid4())} for _ in range(5)]
    (tmp_path / "file.json").write_text(json.dumps(statements))
    assert lrs("import", "file.json").returncode == 0
    return lrs


def test_a_replica_is_made_listed_and_dropped(lrs: Shell) -> None:
    """By position, or by an instant; what is there already is not made again."""
    assert lrs("replay", "list").stdout == "There are no replicas.\n"
    for _ in range(2):
        made = lrs("replay", "to", "3")
        assert made.returncode == 0, made.stderr
        assert made.stdout.startswith("The read models as known at position 3 are ready, ")
    shown = lrs("replay", "list").stdout
    assert re.match(r" +3  20\d\d-.*Z +[\d,]+ bytes  used last at 20", shown)
    dropped = lrs("replay", "drop", "--all")
    assert dropped.stdout == "The replica at position 3 is dropped.\n"
    assert lrs("replay", "list").stdout == "There are no replicas.\n"
    assert lrs("replay", "to", "2020-01-01T00:00:00Z").stdout.startswith(
        "The read models as known at position 0 are ready"
    )


def test_a_replica_of_another_version_is_listed_as_such(lrs: Shell, tmp_path: Path) -> None:
    assert lrs("replay", "to", "3").returncode == 0
    (file,) = tmp_path.rglob("3.db")
    with closing(sqlite3.connect(file)) as connection, connection:
        connection.execute("UPDATE projection SET version = version + 1")
    assert "of another version of the program" in lrs("replay", "list").stdout


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["to", "yesterday"], 2, "it must be a position of the log"),
        (["to", "0"], 2, "it must be a position of the log"),
        (["to", "99"], 1, "lies in the future"),
        (["to", "2999-01-01T00:00:00Z"], 1, "lies in the future"),
        (["drop", "4"], 1, "There is no replica at position 4"),
        (["drop"], 2, "Name the positions, or say --all."),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(
    lrs: Shell, arguments: list[str], code: int, line: str
) -> None:
    """With an exit code of its kind, and nothing is made."""
    refused = lrs("replay", *arguments)
    assert refused.returncode == code
    assert line in refused.stderr.splitlines()[-1]
    assert lrs("replay", "list").stdout == "There are no replicas.\n"
