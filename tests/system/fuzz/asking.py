"""Good requests that ask: for statements, for what is known, for reports; and what is not there."""

from __future__ import annotations

from random import Random
from urllib.parse import quote

from lrs.domain.xapi.agent import agent_key
from lrs.domain.xapi.filters import Criteria
from lrs.domain.xapi.version import Version
from lrs.service.query import Cursor
from tests.schemas.values import TIMESTAMPS
from tests.system.fuzz import world as the
from tests.system.fuzz.drafts import DOCUMENTS, FOUND, STATEMENTS, WRITTEN, Draft


def _shape(chance: Random) -> dict[str, str]:
    shape = {}
    if chance.random() < 0.3:
        shape["format"] = chance.choice(("exact", "ids", "canonical"))
    if chance.random() < 0.2:
        shape["attachments"] = chance.choice(("true", "false", "True"))
    return shape


def one(chance: Random, version: Version) -> Draft:
    name = chance.choice(("statementId", "statementId", "voidedStatementId"))
    params = {name: chance.choice(the.KNOWN), **_shape(chance)}
    return Draft("one", "GET", STATEMENTS, params, expects=FOUND)


def query(chance: Random, version: Version) -> Draft:
    possible = {
        "agent": the.compact(chance.choice(the.AGENTS)),
        "verb": chance.choice(the.VERBS),
        "activity": chance.choice(the.ACTIVITIES),
        "registration": chance.choice(the.REGISTRATIONS),
        "related_agents": chance.choice(("true", "false")),
        "related_activities": chance.choice(("TRUE", "false")),
        "since": chance.choice(TIMESTAMPS),
        "until": chance.choice(TIMESTAMPS),
        "ascending": chance.choice(("true", "false")),
    }
    names = chance.sample(sorted(possible), chance.choice((0, 1, 1, 2, 3)))
    params = {name: possible[name] for name in names} | _shape(chance)
    params["limit"] = str(chance.choice((0, 1, 2, 5, 5, 10)))
    return Draft("query", chance.choice(("GET", "GET", "GET", "HEAD")), STATEMENTS, params)


def more(chance: Random, version: Version) -> Draft:
    criteria = Criteria(
        agent=chance.choice((None, agent_key(chance.choice(the.AGENTS)))),
        verb=chance.choice((None, *the.VERBS)),
        related_agents=chance.random() < 0.2,
    )
    after = chance.randrange(5_000)
    upto = after + chance.randrange(5_000)
    token = Cursor(criteria, chance.randrange(1, 9), chance.random() < 0.5, after, upto).encode()
    return Draft("more", "GET", f"/xapi/more/{token}", _shape(chance))


def known(chance: Random, version: Version) -> Draft:
    method = chance.choice(("GET", "GET", "HEAD"))
    match chance.randrange(3):
        case 0:
            return Draft("about", method, "/xapi/about")
        case 1:
            agent = the.compact(chance.choice(the.AGENTS))
            return Draft("agents", method, "/xapi/agents", {"agent": agent})
        case _:
            id = chance.choice(the.ACTIVITIES)
            return Draft("activities", method, "/xapi/activities", {"activityId": id})


def report(chance: Random, version: Version) -> Draft:
    person = quote(agent_key(chance.choice(the.AGENTS)) or "")
    course = quote(chance.choice(the.ACTIVITIES), safe="")
    sought = {"q": chance.choice(("", "а", "0", "%_'\\")), "limit": "9"}
    known = {"known": chance.choice((str(chance.randrange(99)), *TIMESTAMPS))}
    by = {"by": chance.choice(("session", "office", "instructor", "month")), "limit": "9"}
    path, params = chance.choice(
        (
            ("/", {}),
            ("/health", {}),
            ("/api/v1/transcripts", sought),
            (f"/api/v1/transcripts/{person}", {}),
            (f"/api/v1/transcripts/{person}", known),
            (f"/api/v1/transcripts/{chance.randrange(50):04}", {}),
            ("/api/v1/courses", {}),
            (f"/api/v1/courses/{course}/statistics", {}),
            (f"/api/v1/courses/{course}/statistics", by),
            (f"/api/v1/courses/{chance.randrange(40)}/statistics", {}),
            ("/api/v1/statistics", by),
            (f"/api/v1/certifications/{person}", {"on": "2026-07-01"}),
            (f"/api/v1/certifications/{person}", known),
            ("/api/v1/certifications", {"office": "O-1", "programme": "windows"}),
            ("/api/v1/offices", {}),
            ("/api/v1/offices/O-1", {}),
            ("/api/v1/services", {}),
            (f"/api/v1/services/{quote('вода')}", {}),
            ("/api/v1/visits", {"office": "O-1"}),
        )
    )
    return Draft("report", "GET", path, dict(params), expects=frozenset({200, 400, 404}))


def strange(chance: Random, version: Version) -> Draft:
    """Good HTTP for what is not there."""
    paths = (
        STATEMENTS,
        *DOCUMENTS,
        "/xapi/about",
        "/xapi/more/",
        "/xapi",
        "/xapi/x",
        "/x",
        "/api/",
    )
    path = chance.choice((*paths, "//xapi//statements", "/xAPI/about", "/xapi/statements/"))
    method = chance.choice(("OPTIONS", "PATCH", "TRACE", "PROPFIND", "DELETE", "X", "GET"))
    return Draft("strange", method, path, expects=frozenset())


def preflight(chance: Random, version: Version) -> Draft:
    headers = {"Origin": "https://courses.example.org", "Access-Control-Request-Method": "PUT"}
    return Draft("preflight", "OPTIONS", STATEMENTS, {}, headers, expects=WRITTEN)
