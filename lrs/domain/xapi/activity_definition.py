"""The names of agents and the definitions of activities in statements, and how definitions merge.

xAPI 1.0.3 part 2, 2.4.4.1: an activity's definition may come in parts and may be changed; part 3,
2.4 and 2.5: the store returns what it has gathered about agents and activities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lrs.domain.interning import cached_on_interned
from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject, agent_key
from lrs.domain.xapi.filters import CONTEXT_ACTIVITIES

_UNITED = ("name", "description", "extensions")


def activities(statement: Mapping[str, Any]) -> Iterator[JsonObject]:
    """Each activity of a statement as the log stores it, with contextActivities in arrays."""
    yield from activities_in(statement["object"])
    related = statement.get("context", {}).get("contextActivities")
    if related:
        yield from activities_around(related)


def activities_in(object_: JsonObject) -> Iterator[JsonObject]:
    """The object of a statement if it is an Activity, or the activities of a SubStatement."""
    kind = object_.get("objectType", "Activity")
    if kind == "Activity":
        yield object_
    elif kind == "SubStatement":
        yield from activities(object_)


def activities_around(related: JsonObject) -> Iterator[JsonObject]:
    """The activities in contextActivities, by role: parent, grouping, category, other."""
    for role in CONTEXT_ACTIVITIES:
        yield from related.get(role, ())


def united(known: JsonObject, more: JsonObject) -> JsonObject:
    """The definition `known` updated by the later `more`: texts of other languages and other
    extensions stay, any other member is replaced.
    """
    both = known | more
    for name in _UNITED:
        if name in known and name in more:
            both[name] = known[name] | more[name]
    return both


def names(statement: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    """The key and name of each agent and identified group that the statement names."""
    found = _named(statement["actor"]) + _named_in_object(statement["object"])
    context = statement.get("context")
    return found + _named_in(context) if context else found


@cached_on_interned
def _named_in_object(object_: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    kind = object_.get("objectType")
    if kind in ("Agent", "Group"):
        return _named(object_)
    return names(object_) if kind == "SubStatement" else ()


def _named_in(context: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    found: tuple[tuple[str, str], ...] = ()
    for role in ("instructor", "team"):
        if role in context:
            found += _named(context[role])
    for entry in context.get("contextAgents", ()):
        found += _named(entry["agent"])
    for entry in context.get("contextGroups", ()):
        found += _named(entry["group"])
    return found


@cached_on_interned
def _named(actor: Mapping[str, Any]) -> tuple[tuple[str, str], ...]:
    return tuple(
        [
            (key, name)
            for who in (actor, *actor.get("member", ()))
            if (name := who.get("name")) and (key := agent_key(who)) is not None
        ]
    )


def person(identifier: Mapping[str, Any], known_as: list[str]) -> JsonObject:
    """The Person object (1.0.3 part 3, 2.4), whose members are arrays. `identifier` is the Agent or
    Group in the request, `known_as` are its names in statements.
    """
    name = identifier.get("name")
    found: JsonObject = {"objectType": "Person"}
    if names := [*known_as, *([name] if name and name not in known_as else [])]:
        found["name"] = names
    for kind in IDENTIFIERS:
        if kind in identifier:
            found[kind] = [identifier[kind]]
    return found
