"""Requests to every resource, about things that nobody but the key of `client` has written."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import STATEMENTS, Answer, Caller, fresh, said, someone, voiding
from tests.api.reports.centre import describe
from tests.api.xapi.documents import JSON, KINDS, PATHS, Doc, document

COMPLETED = {"id": "http://adlnet.gov/expapi/verbs/completed"}


@dataclass(frozen=True)
class Ask:
    """A request, and how to tell what came of it."""

    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    shows: str = ""
    """What the answer holds if it shows what was asked for."""
    done: Callable[[], bool] | None = None
    """Whether the change that it asks for has been made."""

    def sent(self, by: Caller, method: str) -> Answer:
        return by.send(method, self.path, query_string=dict(self.query) or None, **self.options)


@dataclass(frozen=True)
class About:
    """A word that stands in all that has been written of one trainee and one course."""

    client: Caller
    word: str
    trainee: str
    course: str
    statement: str
    voided: str
    more: str
    papers: Mapping[str, Doc]

    @property
    def agent(self) -> str:
        return json.dumps({"mbox": self.trainee})


def about(client: Caller) -> About:
    """Statements, one with an unknown verb, one voided, a document of each kind, and who works
    where, written by that key.
    """
    word, course, trainee = fresh(), f"https://example.org/courses/{fresh()}", someone()["mbox"]
    actor = {"mbox": trainee, "name": f"Анна {word}"}
    studied = {"id": course, "definition": {"name": {"ru": f"Курс {word}"}}}
    one, two = (said(actor=actor, verb=COMPLETED, object=studied) for _ in range(2))
    wrong = said(actor={**someone(), "name": word})
    unknown = said(actor=actor, verb={"id": f"https://verbs.example/{word}"}, object=studied)
    client.store(one, two, unknown, wrong, voiding(wrong))
    describe(client, _catalogue(word, f"mbox|{trainee}", course))
    first = client.get(agent=json.dumps({"mbox": trainee}), limit="1").json
    papers = {kind: paper(client, kind, word) for kind in KINDS}
    return About(client, word, trainee, course, one["id"], wrong["id"], first["more"], papers)


def _catalogue(word: str, trainee: str, course: str) -> dict[str, list[JsonObject]]:
    """An office, a service and a programme under that word, and the trainee's record."""
    thing = {"code": word, "title": {"ru": word}}
    record = {"agent": trainee, "name": f"Анна {word}", "office": word}
    taught = {"id": course, "title": {"ru": f"Курс {word}"}, "services": [word]}
    visit = {"code": word, "on": "2026-04-02", "office": word, "trainer": trainee}
    return {
        "offices": [thing],
        "services": [thing],
        "courses": [taught],
        "programmes": [{**thing, "courses": [course]}],
        "people": [record],
        "visits": [visit],
    }


def paper(client: Caller, kind: str, word: str) -> Doc:
    """A new document of that kind, with the word in it."""
    return document(client, kind).holding(json.dumps({"word": word}).encode(), JSON)


def asked(of: About, method: str, resource: str) -> Ask:
    """What the rows of the table in test_scopes.py are. Each change is another one every time."""
    if method in ("GET", "HEAD"):
        return _reads(of)[resource]
    if resource == "statements":
        return _stores(of, method)
    doc = paper(of.client, resource.partition(" ")[0], of.word)
    return _all_of(doc) if resource.endswith(" ids") else _changes(doc, method)


def _reads(of: About) -> dict[str, Ask]:
    trainee, course = (quote(text, safe="") for text in (f"mbox|{of.trainee}", of.course))
    reads = {
        "statements": Ask(STATEMENTS, {"agent": of.agent}),
        "statements one": Ask(STATEMENTS, {"statementId": of.statement}),
        "statements voided": Ask(STATEMENTS, {"voidedStatementId": of.voided}),
        "more": Ask(of.more),
        "agents": Ask("/xapi/agents", {"agent": of.agent}),
        "activities": Ask("/xapi/activities", {"activityId": of.course}),
        "transcripts": Ask("/api/v1/transcripts", {"q": of.word}),
        "transcripts one": Ask(f"/api/v1/transcripts/{trainee}"),
        "courses": Ask("/api/v1/courses"),
        "courses one": Ask(f"/api/v1/courses/{course}/statistics"),
        "statistics": Ask("/api/v1/statistics", {"by": "office"}),
        "certifications": Ask("/api/v1/certifications", {"office": of.word}),
        "certifications one": Ask(f"/api/v1/certifications/{trainee}"),
        "offices": Ask("/api/v1/offices"),
        "offices one": Ask(f"/api/v1/offices/{of.word}"),
        "services": Ask("/api/v1/services"),
        "services one": Ask(f"/api/v1/services/{of.word}"),
        "visits": Ask("/api/v1/visits"),
        "unrecognised": Ask("/api/v1/unrecognised", {"limit": "1000"}),
        "explain": Ask("/api/v1/replay/explain", {"person": f"mbox|{of.trainee}"}),
        "events": Ask(f"/api/v1/replay/events/{of.statement}"),
    }
    reads = {name: Ask(ask.path, ask.query, shows=of.word) for name, ask in reads.items()}
    for kind, doc in of.papers.items():
        reads[kind] = Ask(doc.path, doc.where, shows=of.word)
        reads[f"{kind} ids"] = Ask(doc.path, doc.around, shows=doc.name)
    return {**reads, "about": Ask("/xapi/about", shows="1.0.3")}


def _stores(of: About, method: str) -> Ask:
    statement = said(actor={"mbox": of.trainee})
    query = {"statementId": statement["id"]} if method == "PUT" else {}
    body = {"data": json.dumps(statement).encode(), "content_type": JSON}

    def done() -> bool:
        return of.client.get(statementId=statement["id"]).status_code == 200

    return Ask(STATEMENTS, query, body, done=done)


def _changes(doc: Doc, method: str) -> Ask:
    old: dict[str, Any] = doc.get().json
    new = {"PUT": {"new": 1}, "POST": {**old, "new": 1}, "DELETE": None}[method]

    def done() -> bool:
        found = doc.get()
        now = found.json if found.status_code == 200 else None
        assert now in (old, new)
        return bool(now == new)

    body = {} if method == "DELETE" else {"data": b'{"new":1}', "content_type": JSON}
    return Ask(doc.path, doc.where, {**body, "headers": {"If-Match": "*"}}, done=done)


def _all_of(doc: Doc) -> Ask:
    return Ask(doc.path, doc.around, done=lambda: doc.get().status_code == 404)


PLACES = {
    "statements": STATEMENTS,
    "more": "/xapi/more/x",
    **PATHS,
    "agents": "/xapi/agents",
    "activities": "/xapi/activities",
    "about": "/xapi/about",
    "transcripts": "/api/v1/transcripts",
    "transcripts one": "/api/v1/transcripts/x",
    "courses": "/api/v1/courses",
    "courses one": "/api/v1/courses/x/statistics",
    "statistics": "/api/v1/statistics",
    "certifications": "/api/v1/certifications",
    "certifications one": "/api/v1/certifications/x",
    "offices": "/api/v1/offices",
    "offices one": "/api/v1/offices/x",
    "services": "/api/v1/services",
    "services one": "/api/v1/services/x",
    "visits": "/api/v1/visits",
    "unrecognised": "/api/v1/unrecognised",
    "explain": "/api/v1/replay/explain",
    "events": "/api/v1/replay/events/x",
}
"""Every path there is for a key."""
