"""Who is certified and who may serve, in the centre of tests/api/reports/centre.py."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.api.caller import Caller
from tests.api.opening import caller_of
from tests.api.reports.centre import (
    ANNA,
    BORIS,
    DINA,
    FIRE,
    GLEB,
    HOME,
    VERA,
    agent,
    asked,
    describe,
    happened,
    key,
    open_centre,
    person,
)

SUMMER = "2026-07-01"


def verdicts(answer: Any) -> dict[str, str]:
    """Statuses by programme of one person."""
    return {
        one["programme"]["code"] if isinstance(one["programme"], dict) else one["programme"]: one[
            "status"
        ]
        for one in answer["verdicts"]
    }


def listed(client: Caller, **query: str) -> dict[str, dict[str, str]]:
    """Statuses by programme of each person in a list, by the account's number."""
    answer = asked(client, "certifications", **{"on": SUMMER, **query})
    return {one["trainee"]["key"][-4:]: verdicts(one) for one in answer["people"]}


def test_a_person_has_a_verdict_in_each_programme_that_concerns_them(
    centre_client: Caller, centre: Mapping[str, str]
) -> None:
    """Anna passed with 0.9, which is enough, and attended the talk: without end."""
    found = asked(centre_client, f"certifications/T{ANNA}", language="en", on=SUMMER)
    assert (found["on"], found["may_serve"], found["in_the_way"]) == (SUMMER, True, [])
    assert found["trainee"]["office"]["title"] == "North"
    talk, windows = found["verdicts"]
    assert (talk["programme"]["code"], talk["status"], talk["valid_until"]) == (
        "talk",
        "certified",
        None,
    )
    assert windows == {
        "programme": {
            "code": "windows",
            "title": "Windows",
            "titles": {"ru": "Допуск к окну", "en": "Windows"},
        },
        "status": "certified",
        "applies": True,
        "before_visitors": True,
        "version": 1,
        "due_by": "2027-03-11",
        "completed": "2026-03-11",
        "valid_from": "2026-03-11",
        "valid_until": "2027-03-11",
        "renewal_from": "2027-02-09",
        "evidence": [centre["anna passed"]],
        "authority": [centre_client.key and centre_client.key.name],
    }


@pytest.mark.parametrize(
    ("on", "status", "may_serve"),
    [
        ("2025-01-08", None, None),
        ("2025-01-09", "assigned", False),
        ("2026-03-10", "in progress", False),
        ("2026-03-11", "certified", True),
        ("2027-02-08", "certified", True),
        ("2027-02-09", "due", True),
        ("2027-03-11", "due", True),
        ("2027-03-12", "expired", False),
    ],
)
def test_a_verdict_is_of_a_day(
    centre_client: Caller, on: str, status: str | None, may_serve: bool | None
) -> None:
    """Anna joined on 9 January 2025; the certificate of 11 March 2026 holds for a year."""
    found = asked(centre_client, f"certifications/T{ANNA}", on=on)
    assert verdicts(found).get("windows") == status
    assert found["may_serve"] is may_serve
    assert found["in_the_way"] == (["windows"] if may_serve is False else [])


def test_a_score_below_the_rules_certifies_nobody(centre_client: Caller) -> None:
    """Vera passed with 0.6; the programme is not for chiefs, so it does not stand in the way."""
    found = asked(centre_client, f"certifications/T{VERA}", on=SUMMER)
    assert verdicts(found) == {"talk": "certified", "windows": "in progress"}
    assert (found["may_serve"], found["in_the_way"]) == (True, [])


def test_of_who_has_no_record_it_is_not_known_whether_they_may_serve(centre_client: Caller) -> None:
    """Dina completed the course of a programme; whether it is wanted of her nobody can tell."""
    found = asked(centre_client, f"certifications/{DINA}", on=SUMMER)
    assert (found["may_serve"], verdicts(found)) == (None, {"windows": "in progress"})


def test_an_offices_list_has_everybody_whose_record_names_it(centre_client: Caller) -> None:
    """Gleb too, who has left, so that of him nothing is known."""
    answer = asked(centre_client, "certifications", office="N", on=SUMMER)
    assert answer["office"]["title"] == "Север"
    assert [one["code"] for one in answer["programmes"]] == ["talk", "windows"]
    may = {one["trainee"]["key"][-4:]: one["may_serve"] for one in answer["people"]}
    assert may == {ANNA: True, BORIS: False, GLEB: None}
    boris = answer["people"][1]
    assert (boris["in_the_way"], answer["more"]) == (["windows"], "")
    assert boris["verdicts"][1] == {
        "programme": "windows",
        "status": "in progress",
        "applies": True,
        "before_visitors": True,
        "version": 1,
        "due_by": "2026-03-31",
        "completed": None,
        "valid_from": None,
        "valid_until": None,
        "renewal_from": None,
    }


