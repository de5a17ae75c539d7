"""What a statement can be found by: the terms that the filters of GET /statements compare.

xAPI 1.0.3 part 3, 2.1.3. Terms are told apart by a prefix, so one dictionary holds them all:
`agent:<agent key>`, `verb:<IRI>`, `activity:<IRI>`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from lrs.domain.agent import agent_key, authority_key

CONTEXT_ACTIVITIES = ("parent", "grouping", "category", "other")


@dataclass(frozen=True, slots=True)
class Terms:
    """A statement's terms. `direct` are what `agent` matches; `related` what is added by
    `related_agents` and `related_activities`. Each is free of repeats and in a fixed order.
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
    object_ = statement["object"]
    kind = object_.get("objectType", "Activity")
    registration = statement.get("context", {}).get("registration")
    direct = dict.fromkeys(_agents(statement["actor"]))
    activity = None
    if kind == "Activity":
        activity = activity_term(object_["id"])
    elif kind in ("Agent", "Group"):
        direct |= dict.fromkeys(_agents(object_))
    related: dict[str, None] = {}
    for term in _related(statement):
        if term not in direct and term != activity:
            related[term] = None
    who = agent_term(authority_key(authority))
    for term in _agents(authority):
        if term not in direct and term != who:
            related[term] = None
    return Terms(
        verb=verb_term(statement["verb"]["id"]),
        activity=activity,
        registration=UUID(registration) if registration else None,
        authority=who,
        direct=tuple(direct),
        related=tuple(related),
    )


def _agents(actor: Mapping[str, Any]) -> Iterable[str]:
    """An Agent or Group, and a Group's members: each matches the agent filter."""
    key = agent_key(actor)
    if key is not None:
        yield f"agent:{key}"
    for member in actor.get("member", ()):
        key = agent_key(member)
        if key is not None:
            yield f"agent:{key}"


def _related(statement: Mapping[str, Any]) -> Iterable[str]:
    """Everyone and everything in the context, and all of a SubStatement."""
    context = statement.get("context")
    if context:
        for name in ("instructor", "team"):
            if name in context:
                yield from _agents(context[name])
        for entry in context.get("contextAgents", ()):
            yield from _agents(entry["agent"])
        for entry in context.get("contextGroups", ()):
            yield from _agents(entry["group"])
        activities = context.get("contextActivities")
        if activities:
            for kind in CONTEXT_ACTIVITIES:
                for activity in activities.get(kind, ()):
                    yield f"activity:{activity['id']}"
    object_ = statement["object"]
    if object_.get("objectType") == "SubStatement":
        yield from _agents(object_["actor"])
        inner = object_["object"]
        inner_kind = inner.get("objectType", "Activity")
        if inner_kind == "Activity":
            yield f"activity:{inner['id']}"
        elif inner_kind in ("Agent", "Group"):
            yield from _agents(inner)
        yield from _related(object_)
