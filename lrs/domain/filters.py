"""What a statement can be found by: the terms that the filters of GET /statements compare.

xAPI 1.0.3 part 3, 2.1.3. Terms are told apart by a prefix, so one dictionary holds them all:
`agent:<agent key>`, `verb:<IRI>`, `activity:<IRI>`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from lrs.domain.agent import agent_key, authority_key

CONTEXT_ACTIVITIES = ("parent", "grouping", "category", "other")


@dataclass(frozen=True, slots=True)
class Criteria:
    """What a statement must match; None asks for nothing. `agent` is an agent key, `verb` and
    `activity` are IRIs. `related_...` widen where the agent and the activity may stand.
    """

    agent: str | None = None
    verb: str | None = None
    activity: str | None = None
    registration: UUID | None = None
    related_agents: bool = False
    related_activities: bool = False


class Terms(NamedTuple):
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
    context = statement.get("context")
    registration = context.get("registration") if context else None
    direct = _agents(statement["actor"])
    activity = None
    if kind == "Activity":
        activity = f"activity:{object_['id']}"
    elif kind in ("Agent", "Group"):
        direct += _agents(object_)
    who = f"agent:{authority_key(authority)}"
    related = _related(context, object_ if kind == "SubStatement" else None)
    if "member" in authority:
        related += _agents(authority)
    known = {activity, who, *direct}
    # by place, not by name: this is made for every statement, and names cost a microsecond
    return Terms(
        f"verb:{statement['verb']['id']}",
        activity,
        UUID(registration) if registration else None,
        who,
        tuple(dict.fromkeys(direct)) if len(direct) > 1 else tuple(direct),
        tuple([term for term in dict.fromkeys(related) if term not in known]) if related else (),
    )


def _agents(actor: Mapping[str, Any]) -> list[str]:
    """An Agent or Group, and a Group's members: each matches the agent filter."""
    key = agent_key(actor)
    found = [] if key is None else [f"agent:{key}"]
    for member in actor.get("member", ()):
        key = agent_key(member)
        if key is not None:
            found.append(f"agent:{key}")
    return found


def _related(
    context: Mapping[str, Any] | None, substatement: Mapping[str, Any] | None
) -> list[str]:
    """Everyone and everything in the context, and all of a SubStatement."""
    found = _in_context(context) if context else []
    if substatement:
        found += _agents(substatement["actor"])
        inner = substatement["object"]
        inner_kind = inner.get("objectType", "Activity")
        if inner_kind == "Activity":
            found.append(f"activity:{inner['id']}")
        elif inner_kind in ("Agent", "Group"):
            found += _agents(inner)
        found += _related(substatement.get("context"), None)
    return found


def _in_context(context: Mapping[str, Any]) -> list[str]:
    found: list[str] = []
    for name in ("instructor", "team"):
        if name in context:
            found += _agents(context[name])
    for entry in context.get("contextAgents", ()):
        found += _agents(entry["agent"])
    for entry in context.get("contextGroups", ()):
        found += _agents(entry["group"])
    activities = context.get("contextActivities")
    if activities:
        for kind in CONTEXT_ACTIVITIES:
            for activity in activities.get(kind, ()):
                found.append(f"activity:{activity['id']}")
    return found
