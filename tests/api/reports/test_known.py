"""Two clocks: what is true on a day, as the store knew it at an earlier position or instant."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, voiding
from tests.api.reports.centre import (
    ANNA,
    BORIS,
    DINA,
    FIRE,
    VERA,
    asked,
    catalogue,
    describe,
    happened,
    key,
    open_centre,
    person,
    refused,
)

SUMMER = "2026-07-01"


@pytest.fixture
def ids(own: Caller) -> Mapping[str, str]:
    """The ids of the statements of the test's own centre."""
    return open_centre(own)


def head(caller: Caller) -> str:
    """The log's last position, as a parameter."""
    return str(asked(caller, "courses")["as_of"]["position"])


def windows(caller: Caller, number: str, **query: str) -> tuple[str | None, bool | None]:
    """The status in the programme for windows, and whether the person may serve."""
    found = asked(caller, f"certifications/{key(number)}", **{"on": SUMMER, **query})
    statuses = {one["programme"]["code"]: one["status"] for one in found["verdicts"]}
    return statuses.get("windows"), found["may_serve"]


def line(caller: Caller, number: str, **query: str) -> Any:
    """The line in the course of that programme."""
    lines = asked(caller, f"transcripts/{key(number)}", **query)["lines"]
    return next(one for one in lines if one["course"]["id"] == FIRE)


def programme(**others: Any) -> dict[str, list[JsonObject]]:
    """The programme for windows, described otherwise."""
    return {"programmes": [{**catalogue()["programmes"][0], **others}]}


@pytest.mark.briefly("sqlite")
def test_before_a_voiding_the_voided_counted(own: Caller, ids: Mapping[str, str]) -> None:
    """Anna had passed, was certified and might serve; since the voiding she has failed."""
    then = head(own)
    own.store(voiding(ids["anna passed"]))
    assert windows(own, ANNA) == ("in progress", False)
    assert windows(own, ANNA, known=then) == ("certified", True)
    now, before = line(own, ANNA), line(own, ANNA, known=then)
    assert (now["status"], now["voided"]) == ("failed", [ids["anna passed"]])
    assert (before["status"], before["voided"], before["score"]["scaled"]) == ("passed", [], 0.9)
    assert set(before["evidence"]) == {ids["anna passed"], ids["anna failed"]}


@pytest.mark.briefly("sqlite")
def test_before_a_rule_was_changed_the_earlier_version_decided(
    own: Caller, ids: Mapping[str, str]
) -> None:
    """The new version wants 0.95 of the days since January, too; 0.9 was enough before."""
    then = head(own)
    describe(own, programme(min_score=0.95, since="2026-01-01"))
    assert windows(own, ANNA) == ("in progress", False)
    assert windows(own, ANNA, known=then) == ("certified", True)


@pytest.mark.briefly("sqlite")
def test_before_people_were_linked_each_was_their_own(own: Caller, ids: Mapping[str, str]) -> None:
    """Boris passed under another account, which nobody knew to be his."""
    own.store(happened("passed", DINA, FIRE, "2026-04-01T10:00", score={"scaled": 1}))
    then = head(own)
    describe(own, {"links": [{"agent": key(DINA), "person": key(BORIS)}]})
    assert windows(own, BORIS) == windows(own, DINA) == ("certified", True)
    assert windows(own, BORIS, known=then) == ("in progress", False)
    assert windows(own, DINA, known=then) == ("certified", None)
    shown = asked(own, f"transcripts/{key(DINA)}", known=then)["trainee"]
    assert (shown["key"], shown["identifiers"]) == (key(DINA), [key(DINA)])


@pytest.mark.briefly("sqlite")
@pytest.mark.parametrize(
    ("kind", "entry", "status"),
    [
        ("exemptions", {"agent": key(BORIS), "reason": "стаж"}, ("exempt", True)),
        (
            "revocations",
            {"agent": key(ANNA), "on": "2026-06-01", "reason": "?"},
            ("revoked", False),
        ),
    ],
)
def test_an_exception_counts_from_when_it_was_recorded(
    own: Caller, ids: object, kind: str, entry: JsonObject, status: tuple[str, bool]
) -> None:
    """Asked as of before, there was none."""
    who = BORIS if kind == "exemptions" else ANNA
    then, before = head(own), windows(own, who)
    describe(own, {kind: [{"programme": "windows", **entry}]})
    assert windows(own, who) == status
    assert windows(own, who, known=then) == before != status


