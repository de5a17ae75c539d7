"""Browser modules on other origins: preflights, and headers on whatever is answered."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from tests.api.caller import STATEMENTS, Answer, Caller, said
from tests.api.opening import caller_of, opened
from tests.conftest import Place

COURSES = "https://courses.example.org"


@pytest.fixture
def sharing(shared_place: Place, client: Caller) -> Iterator[Caller]:
    """A store that lets one origin in."""
    with opened(shared_place, cors_origins=f"{COURSES}, https://other.example.org:8443") as lrs:
        yield caller_of(lrs)


def preflight(caller: Caller, path: str, origin: str = COURSES) -> Answer:
    """What a browser asks before it sends what a form could not; it sends no key with it."""
    headers = {
        "Origin": origin,
        "Access-Control-Request-Method": "PUT",
        "Access-Control-Request-Headers": "authorization,content-type,x-experience-api-version",
    }
    return replace(caller, key=None, version=None).send("OPTIONS", path, headers=headers)


@pytest.mark.parametrize(
    "path", [STATEMENTS, "/xAPI/statements", "/xapi//statements", "/xapi/nowhere"]
)
def test_a_preflight_is_answered_without_a_key_or_a_redirect(sharing: Caller, path: str) -> None:
    answer = preflight(sharing, path)
    assert answer.status_code == 204
    assert answer.headers["Access-Control-Allow-Origin"] == COURSES
    assert "PUT" in answer.headers["Access-Control-Allow-Methods"]
    allowed = answer.headers["Access-Control-Allow-Headers"].lower().split(", ")
    assert {"authorization", "content-type", "x-experience-api-version"} <= set(allowed)
    assert {"if-match", "if-none-match"} <= set(allowed)
    assert answer.headers["Vary"] == "Origin"


def test_answers_and_errors_can_be_read_by_the_page(sharing: Caller) -> None:
    """A refusal without these headers is only a network error to a script."""
    statement = said()
    answers = [
        sharing.send("POST", STATEMENTS, json=statement, headers={"Origin": COURSES}),
        sharing.send("POST", STATEMENTS, json={}, headers={"Origin": COURSES}),
        sharing.send("GET", "/xapi/nowhere", headers={"Origin": COURSES}),
        replace(sharing, key=None).send("GET", STATEMENTS, headers={"Origin": COURSES}),
    ]
    assert [a.status_code for a in answers] == [200, 400, 404, 401]
    for answer in answers:
        assert answer.headers["Access-Control-Allow-Origin"] == COURSES
        exposed = answer.headers["Access-Control-Expose-Headers"]
        assert "X-Experience-API-Consistent-Through" in exposed
        assert "ETag" in exposed
        assert "X-Zachetka-Unknown-Verb" in exposed


@pytest.mark.parametrize("origin", ["https://evil.example.org", "null", COURSES + ":444"])
def test_other_origins_are_told_nothing(sharing: Caller, origin: str) -> None:
    """Their requests are answered as anybody's; their scripts do not get to see it."""
    for answer in (
        preflight(sharing, STATEMENTS, origin),
        sharing.send("GET", STATEMENTS, headers={"Origin": origin}),
    ):
        assert "Access-Control-Allow-Origin" not in answer.headers
        assert answer.headers["Vary"] == "Origin"


def test_any_origin_may_be_let_in_and_none_is_by_default(
    shared_place: Place, client: Caller
) -> None:
    with opened(shared_place, cors_origins="*") as lrs:
        answer = preflight(caller_of(lrs), STATEMENTS, "https://anywhere.example.org")
    assert answer.headers["Access-Control-Allow-Origin"] == "https://anywhere.example.org"
    assert "Access-Control-Allow-Origin" not in preflight(client, STATEMENTS).headers


def test_options_name_the_methods(client: Caller) -> None:
    """Without a version or a key: it is asked before there are any."""
    answer = replace(client, key=None, version=None).send("OPTIONS", STATEMENTS)
    assert answer.status_code == 200
    assert {"GET", "HEAD", "POST", "PUT", "OPTIONS"} == set(answer.headers["Allow"].split(", "))
