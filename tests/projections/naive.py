"""What GET /statements must answer, said plainly: one loop over all statements, no index.

Written from xAPI 1.0.3 part 3, 2.1.3 and part 2, 2.3.2 alone, so that it errs otherwise than the
index if it errs.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement

VOIDED = "http://adlnet.gov/expapi/verbs/voided"


@dataclass(frozen=True)
class Question:
    """The filters of a query; `agent` is an Agent, not a key."""

    agent: JsonObject | None = None
    verb: str | None = None
    activity: str | None = None
    registration: str | None = None
    related_agents: bool = False
    related_activities: bool = False
    mine: JsonObject | None = None


def answer(log: Sequence[RecordedStatement], question: Question) -> list[int]:
    """The positions that the question finds, ascending."""
    voided_ids = voided(log)
    return [
        s.position
        for s in log
        if s.position not in voided_ids
        and (question.mine is None or s.authority == question.mine)
        and any(
            _matches(t, question)
            for t in _with_targets(s, log)
            if question.mine is None or t.authority == question.mine
        )
    ]


def voided(log: Sequence[RecordedStatement]) -> set[int]:
    """Positions of statements that others void, whichever came first."""
    ids = set()
    for v in log:
        if v.statement["verb"]["id"] != VOIDED:
            continue
        for target in log:
            allowed = v.may_void_any or v.authority == target.authority
            is_voiding = target.statement["verb"]["id"] == VOIDED
            if target.id == _target(v) and allowed and not is_voiding:
                ids.add(target.position)
    return ids


def _target(s: RecordedStatement) -> UUID | None:
    thing = s.statement["object"]
    return UUID(thing["id"]) if thing.get("objectType") == "StatementRef" else None


def _with_targets(
    s: RecordedStatement, log: Sequence[RecordedStatement]
) -> Iterator[RecordedStatement]:
    """A statement, what it refers to, what that refers to, and so on; a circle once around."""
    earlier: list[RecordedStatement] = []
    while s not in earlier:
        earlier.append(s)
        yield s
        s = next((t for t in log if t.id == _target(s)), s)


def _matches(s: RecordedStatement, q: Question) -> bool:
    statement = s.statement
    context = statement.get("context", {})
    if q.verb is not None and statement["verb"]["id"] != q.verb:
        return False
    if q.registration is not None and context.get("registration") != q.registration:
        return False
    if q.agent is not None:
        people = [*_people(statement["actor"]), *_people(statement["object"])]
        if q.related_agents:
            people += [*_people(s.authority), *_around(statement)]
        if q.agent not in [_identifier(p) for p in people]:
            return False
    if q.activity is not None:
        things = [statement["object"]]
        if q.related_activities:
            things += _around(statement)
        return q.activity in [t["id"] for t in things if _type(t) == "Activity"]
    return True


def _type(thing: JsonObject) -> str:
    people = ("mbox", "mbox_sha1sum", "openid", "account", "member")
    default = "Agent" if any(name in thing for name in people) else "Activity"
    kind: str = thing.get("objectType", default)
    return kind


def _people(thing: JsonObject) -> list[JsonObject]:
    return [thing, *thing.get("member", [])] if _type(thing) in ("Agent", "Group") else []


def _identifier(person: JsonObject) -> JsonObject:
    return {k: v for k, v in person.items() if k not in ("objectType", "name", "member")}


def _around(statement: JsonObject) -> list[Any]:
    """All agents and activities that only the `related_` filters look at."""
    context = statement.get("context", {})
    found: list[Any] = [a for kind in context.get("contextActivities", {}).values() for a in kind]
    for name in ("instructor", "team"):
        found += _people(context[name]) if name in context else []
    for entry in context.get("contextAgents", []):
        found += _people(entry["agent"])
    for entry in context.get("contextGroups", []):
        found += _people(entry["group"])
    inner = statement["object"]
    if _type(inner) == "SubStatement":
        found += [*_people(inner["actor"]), *(_people(inner["object"]) or [inner["object"]])]
        found += _around(inner)
    return found