@pytest.mark.briefly("sqlite")
def test_where_somebody_worked_is_told_as_it_was_known(own: Caller, ids: object) -> None:
    """Vera moves, and her old office gets another name; so does the course."""
    then = head(own)
    renamed = {"code": "S", "title": {"ru": "Южный"}}
    course = {**catalogue()["courses"][0], "title": {"ru": "Огонь"}, "attempt_rule": "last"}
    describe(own, {"offices": [renamed], "people": [person(VERA, "N", "inspector")]})
    describe(own, {"courses": [course]})
    shown = asked(own, f"transcripts/{key(VERA)}", known=then)
    assert shown["trainee"]["office"]["title"] == "Юг"
    assert shown["trainee"]["post"]["code"] == "chief"
    (fire,) = [one for one in shown["lines"] if one["course"]["id"] == FIRE]
    assert (fire["course"]["title"], fire["attempt_rule"]) == ("Пожарная безопасность", "best")
    assert asked(own, f"transcripts/{key(VERA)}")["trainee"]["office"]["title"] == "Север"
    assert line(own, VERA)["course"]["title"] == "Огонь"


def test_an_instant_stands_for_the_last_position_stored_by_then(
    own: Caller, ids: Mapping[str, str]
) -> None:
    """Every `consistent_through` is such an instant, whatever offset it is written with."""
    before = asked(own, "courses")["as_of"]
    own.store(voiding(ids["anna passed"]))
    for instant in (before["consistent_through"], before["consistent_through"][:-1] + "+00:00"):
        found = asked(own, f"certifications/{key(ANNA)}", on=SUMMER, known=instant)
        assert found["may_serve"] is True
        assert found["as_of"] == before
        shown = asked(own, f"transcripts/{key(ANNA)}", known=instant)
        assert shown["as_of"] == before
        assert {one["position"] for one in shown["lines"]} == {before["position"]}


@pytest.mark.parametrize("path", ["transcripts/{}", "certifications/{}"])
@pytest.mark.parametrize("number", [ANNA, BORIS, VERA, DINA])
def test_what_is_known_now_is_what_is_known_at_the_end_of_the_log(
    centre_client: Caller, path: str, number: str
) -> None:
    """Read from the read model, or folded anew from the log: the same answer."""
    path = path.format(key(number))
    query = {"on": SUMMER} if path.startswith("cert") else {}
    now = asked(centre_client, path, **query)
    assert asked(centre_client, path, **query, known=str(now["as_of"]["position"])) == now


@pytest.mark.rules
@pytest.mark.parametrize("resource", ["transcripts", "certifications"])
@pytest.mark.parametrize(
    ("known", "status", "code"),
    [
        ("999999", 400, "known-in-future"),
        ("2999-01-01T00:00:00Z", 400, "known-in-future"),
        ("0", 400, "invalid-parameter"),
        ("-1", 400, "invalid-parameter"),
        ("2026-03-31", 400, "invalid-parameter"),
        ("yesterday", 400, "invalid-parameter"),
        ("9" * 19, 400, "invalid-parameter"),
        ("1", 404, "trainee-not-known-then"),
        ("2020-01-01T00:00:00Z", 404, "trainee-not-known-then"),
    ],
)
def test_what_cannot_have_been_known_is_said(
    centre_client: Caller, resource: str, known: str, status: int, code: str
) -> None:
    """The future, nonsense, and what was before anything was known of the person."""
    parameter = "known" if status == 400 else None
    assert refused(centre_client, f"{resource}/{key(ANNA)}?known={known}") == (
        status,
        code,
        parameter,
    )


@pytest.mark.rules
def test_nothing_is_known_of_who_is_named_nowhere(centre_client: Caller) -> None:
    """Whether asked as of now or as of before."""
    assert refused(centre_client, "certifications/nobody") == (404, "trainee-not-found", None)
    assert refused(centre_client, "certifications/nobody?known=5") == (
        404,
        "trainee-not-known-then",
        None,
    )
