"""/api/v1/replay/diff: what differs between two moments, over HTTP and on the command line."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from tests.api.caller import Caller, voiding
from tests.api.reports.centre import ANNA, FIRE, VERA, asked, key, open_centre, refused
from tests.api.reports.test_known import head

ON = {"on": "2026-07-01"}


def differing(caller: Caller, language: str = "en", **query: str) -> Any:
    return asked(caller, "replay/diff", language, **query)


@pytest.mark.briefly("sqlite")
def test_a_difference_names_what_was_and_what_is_and_the_event_that_did_it(own: Caller) -> None:
    """Since what Anna had passed was voided she has failed, is not certified and may not serve."""
    ids = open_centre(own)
    then = head(own)
    own.store(voiding(ids["anna passed"]), voiding(ids["vera passed"]))
    found = differing(own, **{"from": then}, **ON)
    assert (found["compared"], found["since"]["position"]) == (2, int(then))
    assert found["as_of"]["position"] == int(then) + 2
    anna, vera = found["people"]
    assert (anna["trainee"]["key"], vera["trainee"]["key"]) == (key(ANNA), key(VERA))
    line, verdict, clearance = anna["changes"]
    assert (line["what"], line["before"]["status"], line["after"]["status"]) == (
        "line",
        "passed",
        "failed",
    )
    assert verdict["programme"]["code"] == "windows"
    assert (verdict["before"]["status"], verdict["after"]["status"]) == ("certified", "in progress")
    assert (clearance["before"]["may_serve"], clearance["after"]["may_serve"]) == (True, False)
    (event,) = anna["events"]
    assert (event["position"], event["voids"]) == (int(then) + 1, [ids["anna passed"]])
    assert event["by"]["name"] == "test"
    only = differing(own, **{"from": then, "person": key(VERA)}, **ON)
    assert only["people"] == [vera]


@pytest.mark.briefly("sqlite")
@pytest.mark.parametrize("what", ["line", "verdict", "may serve"])
def test_one_kind_of_changes_is_asked_for_by_its_name(own: Caller, what: str) -> None:
    """Who has no change of that kind is left out, and so are events that did only others."""
    ids = open_centre(own)
    then = head(own)
    own.store(voiding(ids["anna passed"]), voiding(ids["vera passed"]))
    found = differing(own, **{"from": then, "what": what}, **ON)["people"]
    assert found
    assert [(one["trainee"], one["changes"]) for one in found] == [
        (one["trainee"], mine)
        for one in differing(own, **{"from": then}, **ON)["people"]
        if (mine := [change for change in one["changes"] if change["what"] == what])
    ]
    events = [event for person in found for event in person["events"]]
    assert {change["what"] for event in events for change in event["changes"]} == {what}


@pytest.mark.briefly("sqlite")
def test_words_are_in_the_language_of_the_reader(own: Caller) -> None:
    """Russian and English."""
    ids = open_centre(own)
    then = head(own)
    own.store(voiding(ids["anna passed"]))
    english, russian = (differing(own, at, **{"from": then}, **ON) for at in ("en", "ru"))
    words = [
        [change["words"] for change in found["people"][0]["changes"]]
        for found in (english, russian)
    ]
    assert len(words[0]) == len(words[1]) == 3
    assert all(one != two for one, two in zip(*words, strict=True))
    assert words[0][2] == "may serve visitors: yes → no; missing programmes: windows"
    assert words[1][2].startswith("допуск к приёму посетителей: да → нет")


@pytest.mark.briefly("sqlite")
def test_pages_go_through_all_who_may_be_concerned(own: Caller) -> None:
    """`more` goes on with the same moments."""
    open_centre(own)
    found = differing(own, **{"from": "1", "limit": "2"}, **ON)
    seen = list(found["people"])
    while found["more"]:
        assert "from=1" in found["more"]
        query = dict(parse_qsl(urlsplit(found["more"]).query))
        found = differing(own, **query)
        seen += found["people"]
    assert seen == differing(own, **{"from": "1"}, **ON)["people"]


@pytest.mark.rules
@pytest.mark.parametrize(
    ("path", "status", "code", "parameter"),
    [
        ("", 400, "missing-parameter", "from"),
        ("?from=0", 400, "invalid-parameter", "from"),
        ("?from=yesterday", 400, "invalid-parameter", "from"),
        ("?from=99999", 400, "known-in-future", "from"),
        ("?from=1&to=99999", 400, "known-in-future", "to"),
        ("?from=2999-01-01T00:00:00Z", 400, "known-in-future", "from"),
        ("?from=9&to=2", 400, "moments-in-wrong-order", "from"),
        ("?from=1&on=2026-02-30", 400, "invalid-parameter", "on"),
        ("?from=1&known=3", 400, "unknown-parameter", None),
        ("?from=1&what=name", 400, "invalid-parameter", "what"),
        ("?from=1&what=may%20serve&course=1", 400, "clearance-of-a-part", "course"),
        (f"?from=1&course={FIRE}&programme=windows", 400, "course-and-programme", "programme"),
        ("?from=1&person=nobody", 404, "trainee-not-found", None),
        ("?from=1&office=nowhere", 404, "office-not-found", None),
        ("?from=1&course=77", 404, "course-not-found", None),
        ("?from=1&programme=none", 404, "programme-not-found", None),
    ],
)
def test_what_cannot_be_compared_is_refused(
    centre_client: Caller, path: str, status: int, code: str, parameter: str | None
) -> None:
    """By parameter, and with what to change."""
    assert refused(centre_client, f"replay/diff{path}") == (status, code, parameter)
