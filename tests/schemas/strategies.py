"""Hypothesis strategies of valid xAPI data; `statements(version)` is the one to start from."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from lrs.domain.agent import JsonObject
from lrs.domain.version import Version
from schemas.activity import COMPONENT_LISTS

Objects = SearchStrategy[JsonObject]

texts = st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8)
iris = st.sampled_from(
    ["http://v/done", "urn:x:1", "https://пример.рф/курс?ё=%20#1", "http://[::1]:80/", "tag:a,b:c"]
)
uuids = st.uuids().map(str)
tags = st.sampled_from(["ru", "en-US", "cmn", "sr-Latn-RS", "de-1996", "x-own", "i-klingon"])
timestamps = st.sampled_from(
    ["2026-03-01T09:30:00Z", "2026-03-01t09:30:00.123456+05:00", "2026-03-01 09:30:00-03"]
)
durations = st.sampled_from(["PT0S", "P1Y2M3DT4H5M6.789S", "P4W", "P0,5D", "PT04H00M00S"])
numbers = st.integers(-1000, 1000) | st.floats(-1000, 1000)
hexes = st.text("0123456789abcdefABCDEF", min_size=64, max_size=64)
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
    _object({"mbox": st.sampled_from(["mailto:a@b.org", "mailto:имя+%20@пример.рф"])}),
    _object({"mbox_sha1sum": hexes.map(lambda digits: digits[:40])}),
    _object({"openid": st.just("https://anna.example.org/")}),
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
    _together(identifiers, _object(_of_type("Group"), member=st.lists(agents, max_size=1))),
)
authorities = agents | st.tuples(identifiers, agents).map(
    lambda pair: {
        "objectType": "Group",
        "member": [{"account": {"homePage": "http://v/", "name": "consumer"}}, pair[1]],
    }
)
references = _object({**_of_type("StatementRef"), "id": uuids})


@st.composite
def definitions(draw: st.DrawFn) -> JsonObject:
    """An activity's definition; half of them are interactions."""
    plain = {"name": language_maps, "description": language_maps, "type": iris, "moreInfo": iris}
    definition = draw(_object({}, **plain, extensions=extensions))
    if draw(st.booleans()):
        kind = definition["interactionType"] = draw(st.sampled_from(sorted(COMPONENT_LISTS)))
        definition["correctResponsesPattern"] = draw(st.lists(texts, max_size=2))
        component = _object({"id": texts}, description=language_maps)
        for name in COMPONENT_LISTS[kind]:
            definition[name] = draw(st.lists(component, max_size=3, unique_by=lambda c: c["id"]))
    return definition


activities = _object({"id": iris}, **_of_type("Activity"), definition=definitions())
attachments = _object(
    {
        "usageType": iris,
        "display": language_maps,
        "contentType": st.sampled_from(["text/plain; charset=utf-8", "application/pdf"]),
        "length": st.integers(0, 1 << 40),
        "sha2": hexes,
    },
    description=language_maps,
    fileUrl=iris,
)


@st.composite
def scores(draw: st.DrawFn) -> JsonObject:
    """A score whose parts agree."""
    low, raw, high = sorted(draw(st.tuples(numbers, numbers, numbers)))
    whole = {"scaled": draw(st.floats(-1, 1)), "raw": raw, "min": low, "max": high}
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
        optional["contextAgents"] = st.lists(agent, max_size=1)
        optional["contextGroups"] = st.lists(group, max_size=1)
    return _object({}, **optional)


@st.composite
def _said(draw: st.DrawFn, version: Version, things: Objects) -> JsonObject:
    thing = draw(things)
    of_activity = thing.get("objectType", "Activity") == "Activity"
    said = _object(
        {
            "actor": agents | groups,
            "verb": _object({"id": iris}, display=language_maps),
            "object": st.just(thing),
        },
        result=results,
        context=contexts(version, of_activity=of_activity),
        timestamp=timestamps,
        attachments=st.lists(attachments, max_size=1),
    )
    return draw(said)


def substatements(version: Version) -> Objects:
    things = activities | typed_agents | groups | references
    return _together(_said(version, things), _object(_of_type("SubStatement")))


def statements(version: Version) -> Objects:
    """Every shape of statement that `version` allows, with and without what the store adds."""
    things = activities | typed_agents | groups | references | substatements(version)
    versions = ["1.0", "1.0.3"] + ["2.0.0"] * (version is Version.V2_0_0)
    own = _object(
        {}, id=uuids, stored=timestamps, authority=authorities, version=st.sampled_from(versions)
    )
    return _together(_said(version, things), own)
