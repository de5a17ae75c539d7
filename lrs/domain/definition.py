"""What statements say of activities and agents besides their identifiers, and its sum over time.

xAPI 1.0.3 part 2, 2.4.4.1: an activity's definition may come in parts and may be changed; part 3,
2.4 and 2.5: the store answers what it knows of agents and activities.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from lrs.domain.agent import IDENTIFIERS, JsonObject, agent_key
from lrs.domain.filters import CONTEXT_ACTIVITIES

_UNITED = ("name", "description", "extensions")


def activities(statement: Mapping[str, Any]) -> Iterator[JsonObject]:
    """Each activity of a statement as the log holds it, contextActivities in arrays."""
    object_ = statement["object"]
    kind = object_.get("objectType", "Activity")
    if kind == "Activity":
        yield object_
    elif kind == "SubStatement":
        yield from activities(object_)
    related = statement.get("context", {}).get("contextActivities")
    if related:
        for place in CONTEXT_ACTIVITIES:
            yield from related.get(place, ())


def united(known: JsonObject, said: JsonObject) -> JsonObject:
    """A definition with what was said later put over what was known: texts in all languages and
    all extensions stay, everything else is as it was said last.
    """
    both = known | said
    for name in _UNITED:
        if name in known and name in said:
            both[name] = known[name] | said[name]
    return both


def names(statement: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """The key and name of each agent and identified group that the statement names."""
    yield from _named(statement["actor"])
    object_ = statement["object"]
    kind = object_.get("objectType")
    if kind in ("Agent", "Group"):
        yield from _named(object_)
    elif kind == "SubStatement":
        yield from names(object_)
    context = statement.get("context")
    if context:
        yield from _named_in(context)


def _named_in(context: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for place in ("instructor", "team"):
        if place in context:
            yield from _named(context[place])
    for entry in context.get("contextAgents", ()):
        yield from _named(entry["agent"])
    for entry in context.get("contextGroups", ()):
        yield from _named(entry["group"])


def _named(actor: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for who in (actor, *actor.get("member", ())):
        name = who.get("name")
        if name and (key := agent_key(who)) is not None:
            yield key, name


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
