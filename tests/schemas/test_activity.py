from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from schemas.xapi.activity import COMPONENT_LISTS
from tests.schemas.examples import (
    COURSE,
    EXTENSIONS,
    QUESTION,
    about,
    accepted_everywhere,
    defined,
    refused_everywhere,
)

LISTS = ("choices", "scale", "source", "target", "steps")
WITHIN = "/object/definition"


@pytest.mark.parametrize(
    "activity",
    [
        {"id": COURSE},
        {"id": COURSE, "objectType": "Activity", "definition": {}},
        {"id": COURSE, "definition": {"name": {}, "extensions": EXTENSIONS}},
        QUESTION,
    ],
)
def test_activities_with_and_without_definition(activity: JsonObject) -> None:
    """2.4.4.1: only the id is required."""
    assert accepted_everywhere(about(activity))


@pytest.mark.parametrize(
    ("activity", "code", "pointer"),
    [
        ({"objectType": "Activity"}, "missing-property", "/object/id"),
        ({"id": "course/1"}, "iri", "/object/id"),
        ({"id": 5}, "iri", "/object/id"),
        ({"id": COURSE, "definition": "x"}, "not-an-object", WITHIN),
        ({"id": COURSE, "definition": None}, "null", WITHIN),
        ({"id": COURSE, "name": "x"}, "unknown-property", "/object/name"),
    ],
)
def test_an_activity_has_an_iri_and_nothing_unknown(activity: Any, code: str, pointer: str) -> None:
    """2.4.4.1."""
    assert refused_everywhere(about(activity), code, pointer)


@pytest.mark.parametrize(
    ("definition", "code", "place"),
    [
        ({"name": "Курс"}, "not-an-object", "/name"),
        ({"name": {"a12345": "Курс"}}, "language-tag", "/name/a12345"),
        ({"name": {"ru": 5}}, "not-a-string", "/name/ru"),
        ({"description": {"ru": None}}, "not-a-string", "/description/ru"),
        ({"type": "course"}, "iri", "/type"),
        ({"moreInfo": "help.html"}, "iri", "/moreInfo"),
        ({"moreinfo": "http://v/"}, "unknown-property", "/moreinfo"),
        ({"extensions": {"no/iri~": 1}}, "iri", "/extensions/no~1iri~0"),
        ({"extensions": []}, "not-an-object", "/extensions"),
        ({"interactionType": "Choice"}, "interaction-type", "/interactionType"),
    ],
)
def test_a_definition_that_breaks_a_rule_is_refused_where_it_does(
    definition: JsonObject, code: str, place: str
) -> None:
    """2.4.4.1, 4.1 and 4.2: language maps, IRIs and extensions."""
    assert refused_everywhere(defined(**definition), code, WITHIN + place)


@pytest.mark.parametrize("kind", sorted(COMPONENT_LISTS))
def test_each_interaction_type_has_its_own_lists_only(kind: str) -> None:
    """2.4.4.1: the table of supported interaction component lists."""
    for name in LISTS:
        statement = defined(interactionType=kind, **{name: [{"id": "a"}, {"id": "b"}]})
        if name in COMPONENT_LISTS[kind]:
            assert accepted_everywhere(statement)
        else:
            assert refused_everywhere(statement, "component-list", f"{WITHIN}/{name}")


@pytest.mark.parametrize("name", ["correctResponsesPattern", *LISTS])
def test_interaction_properties_need_an_interaction_type(name: str) -> None:
    """2.4.4.1: Interaction Activities MUST have a valid interactionType."""
    statement = defined(**{name: []})
    assert refused_everywhere(statement, "interaction-type-missing", f"{WITHIN}/{name}")


@pytest.mark.parametrize(
    ("choices", "code", "place"),
    [
        ([{"id": "a"}, {"id": "b"}, {"id": "a"}], "duplicate-component", "/2/id"),
        ([{"description": {}}], "missing-property", "/0/id"),
        ([{"id": 5}], "not-a-string", "/0/id"),
        ([{"id": "a", "description": {"ru": "x", "e": "y"}}], "language-tag", "/0/description/e"),
        ([{"id": "a", "text": "x"}], "unknown-property", "/0/text"),
        (["a"], "not-an-object", "/0"),
        ({"id": "a"}, "not-an-array", ""),
    ],
)
def test_interaction_components_have_distinct_ids(choices: Any, code: str, place: str) -> None:
    """2.4.4.1, Interaction Components."""
    statement = defined(interactionType="choice", choices=choices)
    assert refused_everywhere(statement, code, f"{WITHIN}/choices{place}")


def test_one_id_may_stand_in_two_lists() -> None:
    """2.4.4.1: ids are distinct within an array only."""
    same = [{"id": "1"}]
    assert accepted_everywhere(defined(interactionType="matching", source=same, target=same))


def test_correct_responses_are_strings_of_any_shape() -> None:
    """2.4.4.1: an array of strings; their patterns and lengths are not enforced."""
    good = ["a[,]b", "", "{lang=ru}" + "x" * 5000]
    assert accepted_everywhere(defined(interactionType="numeric", correctResponsesPattern=good))
    bad = defined(interactionType="numeric", correctResponsesPattern=[5])
    assert refused_everywhere(bad, "not-a-string", f"{WITHIN}/correctResponsesPattern/0")
