"""Offices in the centre of tests/api/reports/centre.py."""

from __future__ import annotations

import json
from typing import Any

from tests.api.caller import Caller
from tests.api.reports.centre import ANNA, asked, describe, open_centre, person

SUMMER = "2026-07-01"


def office(client: Caller, code: str = "N", **query: str) -> Any:
    return asked(client, f"offices/{code}", **{"on": SUMMER, **query})


def test_offices_are_listed_with_people_and_figures(centre_client: Caller) -> None:
    """In the North four lines of two people, of whom Anna has passed and attended."""
    north, south = asked(centre_client, "offices", language="en")["offices"]
    assert (north["code"], north["title"], north["address"]) == ("N", "North", "ул. Первая, 1")
    assert (north["people"], south["people"]) == (3, 1)
    assert (north["withdrawn"], south["address"]) == (False, None)
    training = north["training"]
    assert (training["lines"], training["hours"], training["attempt_rule"]) == (4, 5.5, "own")
    counted = {status: n for status, n in training["by_status"].items() if n}
    assert counted == {"attended": 1, "enrolled": 1, "in progress": 1, "passed": 1}
    assert centre_client.get(north["report"]).json["code"] == "N"


def test_a_months_training_stands_beside_what_visitors_pressed(centre_client: Caller) -> None:
    """All four lines reached their status in March; in May nothing was reached."""
    march, may = office(centre_client)["months"]
    assert (march["month"], march["training"]["lines"]) == ("2026-03", 4)
    liked = {"value": 0.75, "part": 30, "of": 40}
    assert march["ratings"] == {"likes": 30, "dislikes": 10, "liked": liked}
    assert (may["month"], may["training"]) == ("2026-05", None)
    assert may["ratings"]["liked"] == {"value": None, "part": 0, "of": 0}
    months = [(m["month"], m["training"] is not None) for m in office(centre_client, "S")["months"]]
    assert months == [("2026-02", True), ("2026-03", True)]


def test_an_office_counts_who_may_serve(centre_client: Caller) -> None:
    """Of the two employed in July, Anna may and Boris may not, who missed his talk; Gleb has
    left.
    """
    found = office(centre_client)["certification"]
    assert (found["on"], found["employed"]) == (SUMMER, 2)
    assert found["may_serve"] == {"yes": 1, "no": 1, "not_known": 0}
    talk, windows = found["programmes"]
    assert {s: n for s, n in talk["by_status"].items() if n} == {"assigned": 1, "certified": 1}
    assert talk["may_serve"] is None
    assert windows["programme"]["title"] == "Допуск к окну"
    assert windows["may_serve"] == {"value": 0.5, "part": 1, "of": 2}


def test_an_office_is_counted_as_of_a_day(centre_client: Caller) -> None:
    """In January Anna and Gleb worked there, and nobody was certified yet."""
    found = office(centre_client, on="2026-01-31")["certification"]
    assert (found["employed"], found["may_serve"]["no"]) == (2, 2)
    (windows,) = [one for one in found["programmes"] if one["may_serve"]]
    assert windows["by_status"]["assigned"] == 2


def test_an_offices_visits_are_told_the_last_first(centre_client: Caller) -> None:
    """Two visits of three and a half hours, and where all of them are."""
    found = office(centre_client)["visits"]
    assert [one["code"] for one in found["visits"]] == ["V-2", "V-1"]
    assert (found["totals"]["visits"], found["totals"]["hours"]) == (2, 3.5)
    assert centre_client.get(found["all"]).json["visits"] == found["visits"]


def test_an_office_nobody_works_at_has_nothing_to_count(own: Caller) -> None:
    """No figure is missing, all are nothing."""
    describe(own, {"offices": [{"code": "Пусто-1", "title": {"ru": "Пусто"}}]})
    found = office(own, "Пусто-1")
    assert (found["people"], found["training"]["lines"], found["months"]) == (0, 0, [])
    assert found["certification"]["may_serve"] == {"yes": 0, "no": 0, "not_known": 0}
    (listed,) = asked(own, "offices")["offices"]
    assert own.get(listed["report"]).json["title"] == "Пусто"


def test_a_withdrawn_office_is_still_told_of(own: Caller) -> None:
    """People may move later than it closes: it says that it is withdrawn."""
    open_centre(own)
    withdrawal = own.send(
        "DELETE", "/api/v1/catalogue/offices", query_string={"code": "N", "reason": "moved"}
    )
    assert withdrawal.status_code == 204
    found = office(own)
    assert (found["withdrawn"], found["title"], found["people"]) == (True, "Север", 3)
    assert asked(own, f"transcripts/T{ANNA}")["trainee"]["office"]["title"] == "Север"


def test_who_moves_takes_their_lines_along(own: Caller) -> None:
    """The figures of an office are those of the people who work there now."""
    open_centre(own)
    describe(own, {"people": [person(ANNA, "S", "inspector", since="2025-01-09")]})
    north, south = asked(own, "offices")["offices"]
    assert (north["people"], north["training"]["lines"]) == (2, 2)
    assert (south["people"], south["training"]["lines"]) == (2, 4)


def test_what_the_catalogue_says_is_told_as_soon_as_it_is_said(own: Caller) -> None:
    """What is kept in memory of it never outlives a change."""
    open_centre(own)
    assert asked(own, "offices")["offices"][1]["title"] == "Юг"
    body = json.dumps({"code": "S", "title": {"ru": "Южный"}})
    own.send("POST", "/api/v1/catalogue/offices", data=body, content_type="application/json")
    assert asked(own, "offices")["offices"][1]["title"] == "Южный"
