"""`lrs replay explain` and `show`, and the history of the catalogue, as auditors run them."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from tests.api.reports.centre import ANNA, FIRE, catalogue, key, statements
from tests.cli.test_commands import Shell
from tests.support.places import Places

SUMMER = "2026-07-01"


@pytest.fixture(scope="module")
def happening() -> dict[str, str]:
    """The ids of the statements, by name."""
    return {}


@pytest.fixture(scope="module")
def lrs(
    places: Places, tmp_path_factory: pytest.TempPathFactory, happening: dict[str, str]
) -> Iterator[Shell]:
    """The small training centre, on the embedded default."""
    folder = tmp_path_factory.mktemp("centre")
    said = statements()
    happening.update({name: one["id"] for name, one in said.items()})
    (folder / "statements.json").write_text(json.dumps([*said.values()]))
    (folder / "catalogue.yaml").write_text(json.dumps(catalogue(), ensure_ascii=False), "utf-8")
    with places.place("sqlite", folder, True) as place:
        shell = Shell(place, folder)
        assert shell("catalogue", "import", "catalogue.yaml").returncode == 0
        assert shell("import", "statements.json").returncode == 0
        yield shell


def explained(lrs: Shell, *arguments: str, **environment: str) -> list[str]:
    done = lrs("replay", "explain", ANNA, *arguments, "--on", SUMMER, **environment)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_an_explanation_ends_in_the_verdict_and_its_evidence(
    lrs: Shell, happening: dict[str, str]
) -> None:
    """The person first, then the events, then what the certificate is based on."""
    lines = explained(lrs, "windows")
    assert lines[0] == f"Анна Записана {key(ANNA)}"
    assert lines[1].startswith("for 2026-07-01, as known at position ")
    assert any("Fire safety: failed → passed; score 0.4 → 0.9" in line for line in lines)
    assert lines[-3:-2] == [
        "Windows (windows): certified; valid from 2026-03-11; valid until 2027-03-11"
    ]
    assert f"statement {happening['anna passed']}, by import" in lines[-2]
    assert lines[-1] == "may serve visitors: yes"


def test_a_course_is_named_by_its_iri(lrs: Shell) -> None:
    """And its line stands at the end."""
    lines = explained(lrs, FIRE)
    assert any(line.startswith("Fire safety: passed; score 0.9; success yes") for line in lines)


@pytest.mark.parametrize("variable", ["LC_ALL", "LANG"])
def test_a_russian_terminal_gets_russian_words(lrs: Shell, variable: str) -> None:
    environment = {"LC_ALL": "", variable: "ru_RU.UTF-8"}
    assert explained(lrs, **environment)[-1] == "допуск к приёму посетителей: да"


def test_json_is_what_the_report_gives(lrs: Shell) -> None:
    found = json.loads("\n".join(explained(lrs, "--json")))
    assert (found["may_serve"], found["on"], found["more"]) == (True, SUMMER, "")
    assert {event["what"] for event in found["events"]} == {"record", "statement"}


def test_as_known_earlier_nothing_of_later_is_shown(lrs: Shell, happening: dict[str, str]) -> None:
    shown = json.loads(lrs("replay", "show", happening["anna failed"], "--json").stdout)
    lines = explained(lrs, "windows", "--known", str(shown["position"]))
    assert lines[-1] == "may serve visitors: no; missing programmes: windows"


def test_an_event_is_shown_by_its_id_and_by_its_position(
    lrs: Shell, happening: dict[str, str]
) -> None:
    shown = lrs("replay", "show", happening["anna passed"], "--on", SUMMER)
    position = shown.stdout.split()[1].rstrip(",")
    assert lrs("replay", "show", position, "--on", SUMMER).stdout == shown.stdout
    lines = shown.stdout.splitlines()
    assert lines[1] == "event       statement-stored"
    assert lines[3] == f"actor       Анна {key(ANNA)}"
    assert f"stream      {happening['anna passed']}, version 1" in lines
    assert lines[-1].startswith("content     {")
    assert "read model  training, folded" in lines


def test_what_came_after_the_day_is_not_missing_but_late(lrs: Shell) -> None:
    """She passed on the day after."""
    lines = lrs("replay", "explain", ANNA, "windows", "--on", "2026-03-10").stdout.splitlines()
    late = "passed on 2026-03-11, score 0.9, which is after the day in question"
    assert f"  missing: Fire safety: {late}" in lines


def test_of_a_new_version_of_an_entry_the_changed_members_are_shown(lrs: Shell) -> None:
    (lrs.folder / "offices.yaml").write_text("offices: [{code: N, title: {en: Far}}]")
    assert lrs("catalogue", "import", "offices.yaml").returncode == 0
    position = lrs("catalogue", "history", "offices", "N").stdout.splitlines()[-1].split()[0]
    lines = lrs("replay", "show", position).stdout.splitlines()
    assert [line for line in lines if line.startswith("changed ")] == [
        'changed     title: {"ru":"Север","en":"North"} → {"en":"Far"}',
        'changed     address: "ул. Первая, 1" → -',
    ]


@pytest.mark.parametrize(
    ("command", "sentence"),
    [
        (("explain", "nobody"), "Neither a statement nor a personnel record names"),
        (("explain", ANNA, "nothing"), "Nothing names such a course"),
        (("explain", ANNA, "--known", "99999"), "known lies in the future"),
        (("explain", ANNA, "--known", "2999-01-01T00:00:00Z"), "known lies in the future"),
        (("explain", ANNA, "--known", "soon"), "The parameter known must be a position"),
        (("explain", ANNA, "--known", "1"), "No event of the log up to that point names"),
        (("explain", ANNA, "--on", "soon"), "The parameter on must be a calendar day"),
        (("show", "99999"), "The log has no such event"),
        (("show", "11111111-1111-4111-8111-111111111111"), "The log has no such event"),
        (("show", "what"), "The log has no such event"),
    ],
)
def test_what_cannot_be_answered_is_said_in_one_line(
    lrs: Shell, command: tuple[str, ...], sentence: str
) -> None:
    """Exit code 1."""
    done = lrs("replay", *command)
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"lrs: {sentence}")
    assert len(done.stderr.splitlines()) == 1


def test_the_history_of_an_entry_names_position_time_and_author(lrs: Shell) -> None:
    """The number of parts of the key is the kind's."""
    done = lrs("catalogue", "history", "programmes", "windows")
    assert done.returncode == 0
    position, stored, *_ = done.stdout.split()
    assert position.isdigit()
    assert stored.endswith("Z")
    assert "version 1" in done.stdout
    assert done.stdout.rstrip().endswith("|catalogue import")
    assert lrs("catalogue", "history", "revocations", "windows").returncode == 2
    assert lrs("catalogue", "history", "programmes", "nothing").returncode == 1