@pytest.mark.parametrize(
    ("query", "people"),
    [
        ({"programme": "windows"}, {ANNA: "certified", BORIS: "in progress", VERA: "in progress",
                                    DINA: "in progress"}),
        ({"programme": "windows", "status": "certified"}, {ANNA: "certified"}),
        ({"programme": "windows", "status": "due,expired", "on": "2027-02-09"}, {ANNA: "due"}),
        ({"programme": "windows", "office": "S"}, {VERA: "in progress"}),
        ({"programme": "windows", "office": "N", "status": "in progress"}, {BORIS: "in progress"}),
        ({"programme": "windows", "status": "revoked"}, {}),
    ],
)  # fmt: skip
def test_a_programmes_list_has_those_whom_it_concerns(
    centre_client: Caller, query: dict[str, str], people: dict[str, str]
) -> None:
    """Of whatever office, or of one; with whatever status, or with some."""
    expected = {number: {"windows": status} for number, status in people.items()}
    assert listed(centre_client, **query) == expected


def test_a_filter_keeps_the_verdicts_it_asks_for(centre_client: Caller) -> None:
    """Whether somebody may serve is told by all programmes, also where one is asked for."""
    assert listed(centre_client, office="N", status="certified") == {
        ANNA: {"talk": "certified", "windows": "certified"}
    }
    answer = asked(centre_client, "certifications", office="N", programme="talk", on=SUMMER)
    found = {one["trainee"]["key"][-4:]: one["in_the_way"] for one in answer["people"]}
    assert found == {ANNA: [], BORIS: ["windows"]}


@pytest.mark.parametrize("query", ["programme=windows", "office=N", "programme=talk&office=N"])
def test_lists_come_in_pages_without_gap_or_repeat(centre_client: Caller, query: str) -> None:
    """`more` leads to the next page, and is empty at the end."""
    whole = centre_client.get(f"/api/v1/certifications?{query}&on={SUMMER}").json["people"]
    path, pages = f"/api/v1/certifications?{query}&on={SUMMER}&limit=1", []
    while path:
        page = centre_client.get(path).json
        assert len(page["people"]) == 1
        pages += page["people"]
        path = page["more"]
    assert pages == whole


def test_without_a_day_it_is_today_that_is_asked_about(centre_client: Caller, lrs: Lrs) -> None:
    """By the server's calendar."""
    before = date.today()  # noqa: DTZ011 - the server's own calendar
    paths = (f"certifications/T{ANNA}", "certifications?office=N", "offices/N")
    answers = [asked(centre_client, path) for path in paths]
    days = {one.get("on") or one["certification"]["on"] for one in answers}
    assert days <= {before.isoformat(), lrs.clock.today().isoformat()}


@pytest.fixture
def own_centre(own: Caller) -> Mapping[str, str]:
    return open_centre(own)


def test_an_exemption_and_a_revocation_count(own: Caller, own_centre: object) -> None:
    """A revoked certificate holds to the day before; who is exempt may serve."""
    describe(
        own,
        {
            "revocations": [
                {"programme": "windows", "agent": key(ANNA), "on": "2026-06-01", "reason": "?"}
            ],
            "exemptions": [{"programme": "windows", "agent": key(BORIS), "reason": "стаж"}],
        },
    )
    assert listed(own, office="N")[ANNA]["windows"] == "revoked"
    found = asked(own, f"certifications/T{ANNA}", on=SUMMER)["verdicts"][1]
    assert (found["valid_until"], found["due_by"]) == ("2026-05-31", None)
    boris = asked(own, f"certifications/T{BORIS}", on=SUMMER)
    assert (verdicts(boris)["windows"], boris["may_serve"]) == ("exempt", True)


def test_newcomers_are_told_by_the_day_they_joined(own: Caller, own_centre: object) -> None:
    """People of one post and office, who joined before and after the programme began."""
    programme = {
        "code": "new",
        "title": {"ru": "Новым"},
        "courses": [FIRE],
        "since": "2026-02-01",
        "newcomers": True,
    }
    describe(own, {"programmes": [programme]})
    assert listed(own, programme="new")[BORIS] == {"new": "in progress"}
    found = asked(own, "certifications", office="N", programme="new", on=SUMMER)["people"]
    applies = {one["trainee"]["key"][-4:]: one["verdicts"][0]["applies"] for one in found}
    assert applies == {ANNA: False, BORIS: True}


def test_a_programme_for_few_of_many_fills_its_pages(own: Caller, own_centre: object) -> None:
    """People whom it does not concern are passed over, and never end a list too early."""
    extras = [person(number, "S", "chief") for number in (ANNA, BORIS)]
    people = [
        {**extras[n % 2], "agent": f"account|{HOME}|x{n:04}", "number": f"x{n:04}"}
        for n in range(1_200)
    ]
    describe(own, {"people": people})
    late = {**agent(ANNA), "account": {"homePage": HOME, "name": "z"}}
    own.store(happened("completed", ANNA, FIRE, "2026-05-05T10:00") | {"actor": late})
    answer = asked(own, "certifications", programme="windows", on=SUMMER, limit="5")
    assert [one["trainee"]["key"][-1] for one in answer["people"]] == ["1", "2", "3", "5", "z"]


def test_those_who_read_reports_may_read_certificates(own_lrs: Lrs, own_centre: object) -> None:
    """And nobody else, whether or not there is such a person."""
    reader = caller_of(own_lrs, Scope.ALL_READ)
    assert asked(reader, f"certifications/T{ANNA}", on=SUMMER)["may_serve"] is True
    module = caller_of(own_lrs, Scope.STATEMENTS_READ)
    assert module.get("/api/v1/certifications/nobody").status_code == 403
