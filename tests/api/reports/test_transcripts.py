"""What transcripts show of the centre in tests/api/reports/centre.py, which has the figures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from tests.api.caller import Caller
from tests.api.reports.centre import (
    ANNA,
    BORIS,
    DINA,
    FIRE,
    GLEB,
    ROOM,
    TALK,
    TRAINER_KEY,
    VERA,
    asked,
    key,
)

NORTH = {"code": "N", "title": "Север", "titles": {"ru": "Север", "en": "North"}}
INSPECTOR = {
    "code": "inspector",
    "title": "Инспектор",
    "titles": {"ru": "Инспектор", "en": "Inspector"},
}


def line(client: Caller, number: str, course: str, **query: str) -> Any:
    """The line of somebody's transcript in a course."""
    lines = asked(client, f"transcripts/T{number}", **query)["lines"]
    (found,) = [one for one in lines if one["course"]["id"] == course]
    return found


def test_a_person_is_shown_as_the_personnel_record_has_them(centre_client: Caller) -> None:
    """Name, number, office and post by the record; the links lead to the person's reports."""
    shown = asked(centre_client, f"transcripts/T{ANNA}")["trainee"]
    links = {name: shown.pop(name) for name in ("transcript", "certifications")}
    assert shown == {
        "key": key(ANNA),
        "identifiers": [key(ANNA)],
        "name": "Анна Записана",
        "personnel_number": f"T{ANNA}",
        "office": NORTH,
        "post": INSPECTOR,
    }
    for link in links.values():
        assert centre_client.get(link).json["trainee"]["key"] == key(ANNA)


def test_a_person_without_a_record_is_shown_as_statements_have_them(centre_client: Caller) -> None:
    """The number is that of the account; no office is known, and no post."""
    shown = asked(centre_client, f"transcripts/{DINA}")["trainee"]
    assert (shown["name"], shown["personnel_number"]) == ("Дина", DINA)
    assert (shown["office"], shown["post"]) == (None, None)


def test_a_list_of_people_shows_them_as_their_transcripts_do(centre_client: Caller) -> None:
    """Found by the record's name as by the one that statements have."""
    (found,) = asked(centre_client, "transcripts", q="анна записана")["trainees"]
    assert found == asked(centre_client, f"transcripts/{ANNA}")["trainee"]
    assert len(asked(centre_client, "transcripts", q="записана")["trainees"]) == 4


def test_a_line_tells_all_of_two_attempts(centre_client: Caller, centre: Mapping[str, str]) -> None:
    """Failed with 0.4 after half an hour, passed with 0.9 a day later after an hour."""
    found = line(centre_client, ANNA, FIRE)
    score = {"scaled": 0.9, "raw": 18, "min": None, "max": 20}
    first = {"scaled": 0.4, "raw": None, "min": None, "max": None}
    scores = [found[f"{which}score"] for which in ("", "best_", "last_", "first_")]
    assert scores == [score, score, score, first]
    assert (found["status"], found["success"], found["attempts"]) == ("passed", True, 2)
    assert found["first_activity"] == "2026-03-10T10:00:00.000000+03:00"
    for name in ("last_activity", "reached", "completed"):
        assert found[name] == "2026-03-11T10:00:00.000000+03:00"
    assert (found["hours"], found["valid_until"]) == (1.5, "2027-03-11")
    assert set(found["evidence"]) == {centre["anna passed"], centre["anna failed"]}
    assert (found["voided"], found["voided_count"]) == ([], 0)


def test_a_line_tells_of_attendance_with_instructor_and_place(
    centre_client: Caller, centre: Mapping[str, str]
) -> None:
    """Four hours; attendance completes nothing."""
    found = line(centre_client, ANNA, TALK)
    assert (found["status"], found["completed"], found["hours"]) == ("attended", None, 4.0)
    assert (found["sessions_attended"], found["sessions_missed"]) == (1, 0)
    assert found["instructor"] == {"key": TRAINER_KEY, "name": "Трофимова Ирина"}
    assert found["place"] == {"id": ROOM, "title": None, "titles": {}}
    assert found["evidence"] == [centre["anna attended"]]
    missed = line(centre_client, BORIS, TALK)
    assert (missed["status"], missed["sessions_missed"]) == ("enrolled", 1)


def test_a_lines_course_is_described_by_the_catalogue(centre_client: Caller) -> None:
    """Its kind and hours, how long it is good for, and which programmes ask for it."""
    fire, talk = line(centre_client, ANNA, FIRE), line(centre_client, ANNA, TALK)
    assert fire["course"] == {
        "number": 1,
        "id": FIRE,
        "title": "Пожарная безопасность",
        "titles": {"ru": "Пожарная безопасность", "en": "Fire safety"},
        "described": True,
        "kind": "online",
        "hours": 2,
        "attempt_rule": "best",
        "valid_months": 12,
        "programmes": ["windows"],
        "services": ["water"],
    }
    assert (fire["kind"], talk["kind"]) == ("online", "classroom")
    assert (talk["course"]["kind"], talk["course"]["programmes"]) == (None, ["talk"])


def test_totals_are_by_year_kind_and_status(centre_client: Caller) -> None:
    """An hour and a half online, four hours in class."""
    assert asked(centre_client, f"transcripts/T{ANNA}")["totals"] == {
        "hours": 5.5,
        "hours_by_year": {"2026": 5.5},
        "hours_by_kind": {"classroom": 4.0, "online": 1.5},
        "courses_by_status": {"attended": 1, "passed": 1},
    }


@pytest.mark.parametrize("rule", ["best", "last", "first"])
def test_every_line_names_its_rule_and_the_position_it_holds_as_of(
    centre_client: Caller, rule: str
) -> None:
    """So a line taken out of its transcript still says so."""
    answer = asked(centre_client, f"transcripts/T{ANNA}", rule=rule)
    assert {found["attempt_rule"] for found in answer["lines"]} == {rule}
    assert {found["position"] for found in answer["lines"]} == {answer["as_of"]["position"]}


def test_offices_and_posts_are_in_the_readers_language(centre_client: Caller) -> None:
    """As all titles are; Russian where there is no other."""
    shown = asked(centre_client, f"transcripts/T{ANNA}", language="en")["trainee"]
    assert (shown["office"]["title"], shown["post"]["title"]) == ("North", "Inspector")
    other = asked(centre_client, f"transcripts/T{VERA}", language="en")["trainee"]
    assert (other["office"]["title"], other["post"]["title"]) == ("Юг", "Начальник")


def test_who_has_a_record_alone_has_an_empty_transcript(centre_client: Caller) -> None:
    """Nothing was done, and that can be shown."""
    found = asked(centre_client, f"transcripts/T{GLEB}")
    assert (found["lines"], found["totals"]["hours"]) == ([], 0.0)
