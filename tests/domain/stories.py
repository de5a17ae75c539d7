"""Statements in few words: what happened to whom, in the order the log learned of it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from lrs.domain.agent import JsonObject
from lrs.domain.line import Line, view
from lrs.domain.statement import VOIDED, RecordedStatement
from lrs.domain.training import Outcome, outcomes
from lrs.domain.transcript import State, gather

ADL = "http://adlnet.gov/expapi/verbs/"
CMI5 = "https://w3id.org/xapi/adl/verbs/"
STREAMS = "http://activitystrea.ms/"
TYPES = "http://adlnet.gov/expapi/activities/"
COURSE = "https://centre.example.org/courses/conflicts"
HOME = "https://hr.example.org"
CENTRE: JsonObject = {"account": {"homePage": "https://lrs.example.org", "name": "centre"}}
STORED = 1_772_350_000_000_000

VERBS = {
    "schedule": STREAMS + "schedule",
    "join": STREAMS + "join",
    "leave": STREAMS + "leave",
    "unregistered": "http://id.tincanapi.com/verb/unregistered",
    "satisfied": CMI5 + "satisfied",
    "waived": CMI5 + "waived",
    "abandoned": CMI5 + "abandoned",
    "earned": "http://id.tincanapi.com/verb/earned",
    "rated": "http://id.tincanapi.com/verb/rated",
    "voided": VOIDED,
}


def person(number: str, name: str | None = None) -> JsonObject:
    named = {} if name is None else {"name": name}
    return {"objectType": "Agent", "account": {"homePage": HOME, "name": number}, **named}


def key(number: str) -> str:
    return f"account|{HOME}|{number}"


def activity(iri: str, kind: str | None = None, **title: str) -> JsonObject:
    """An activity; `kind` is the last word of an ADL type, or an IRI."""
    definition: JsonObject = {}
    if kind is not None:
        definition["type"] = kind if ":" in kind else TYPES + kind
    if title:
        definition["name"] = title
    return {"id": iri, "definition": definition} if definition else {"id": iri}


def course(iri: str = COURSE) -> JsonObject:
    return activity(iri, "course", ru="Управление конфликтами")


def part(name: str, kind: str | None) -> JsonObject:
    return activity(f"{COURSE}/{name}", kind)


def within(parent: JsonObject | None = None, **context: Any) -> JsonObject:
    """A context whose parent is the course, or another activity."""
    return {"contextActivities": {"parent": [parent or course()]}, **context}


def statement(
    verb: str,
    object_: JsonObject,
    *,
    by: JsonObject | None = None,
    at: str | None = "2026-03-02T10:00:00+03:00",
    result: JsonObject | None = None,
    context: JsonObject | None = None,
) -> JsonObject:
    """A statement of a known verb (`passed`, `join`) or of a verb IRI."""
    iri = verb if ":" in verb else VERBS.get(verb, ADL + verb)
    said: JsonObject = {
        "actor": by or person("0417", "Анна Белова"),
        "verb": {"id": iri},
        "object": object_,
    }
    more = {"timestamp": at, "result": result, "context": context}
    return said | {name: value for name, value in more.items() if value is not None}


def voiding(position: int) -> JsonObject:
    """A statement that voids the one at this position."""
    return statement("voided", {"objectType": "StatementRef", "id": str(id_at(position))}, at=None)


def id_at(position: int) -> UUID:
    return UUID(int=position << 64 | 0x8000_0000_0000_0000 | 4 << 76)


def recorded(
    said: JsonObject, position: int = 1, authority: JsonObject = CENTRE, *, any_: bool = False
) -> RecordedStatement:
    stored = STORED + position
    return RecordedStatement(position, stored, id_at(position), authority, any_, said)


def log(statements: Sequence[JsonObject]) -> list[RecordedStatement]:
    """The statements at positions 1, 2, 3 ..."""
    return [recorded(said, position) for position, said in enumerate(statements, start=1)]


def told(*statements: JsonObject) -> list[Outcome]:
    return [outcome for said in log(statements) for outcome in outcomes(said)]


def state_of(*statements: JsonObject) -> State:
    return gather({}, told(*statements))


def line_of(*statements: JsonObject, rule: Any = "best") -> Line:
    """The one line that these statements of one trainee and one course make."""
    all_told = told(*statements)
    assert len({(o.trainee, o.course) for o in all_told}) == 1
    line = view(gather({}, all_told), rule)
    assert line is not None
    return line
