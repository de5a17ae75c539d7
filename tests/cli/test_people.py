"""`lrs person`, as people run it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.entries import ANNA, ANNA_BY_MAIL, BORIS
from tests.support.places import Places

OTHER = "account|https://moodle.centre.example|0417"
RECORD = f'people: [{{agent: "{ANNA}", name: Филатова Анна, number: "0417", since: 2025-01-09}}]'
SAME = "This is already recorded: nothing is changed.\n"


@pytest.fixture
def lrs(made: Place, tmp_path: Path) -> Shell:
    """A store on either database, in which Anna has a personnel record."""
    return known(Shell(made, tmp_path))


@pytest.fixture
def embedded(on_files: Place, tmp_path: Path) -> Shell:
    """Such a store on the embedded default, where the database makes no difference."""
    return known(Shell(on_files, tmp_path))


@pytest.fixture(scope="module")
def unchanged(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shell]:
    """One for all tests of which nothing is recorded."""
    folder = tmp_path_factory.mktemp("unchanged")
    with places.place("sqlite", folder, True) as place:
        yield known(Shell(place, folder))


def known(shell: Shell) -> Shell:
    (shell.folder / "people.yaml").write_text(RECORD, "utf-8")
    assert shell("catalogue", "import", "people.yaml").returncode == 0
    return shell


def shown(lrs: Shell, person: str) -> list[str]:
    """What `show` prints, without positions and times and without who said it."""
    done = lrs("person", "show", person)
    assert (done.returncode, done.stderr) == (0, "")
    lines = [re.sub(r"^ *\d+  20\S+Z  ", "", line) for line in done.stdout.splitlines()]
    return [re.sub(r", by account\|\S+\|", ", by ", line) for line in lines]


def test_a_person_is_linked_renamed_shown_and_unlinked(lrs: Shell) -> None:
    """By key or by personnel number; the past stays visible."""
    done = lrs("person", "link", ANNA_BY_MAIL, "0417", "--reason", "old LMS")
    assert done.stdout == f"{ANNA_BY_MAIL} is the person known by {ANNA}.\n"
    assert lrs("person", "link", ANNA_BY_MAIL, ANNA, "--reason", "old LMS").stdout == SAME
    done = lrs("person", "rename", ANNA_BY_MAIL, "Соколова Анна")
    assert done.stdout == f"{ANNA_BY_MAIL} is called Соколова Анна from now on.\n"
    assert lrs.installed("person", "rename", "0417", "Соколова Анна").stdout == SAME
    lines = [
        f"described  {ANNA}: Филатова Анна, 0417, 2025-01-09, by catalogue import",
        f"linked     {ANNA_BY_MAIL} to {ANNA}: old LMS, by person link",
        f"described  {ANNA}: Соколова Анна, 0417, 2025-01-09, by person rename",
    ]
    record = ["name       Соколова Анна", "number     0417", "since      2025-01-09"]
    both = [f"person     {ANNA}", f"also       {ANNA_BY_MAIL}", *record, *lines]
    assert shown(lrs, "0417") == shown(lrs, ANNA_BY_MAIL) == both
    done = lrs("person", "unlink", ANNA_BY_MAIL, "--reason", "a namesake")
    assert done.stdout == f"{ANNA_BY_MAIL} is no longer linked to a person.\n"
    end = f"unlinked   {ANNA_BY_MAIL}: a namesake, by person unlink"
    assert shown(lrs, ANNA) == [f"person     {ANNA}", *record, *lines, end]
    nothing = "There is no personnel record."
    assert shown(lrs, ANNA_BY_MAIL) == [f"person     {ANNA_BY_MAIL}", nothing, lines[1], end]


def test_a_name_alone_makes_a_record(embedded: Shell) -> None:
    """Of somebody of whom nothing was known."""
    assert embedded("person", "rename", BORIS, "Борис").returncode == 0
    line = f"described  {BORIS}: Борис, by person rename"
    assert shown(embedded, BORIS) == [f"person     {BORIS}", "name       Борис", line]


def test_a_line_of_the_history_is_one_line(embedded: Shell) -> None:
    """Whatever a name or a reason holds."""
    embedded("person", "rename", BORIS, "Бо\nрис\x1b[31m")
    embedded("person", "link", BORIS, ANNA, "--reason", "a\nb")
    assert len(shown(embedded, BORIS)) == 3 + 3
    assert "\x1b" not in embedded("person", "show", BORIS).stdout


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (["show", "0500"], 1, "lrs: No statement, personnel record or link names such a person"),
        (["show", BORIS], 1, "lrs: No statement, personnel record or link names such a person"),
        (["rename", "0500", "Имя"], 1, "lrs: No statement, personnel record or link names"),
        (["link", BORIS, "0500"], 1, "lrs: No statement, personnel record or link names"),
        (["link", ANNA, ANNA], 1, "lrs: An identifier cannot be linked to itself"),
        (["link", ANNA, "0417"], 1, "lrs: An identifier cannot be linked to itself"),
        (["unlink", ANNA, "--reason", "x"], 1, "lrs: This identifier is not linked to another one"),
        (["unlink", ANNA], 2, "Missing option '--reason'"),
        (["unlink", ANNA, "--reason", " "], 2, "Give a text that is not blank."),
        (["unlink", "0417", "--reason", "x"], 2, "Give an agent key: account|HOMEPAGE|NAME"),
        (["link", "0417", ANNA], 2, "Give an agent key: account|HOMEPAGE|NAME"),
        (["link", BORIS, "mbox|0417"], 2, "Give an agent key: account|HOMEPAGE|NAME"),
        (["rename", "0417", ""], 2, "Give a text that is not blank."),
        (["rename", "0417", "\udcff"], 2, "Write it in UTF-8."),
    ],
)
def test_what_cannot_be_is_said_plainly(
    unchanged: Shell, arguments: list[str], code: int, message: str
) -> None:
    """In a line that says what to change; nothing is recorded."""
    done = unchanged("person", *arguments)
    assert (done.returncode, done.stdout) == (code, "")
    assert message in done.stderr
    assert len(shown(unchanged, ANNA)) == 5


def test_a_circle_is_told_as_one(embedded: Shell) -> None:
    """They are one person as it is."""
    embedded("person", "link", ANNA_BY_MAIL, ANNA)
    done = embedded("person", "link", ANNA, ANNA_BY_MAIL)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert done.stderr.startswith("lrs: The links would form a circle")


def test_a_number_that_two_people_have_names_them(embedded: Shell) -> None:
    """So that they can be told apart, or linked; then it is one person's."""
    embedded("person", "rename", OTHER, "Анна")
    done = embedded("person", "show", "0417")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr == (
        f"lrs: Several people have this personnel number: name the person by agent key, {ANNA}, "
        f"{OTHER}.\n"
    )
    assert embedded("person", "link", OTHER, ANNA).returncode == 0
    assert shown(embedded, "0417")[:2] == [f"person     {ANNA}", f"also       {OTHER}"]
