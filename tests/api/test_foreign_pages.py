"""A page of another site changes nothing through the browser of somebody who is logged in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.api.caller import STATEMENTS, Answer, Caller, said
from tests.api.opening import caller_of, opened
from tests.conftest import Place

PORTAL = "https://portal.example.org"
MODULES = "https://courses.example.org"
PAUSE = "/api/v1/projections/training/pause"
ENTRY = "/api/v1/catalogue/courses"
COMMANDS = [("POST", PAUSE), ("POST", ENTRY), ("POST", STATEMENTS), ("DELETE", ENTRY),
            ("PUT", "/xapi/activities/state")]  # fmt: skip
FOREIGN = {
    "another site": {"Origin": "https://evil.example.org", "Sec-Fetch-Site": "cross-site"},
    "a file": {"Origin": "null"},
    "a neighbour": {"Origin": "https://www.example.org", "Sec-Fetch-Site": "same-site"},
    "no origin, but a site": {"Sec-Fetch-Site": "cross-site"},
    "another port": {"Origin": "http://localhost:9999"},
}  # fmt: skip
OWN = {
    "a program": {},
    "the address bar": {"Sec-Fetch-Site": "none"},
    "a page of the store's": {"Origin": "http://localhost", "Sec-Fetch-Site": "same-origin"},
    "the same behind a proxy": {"Origin": PORTAL, "Sec-Fetch-Site": "same-origin"},
}


@pytest.fixture(scope="module")
def store(shared_place: Place, client: Caller) -> Iterator[Caller]:
    """Reached under a path of a portal, with modules of one other origin."""
    with opened(shared_place, cors_origins=MODULES, public_url=f"{PORTAL}/lrs") as lrs:
        yield caller_of(lrs)


def is_refused(answer: Answer) -> None:
    assert (answer.status_code, answer.json["code"]) == (403, "foreign-page")


@pytest.mark.parametrize("command", COMMANDS)
@pytest.mark.parametrize("page", FOREIGN)
def test_commands_of_foreign_pages_are_refused(
    store: Caller, command: tuple[str, str], page: str
) -> None:
    """Whatever they change, and whoever's key the browser sends along."""
    is_refused(store.send(*command, json=said(), headers=FOREIGN[page]))


@pytest.mark.parametrize("page", OWN)
def test_programs_and_own_pages_are_not_foreign(store: Caller, page: str) -> None:
    """A program sends neither header; a page of the store's own says so."""
    assert store.send("POST", STATEMENTS, json=said(), headers=OWN[page]).status_code == 200


@pytest.mark.parametrize("page", FOREIGN)
def test_what_changes_nothing_is_answered(store: Caller, page: str) -> None:
    """The page's script does not get to see it: that is the browser's part."""
    answer = store.send("GET", STATEMENTS, headers=FOREIGN[page])
    assert answer.status_code == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


def test_modules_of_other_origins_use_xapi_and_nothing_else(store: Caller) -> None:
    """Neither commands nor reports."""
    module = {"Origin": MODULES, "Sec-Fetch-Site": "cross-site"}
    answer = store.send("POST", STATEMENTS, json=said(), headers=module)
    assert answer.status_code == 200
    assert answer.headers["Access-Control-Allow-Origin"] == MODULES
    is_refused(store.send("POST", ENTRY, json=[], headers=module))
    report = store.send("GET", "/api/v1/transcripts", headers=module)
    preflight = {**module, "Access-Control-Request-Method": "GET"}
    preflight_answer = store.send("OPTIONS", "/api/v1/transcripts", headers=preflight)
    for answer in (report, preflight_answer):
        assert "Access-Control-Allow-Origin" not in answer.headers


def test_what_is_about_people_stays_in_no_cache(store: Caller) -> None:
    """Refusals neither: they may name somebody."""
    for path in (STATEMENTS, "/api/v1/transcripts", "/api/v1/transcripts/nobody", "/xapi/nowhere"):
        assert store.send("GET", path).headers["Cache-Control"] == "no-store"
    for path in ("/", "/health", "/xapi/about"):
        assert "Cache-Control" not in store.send("GET", path).headers


def test_health_tells_strangers_that_the_store_answers(store: Caller) -> None:
    """The rest is for keys."""
    stranger = Caller(store.http, None, None)
    assert stranger.get("/health").json == {"status": "ok"}
    wrong = stranger.send("GET", "/health", headers={"Authorization": "Basic eDp5"})
    assert wrong.json == {"status": "ok"}
    assert {"version", "events", "log", "projections"} <= store.get("/health").json.keys()
    assert "version" not in stranger.get("/").json
