"""`lrs replay diff`: what differs, in words and by the exit code."""

from __future__ import annotations

import json
import re
from pathlib import Path
from uuid import uuid4

import pytest

from tests.cli.test_commands import STATEMENT, Shell
from tests.conftest import Place

pytestmark = pytest.mark.briefly("sqlite")


@pytest.fixture
def lrs(made: Place, tmp_path: Path) -> Shell:
    """A store with a statement, then another one about the same course."""
    lrs = Shell(made, tmp_path)
    for verb in ("attempted", "completed"):
        named = {"id": f"http://adlnet.gov/expapi/verbs/{verb}"}
        statement = STATEMENT | {"id": str(uuid4()), "verb": named}
        (tmp_path / "file.json").write_text(json.dumps(statement))
        assert lrs("import", "file.json").returncode == 0
    return lrs


def test_it_says_what_differs_and_exits_with_1(lrs: Shell) -> None:
    """In words, and as JSON."""
    found = lrs("replay", "diff", "1", "2")
    assert (found.returncode, found.stderr) == (1, "")
    *_, last = found.stdout.splitlines()
    moment = r"position {}, 20\d\d-\d\d-\d\dT[0-9:.]+Z"
    between = f"One person differs between {moment.format(1)}, and {moment.format(2)}."
    assert re.fullmatch(between, last)
    assert "  changed by:" in found.stdout.splitlines()
    assert "completed" in found.stdout
    shown = json.loads(lrs("replay", "diff", "1", "--json").stdout)
    assert (shown["since"]["position"], shown["as_of"]["position"]) == (1, 2)
    assert [change["what"] for change in shown["people"][0]["changes"]] == ["line"]


def test_where_nothing_differs_the_exit_code_is_0(lrs: Shell) -> None:
    """The two moments may be one."""
    same = lrs("replay", "diff", "2", "2")
    assert same.returncode == 0
    assert same.stdout.startswith("Nothing differs between position 2, ")


@pytest.mark.parametrize(
    ("arguments", "code", "line"),
    [
        (["1", "99"], 1, "lies in the future"),
        (["2", "1"], 1, "The moment from lies after the moment `to`"),
        (["soon"], 2, "it must be a position of the log"),
        (["1", "--office", "nowhere"], 1, "The catalogue has no such office"),
        (["1", "--on", "today"], 1, "The parameter on must be"),
        (["1", "--what", "name"], 2, "Invalid value for '--what'"),
        (["1", "--what", "may serve", "--course", "1"], 1, "depends on all programmes"),
    ],
)
def test_what_cannot_be_compared_is_refused_in_one_line(
    lrs: Shell, arguments: list[str], code: int, line: str
) -> None:
    """With the exit code of its kind."""
    refused = lrs("replay", "diff", *arguments)
    assert refused.returncode == code
    assert line in refused.stderr.splitlines()[-1]
