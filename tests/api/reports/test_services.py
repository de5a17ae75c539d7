"""Services of the city, and trainers' visits, in the centre of tests/api/reports/centre.py."""

from __future__ import annotations

from typing import Any

import pytest

from tests.api.caller import Caller
from tests.api.reports.centre import (
    ANNA,
    BORIS,
    DINA,
    FIRE,
    TALK,
    TRAINER,
    TRAINER_KEY,
    VERA,
    asked,
    describe,
    happened,
    key,
    open_centre,
)


def masters(answer: Any) -> list[str]:
    return [one["trainee"]["key"][-4:] for one in answer["people"]]


def test_services_are_listed_with_the_courses_that_teach_them(centre_client: Caller) -> None:
    """In the order of codes."""
    gas, water = asked(centre_client, "services")["services"]
    assert (gas["code"], gas["title"], gas["withdrawn"]) == ("gas", "Газ", False)
    assert [course["id"] for course in gas["courses"]] == [TALK]
    assert [course["id"] for course in water["courses"]] == [FIRE, TALK]
    assert centre_client.get(water["report"]).json["code"] == "water"


def test_a_service_tells_who_has_mastered_it_and_by_what(centre_client: Caller) -> None:
    """Passed, completed or attended; Boris only began one course, and missed the other."""
    found = asked(centre_client, "services/water")
    assert (found["mastered_by"], masters(found)) == (3, [ANNA, VERA, DINA])
    fire, talk = (course["number"] for course in found["courses"])
    assert found["people"][0]["mastered"] == [
        {
            "course": fire,
            "status": "passed",
            "reached": "2026-03-11T10:00:00.000000+03:00",
            "valid_until": "2027-03-11",
        },
        {
            "course": talk,
            "status": "attended",
            "reached": "2026-03-20T14:00:00.000000+03:00",
            "valid_until": None,
        },
    ]
    assert [one["status"] for one in found["people"][2]["mastered"]] == ["completed"]


def test_mastery_is_asked_for_by_office_and_in_pages(centre_client: Caller) -> None:
    """The number is that of all pages."""
    assert masters(asked(centre_client, "services/water", office="S")) == [VERA]
    path, names_read = "/api/v1/services/water?limit=1", []
    while path:
        page = centre_client.get(path).json
        assert (page["mastered_by"], len(page["people"])) == (3, 1)
        names_read += masters(page)
        path = page["more"]
    assert names_read == [ANNA, VERA, DINA]


def test_a_service_that_no_course_teaches_is_mastered_by_nobody(own: Caller) -> None:
    describe(own, {"services": [{"code": "газ", "title": {"ru": "Газ"}}]})
    (found,) = asked(own, "services")["services"]
    assert own.get(found["report"]).json["mastered_by"] == 0


def test_what_was_mastered_under_several_identifiers_is_one_persons(own: Caller) -> None:
    """Linked people are counted once."""
    open_centre(own)
    describe(own, {"links": [{"agent": key(DINA), "person": key(ANNA)}]})
    found = asked(own, "services/water")
    assert (found["mastered_by"], masters(found)) == (2, [ANNA, VERA])


def test_what_was_voided_is_mastered_no_more(own: Caller) -> None:
    """A correction reaches this report, too."""
    ids = open_centre(own)
    own.store(
        happened("voided", ANNA, FIRE, "2026-06-01T10:00")
        | {"object": {"objectType": "StatementRef", "id": ids["dina completed"]}}
    )
    assert masters(asked(own, "services/water")) == [ANNA, VERA]


def codes(answer: Any) -> list[str]:
    return [one["code"] for one in answer["visits"]]


def test_a_visit_is_told_with_all_that_was_said_of_it(centre_client: Caller) -> None:
    """People and courses are called as other reports call them."""
    south, north = asked(centre_client, "visits", to="2026-04-30")["visits"]
    assert (south["code"], south["hours"], south["note"]) == ("V-3", None, "у окон")
    course = north.pop("course")
    assert (course["id"], course["title"]) == (TALK, "Беседа")
    assert north == {
        "code": "V-1",
        "on": "2026-04-02",
        "office": {"code": "N", "title": "Север", "titles": {"ru": "Север", "en": "North"}},
        "trainer": {"key": TRAINER_KEY, "name": TRAINER["name"]},
        "topic": None,
        "topics": {},
        "hours": 2,
        "people": [
            {"key": key(ANNA), "name": "Анна Записана"},
            {"key": key(BORIS), "name": "Борис Записана"},
        ],
        "note": None,
    }


@pytest.mark.parametrize(
    ("query", "visits", "hours"),
    [
        ({}, ["V-2", "V-3", "V-1"], 3.5),
        ({"office": "N"}, ["V-2", "V-1"], 3.5),
        ({"from": "2026-04-20"}, ["V-2", "V-3"], 1.5),
        ({"to": "2026-04-20"}, ["V-3", "V-1"], 2),
        ({"from": "2026-04-03", "to": "2026-04-19"}, [], 0),
        ({"trainer": TRAINER_KEY, "office": "S"}, ["V-3"], 0),
        ({"trainer": f"T{VERA}"}, [], 0),
    ],
)
def test_visits_are_sought_by_office_trainer_and_days(
    centre_client: Caller, query: dict[str, str], visits: list[str], hours: float
) -> None:
    """Both days are included; hours are counted where they are said."""
    found = asked(centre_client, "visits", **query)
    assert (codes(found), found["totals"]["hours"]) == (visits, hours)
    assert found["totals"]["visits"] == len(visits)


def test_totals_are_by_trainer_and_by_office(centre_client: Caller) -> None:
    """Over all pages, whatever page is asked for."""
    found = asked(centre_client, "visits", language="en", limit="1")
    (trainer,) = found["totals"]["by_trainer"]
    assert trainer == {
        "trainer": {"key": TRAINER_KEY, "name": TRAINER["name"]},
        "visits": 3,
        "hours": 3.5,
    }
    north, south = found["totals"]["by_office"]
    assert (north["office"]["title"], north["visits"], north["hours"]) == ("North", 2, 3.5)
    assert (south["office"]["title"], south["visits"], south["hours"]) == ("Юг", 1, 0)


def test_visits_come_in_pages_without_gap_or_repeat(centre_client: Caller) -> None:
    """The last visit first."""
    path, pages = "/api/v1/visits?limit=1", []
    while path:
        page = centre_client.get(path).json
        pages += codes(page)
        path = page["more"]
    assert pages == ["V-2", "V-3", "V-1"]


def test_a_trainer_is_one_person_under_all_identifiers(own: Caller) -> None:
    """By personnel number or any key; the hours of all of them are one sum."""
    open_centre(own)
    again = {"code": "V-4", "on": "2026-05-07", "office": "S", "trainer": key(VERA), "hours": 3}
    describe(own, {"visits": [again], "links": [{"agent": TRAINER_KEY, "person": key(VERA)}]})
    for trainer in (f"T{VERA}", key(VERA), TRAINER_KEY):
        found = asked(own, "visits", trainer=trainer)
        assert codes(found) == ["V-4", "V-2", "V-3", "V-1"]
        (total,) = found["totals"]["by_trainer"]
        assert (total["trainer"]["key"], total["hours"]) == (key(VERA), 6.5)


def test_a_withdrawn_visit_is_no_visit(own: Caller) -> None:
    open_centre(own)
    own.send("DELETE", "/api/v1/catalogue/visits", query_string={"code": "V-1", "reason": "moved"})
    assert codes(asked(own, "visits", office="N")) == ["V-2"]
