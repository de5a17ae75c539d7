"""Hypothesis strategies of valid xAPI data; `statements(version)` is the one to start from."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import VOIDED
from lrs.domain.xapi.version import Version
from schemas.json_text import MAX_DEPTH
from schemas.xapi.activity import COMPONENT_LISTS
from tests.schemas import values as some

Objects = SearchStrategy[JsonObject]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
iris = st.sampled_from(some.IRIS)
uuids = st.uuids().map(str) | st.uuids().map(lambda id: str(id).upper())
tags = st.sampled_from(some.TAGS)
durations = st.sampled_from(some.DURATIONS)
numbers = st.one_of(st.integers(-1000, 1000), st.floats(-1000, 1000), st.sampled_from(some.BORDERS))
hexes = st.text("0123456789abcdefABCDEF", min_size=40, max_size=40)
language_maps = st.dictionaries(tags, texts, max_size=2)
values = st.recursive(
    st.none() | st.booleans() | numbers | texts,
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(texts, inner, max_size=2),
    max_leaves=4,
)
extensions = st.dictionaries(iris, values, max_size=2)


def _object(required: dict[str, SearchStrategy[Any]], **optional: SearchStrategy[Any]) -> Objects:
    return st.fixed_dictionaries(required, optional=optional)


identifiers = st.one_of(
    _object({"mbox": st.sampled_from(some.MBOXES)}),
    _object({"mbox_sha1sum": hexes}),
    _object({"openid": st.sampled_from(some.URIS)}),
    _object({"account": _object({"homePage": iris, "name": texts.filter(bool)})}),
)


def _together(*parts: Objects) -> Objects:
    return st.tuples(*parts).map(lambda drawn: {k: v for part in drawn for k, v in part.items()})


def _of_type(name: str) -> dict[str, SearchStrategy[Any]]:
    return {"objectType": st.just(name)}


agents = _together(identifiers, _object({}, name=texts, **_of_type("Agent")))
typed_agents = _together(identifiers, _object(_of_type("Agent"), name=texts))
groups = st.one_of(
    _object({**_of_type("Group"), "member": st.lists(agents, min_size=1, max_size=2)}, name=texts),
    _together(
        identifiers, _object(_of_type("Group"), name=texts, member=st.lists(agents, max_size=2))
    ),
)
_consumers = _object({"account": _object({"homePage": iris, "name": st.just("consumer")})})
authorities = agents | st.tuples(_consumers, agents).flatmap(
    lambda pair: _object({**_of_type("Group"), "member": st.permutations(pair).map(list)})
)
references = _object({**_of_type("StatementRef"), "id": uuids})


_INTERACTIONS = (*COMPONENT_LISTS, None)


@st.composite
def definitions(draw: st.DrawFn, kind: str | None) -> JsonObject:
    """An activity's definition, of an interaction of that kind or of none."""
    plain = {"name": language_maps, "description": language_maps, "type": iris, "moreInfo": iris}
    definition = draw(_object({}, **plain, extensions=extensions))
    if kind is not None:
        definition["interactionType"] = kind
        component = _object({"id": texts}, description=language_maps)
        components = st.lists(component, max_size=3, unique_by=lambda c: c["id"])
        lists = dict.fromkeys(COMPONENT_LISTS[kind], components)
        patterns = st.lists(texts, max_size=2)
        definition |= draw(_object({}, correctResponsesPattern=patterns, **lists))
    return definition


_definitions = st.sampled_from(_INTERACTIONS).flatmap(definitions)
activities = st.one_of(
    _object({"id": iris}, **_of_type("Activity")),
    _object({"id": iris, "definition": _definitions}, **_of_type("Activity")),
)


@st.composite
def attachments(draw: st.DrawFn) -> JsonObject:
    """With a fileUrl, or without; the bytes are in `values.CONTENTS`."""
    sha2 = draw(st.sampled_from(sorted(some.CONTENTS)))
    attachment = _object(
        {
            "usageType": iris,
            "display": language_maps,
            "contentType": st.sampled_from(some.CONTENT_TYPES),
            "length": st.just(len(some.CONTENTS[sha2])) | st.integers(0, 1 << 70),
            "sha2": st.sampled_from((sha2, sha2.upper())),
        },
        description=language_maps,
        fileUrl=iris,
    )
    return draw(attachment)


@st.composite
def scores(draw: st.DrawFn) -> JsonObject:
    """A score whose parts agree; often they are equal."""
    low, raw, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    raw = draw(st.sampled_from((low, raw, high)))
    scaled = draw(st.sampled_from((-1, 0, 1, 1.0)) | st.floats(-1, 1))
    whole = {"scaled": scaled, "raw": raw, "min": low, "max": high}
    return {name: whole[name] for name in draw(st.sets(st.sampled_from(sorted(whole))))}


