"""What statements say of activities and agents besides their identifiers, and its sum over time.

xAPI 1.0.3 part 2, 2.4.4.1: an activity's definition may come in parts and may be changed; part 3,
2.4 and 2.5: the store answers what it knows of agents and activities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lrs.domain.interning import cached_on_interned
from lrs.domain.xapi.agent import IDENTIFIERS, JsonObject, agent_key
from lrs.domain.xapi.filters import CONTEXT_ACTIVITIES

_UNITED = ("name", "description", "extensions")


def activities(statement: Mapping[str, Any]) -> Iterator[JsonObject]:
    """Each activity of a statement as the log holds it, contextActivities in arrays."""
    yield from activities_in(statement["object"])
    related = statement.get("context", {}).get("contextActivities")
    if related:
        yield from activities_around(related)


def activities_in(object_: JsonObject) -> Iterator[JsonObject]:
    """The activity that a statement's object is, or those of a SubStatement."""
    kind = object_.get("objectType", "Activity")
    if kind == "Activity":
        yield object_
    elif kind == "SubStatement":
        yield from activities(object_)


def activities_around(related: JsonObject) -> Iterator[JsonObject]:
    """Those of contextActivities, in the order of their kinds."""
    for place in CONTEXT_ACTIVITIES:
        yield from related.get(place, ())


def united(known: JsonObject, more: JsonObject) -> JsonObject:
    """A definition with what was said later put over what was known: texts in all languages and
    all extensions stay, everything else is as it was said last.
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
    for place in ("instructor", "team"):
        if place in context:
            found += _named(context[place])
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
    """The Person object (1.0.3 part 3, 2.4): everything in arrays. `identifier` is the Agent or
    Group that was asked for, `known_as` the names that statements gave it.
    """
    name = identifier.get("name")
    found: JsonObject = {"objectType": "Person"}
    if names := [*known_as, *([name] if name and name not in known_as else [])]:
        found["name"] = names
    for kind in IDENTIFIERS:
        if kind in identifier:
            found[kind] = [identifier[kind]]
    return found
