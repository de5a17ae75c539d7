"""The terms of a statement, which the filters of GET /statements compare.

xAPI 1.0.3 part 3, 2.1.3. A prefix distinguishes the terms, so one numbering serves all of them:
`agent:<agent key>`, `verb:<IRI>`, `activity:<IRI>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, NamedTuple
from uuid import UUID

from lrs.domain.interning import CACHE_SIZE, cached_on_interned
from lrs.domain.xapi.agent import agent_key, authority_key

CONTEXT_ACTIVITIES = ("parent", "grouping", "category", "other")


@dataclass(frozen=True, slots=True)
class Criteria:
    """The filters that a statement must match; None is no filter. `agent` is an agent key, `verb`
    and `activity` are IRIs. `related_...` let the agent and the activity occur in more members.
    """

    agent: str | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    related_agents: bool = False
    related_activities: bool = False


class Terms(NamedTuple):
    """A statement's terms. `direct` are those that `agent` matches; `related` are added by
    `related_agents` and `related_activities`. Neither has repeats, and the order is fixed.
    """

    verb: str
    activity: str | None
    registration: UUID | None
    authority: str
    direct: tuple[str, ...]
    related: tuple[str, ...]


def agent_term(key: str) -> str:
    return f"agent:{key}"


def verb_term(iri: str) -> str:
    return f"verb:{iri}"


def activity_term(iri: str) -> str:
    return f"activity:{iri}"


def terms(statement: Mapping[str, Any], authority: Mapping[str, Any]) -> Terms:
    """The terms of a valid statement under its authority."""
    context = statement.get("context")
    registration = context.get("registration") if context else None
    activity, agents, inside = _in_object(statement["object"])
    direct = _agents(statement["actor"])
    if agents:
        direct = tuple(dict.fromkeys(direct + agents))
    who, members = _vouching(authority)
    related = (_in_context(context) if context else ()) + inside + members
    if related:
        known = {activity, who, *direct}
        related = tuple([term for term in dict.fromkeys(related) if term not in known])
    # positional: this runs for every statement, and keyword arguments cost a microsecond
    return Terms(
        _verb(statement["verb"]),
        activity,
        _registration(registration) if registration else None,
        who,
        direct,
        related,
    )


_Texts = tuple[str, ...]

_registration = lru_cache(maxsize=CACHE_SIZE)(UUID)
"""Cached, since statements of one registration come close together."""


@cached_on_interned
def _verb(verb: Mapping[str, Any]) -> str:
    return f"verb:{verb['id']}"


@cached_on_interned
def _vouching(authority: Mapping[str, Any]) -> tuple[str, _Texts]:
    """The term of the authority, and the terms of an OAuth Group's members."""
    members = _agents(authority) if "member" in authority else ()
    return f"agent:{authority_key(authority)}", members


@cached_on_interned
def _agents(actor: Mapping[str, Any]) -> _Texts:
    """The terms of an Agent or Group and of a Group's members: the agent filter matches each."""
    key = agent_key(actor)
    found = [] if key is None else [f"agent:{key}"]
    for member in actor.get("member", ()):
        key = agent_key(member)
        if key is not None:
            found.append(f"agent:{key}")
    return tuple(dict.fromkeys(found))


@cached_on_interned
def _in_object(object_: Mapping[str, Any]) -> tuple[str | None, _Texts, _Texts]:
    """The term of an Activity, the terms of an Agent or Group, and all terms of a SubStatement."""
    kind = object_.get("objectType", "Activity")
    if kind == "Activity":
        return f"activity:{object_['id']}", (), ()
    if kind in ("Agent", "Group"):
        return None, _agents(object_), ()
    return None, (), _in_substatement(object_) if kind == "SubStatement" else ()


def _in_substatement(substatement: Mapping[str, Any]) -> _Texts:
    activity, agents, _ = _in_object(substatement["object"])
    found = (*_agents(substatement["actor"]), *((activity,) if activity else ()), *agents)
    context = substatement.get("context")
    return found + _in_context(context) if context else found


def _in_context(context: Mapping[str, Any]) -> _Texts:
    """The terms of all agents and activities in the context."""
    found: _Texts = ()
    for name in ("instructor", "team"):
        if name in context:
            found += _agents(context[name])
    for entry in context.get("contextAgents", ()):
        found += _agents(entry["agent"])
    for entry in context.get("contextGroups", ()):
        found += _agents(entry["group"])
    activities = context.get("contextActivities")
    return found + _around(activities) if activities else found


@cached_on_interned
def _around(activities: Mapping[str, Any]) -> _Texts:
    return tuple(
        [
            f"activity:{activity['id']}"
            for kind in CONTEXT_ACTIVITIES
            for activity in activities.get(kind, ())
        ]
    )