results = _object(
    {},
    score=scores(),
    success=st.booleans(),
    completion=st.booleans(),
    response=texts,
    duration=durations,
    extensions=extensions,
)


def timestamps(version: Version) -> SearchStrategy[str]:
    """Every form of time that a version takes."""
    return st.sampled_from(some.TIMESTAMPS_2 if version is Version.V2_0_0 else some.TIMESTAMPS)


def contexts(version: Version, *, of_activity: bool) -> Objects:
    """A context; revision and platform only where the statement's object is an Activity."""
    one_or_many = activities | st.lists(activities, max_size=2)
    kinds = dict.fromkeys(("parent", "grouping", "category", "other"), one_or_many)
    optional: dict[str, SearchStrategy[Any]] = {
        "registration": uuids,
        "instructor": agents | groups,
        "team": groups,
        "contextActivities": _object({}, **kinds),
        "language": tags,
        "statement": references,
        "extensions": extensions,
    }
    if of_activity:
        optional |= {"revision": texts, "platform": texts}
    if version is Version.V2_0_0:
        roles = {"relevantTypes": st.lists(iris, min_size=1, max_size=2)}
        agent = _object({**_of_type("contextAgent"), "agent": agents}, **roles)
        group = _object({**_of_type("contextGroup"), "group": groups}, **roles)
        optional["contextAgents"] = st.lists(agent, max_size=2)
        optional["contextGroups"] = st.lists(group, max_size=2)
    return _object({}, **optional)


@st.composite
def _said(draw: st.DrawFn, version: Version, things: Objects) -> JsonObject:
    thing = draw(things)
    kind = thing.get("objectType", "Activity")
    verbs = iris | st.just(VOIDED) if kind == "StatementRef" else iris
    said = _object(
        {
            "actor": agents | groups,
            "verb": _object({"id": verbs}, display=language_maps),
            "object": st.just(thing),
        },
        result=results,
        context=contexts(version, of_activity=kind == "Activity"),
        timestamp=timestamps(version),
        attachments=st.lists(attachments(), max_size=2),
    )
    return draw(said)


def substatements(version: Version) -> Objects:
    things = activities | typed_agents | groups | references
    return _together(_said(version, things), _object(_of_type("SubStatement")))


@st.composite
def statements(draw: st.DrawFn, version: Version) -> JsonObject:
    """Every shape of statement that `version` allows, with and without what the store adds."""
    things = activities | typed_agents | groups | references | substatements(version)
    versions = ["1.0", "1.0.0", "1.0.3", "1.0.9", "1.0.3-rc1"]
    if version is Version.V2_0_0:
        versions += ["2.0", "2.0.0", "2.0.7"]
    own = _object(
        {},
        id=uuids,
        stored=timestamps(version),
        authority=authorities,
        version=st.sampled_from(versions),
    )
    statement = draw(_together(_said(version, things), own))
    places = list(_extensions(statement, 1))
    if places and draw(st.integers(0, 3)) == 0:
        level, held = draw(st.sampled_from(places))
        held["urn:deep"] = _nested(MAX_DEPTH - level, draw(st.booleans()))
    return statement


def statements_of_parts(version: Version) -> Objects:
    """Statements with one part of every kind in turn, and values of every form: quick to draw."""
    one_each = st.tuples(*map(definitions, _INTERACTIONS)).map(
        lambda many: {"other": [{"id": "urn:x", "definition": one} for one in many]}
    )
    parts: list[tuple[str, SearchStrategy[Any]]] = [
        ("actor", agents | groups),
        ("verb", _object({"id": iris, "display": language_maps})),
        ("context", contexts(version, of_activity=True)),
        ("context", _object({"contextActivities": one_each, "language": tags})),
        ("attachments", st.lists(attachments(), max_size=2)),
    ]
    plain = _object(
        {
            "actor": st.just({"mbox": "mailto:a@b.org"}),
            "verb": st.just({"id": "urn:v"}),
            "object": _object({"id": iris}),
            "result": _object({"duration": durations, "score": scores()}),
            "timestamp": timestamps(version),
        }
    )
    return st.one_of([_together(plain, _object({name: part})) for name, part in parts])


def _extensions(value: Any, level: int) -> Iterator[tuple[int, JsonObject]]:
    """Each map of extensions within a value, and how deep it stands."""
    for name, held in value.items() if isinstance(value, dict) else enumerate(value):
        if name == "extensions":
            yield level + 1, held
        elif isinstance(held, dict | list):
            yield from _extensions(held, level + 1)


def _nested(levels: int, arrays: bool) -> Any:
    value: Any = None
    for _ in range(levels):
        value = [value] if arrays else {"": value}
    return value
