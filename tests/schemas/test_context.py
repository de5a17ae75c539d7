from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.version import Version
from tests.schemas.examples import (
    ANNA,
    ATTACHMENT,
    BOTH,
    COURSE,
    EXTENSIONS,
    OFFICE,
    REFERENCE,
    TEAM,
    V1,
    V2,
    accepted_everywhere,
    minimal,
    refusal,
    refused_everywhere,
    without,
)

ROLE = "https://example.org/types/player"


def told(**more: Any) -> JsonObject:
    return {**minimal(), **more}


@pytest.mark.parametrize(
    "score",
    [
        {},
        {"scaled": -1},
        {"raw": 10**30, "min": -0.5},
        {"scaled": 1.0, "raw": 5, "min": 0, "max": 5},
        {"raw": 0, "min": 0, "max": 0},
    ],
)
def test_scores_whose_parts_agree(score: JsonObject) -> None:
    """2.4.5.1: each part alone or with others, the ends included."""
    assert accepted_everywhere(told(result={"score": score}))


@pytest.mark.parametrize(
    ("score", "code", "place"),
    [
        ({"scaled": 1.01}, "scaled", "/scaled"),
        ({"scaled": "1"}, "scaled", "/scaled"),
        ({"raw": "5"}, "not-a-number", "/raw"),
        ({"raw": True}, "not-a-number", "/raw"),
        ({"min": None}, "null", "/min"),
        ({"raw": 5, "max": 4}, "score-range", "/raw"),
        ({"raw": 5, "min": 6}, "score-range", "/raw"),
        ({"min": 1, "max": 0}, "score-range", "/min"),
        ({"Raw": 5}, "unknown-property", "/Raw"),
        (5, "not-an-object", ""),
    ],
)
def test_a_score_that_contradicts_itself_is_refused(score: Any, code: str, place: str) -> None:
    """2.4.5.1: scaled from -1 to 1, raw between min and max; no number in quotation marks."""
    assert refused_everywhere(told(result={"score": score}), code, "/result/score" + place)


@pytest.mark.parametrize(
    ("result", "code", "place"),
    [
        ({"success": "true"}, "not-a-boolean", "/success"),
        ({"success": 1}, "not-a-boolean", "/success"),
        ({"completion": None}, "null", "/completion"),
        ({"response": 5}, "not-a-string", "/response"),
        ({"duration": "PT"}, "duration", "/duration"),
        ({"duration": 60}, "duration", "/duration"),
        ({"extensions": {"x": 1}}, "iri", "/extensions/x"),
        ({"grade": 5}, "unknown-property", "/grade"),
        ([], "not-an-object", ""),
    ],
)
def test_a_result_is_never_coerced(result: Any, code: str, place: str) -> None:
    """2.4.5 and 2.2."""
    assert refused_everywhere(told(result=result), code, "/result" + place)


def test_extensions_hold_anything() -> None:
    """4.1: a statement is never refused for the values of its extensions, null included."""
    assert accepted_everywhere(told(result={"extensions": EXTENSIONS}))
    assert accepted_everywhere(told(context={"extensions": EXTENSIONS}))


@pytest.mark.parametrize(
    "context",
    [
        {},
        {"instructor": ANNA, "team": TEAM},
        {"instructor": TEAM, "team": OFFICE},
        {"contextActivities": {"parent": {"id": COURSE}, "other": [{"id": COURSE}]}},
        {"contextActivities": {"category": []}},
        {"revision": "", "platform": "LMS", "language": "sr-Latn-RS", "statement": REFERENCE},
    ],
)
def test_contexts(context: JsonObject) -> None:
    """2.4.6: every property is optional; a single contextActivity needs no array."""
    assert accepted_everywhere(told(context=context))


@pytest.mark.parametrize(
    ("context", "code", "place"),
    [
        ({"registration": "1"}, "uuid", "/registration"),
        ({"instructor": {"name": "x"}}, "identifier-count", "/instructor"),
        ({"team": ANNA}, "missing-property", "/team/objectType"),
        ({"team": {**ANNA, "objectType": "Agent"}}, "object-type", "/team/objectType"),
        ({"language": "en_US"}, "language-tag", "/language"),
        ({"revision": 2}, "not-a-string", "/revision"),
        ({"statement": {"id": REFERENCE["id"]}}, "missing-property", "/statement/objectType"),
        ({"statement": {**REFERENCE, "id": "1"}}, "uuid", "/statement/id"),
        ({"statement": REFERENCE["id"]}, "not-an-object", "/statement"),
        ({"contextActivities": []}, "not-an-object", "/contextActivities"),
        (
            {"contextActivities": {"Parent": []}},
            "unknown-property",
            "/contextActivities/Parent",
        ),
        (
            {"contextActivities": {"parent": [ANNA]}},
            "unknown-property",
            "/contextActivities/parent/0/mbox",
        ),
        (
            {"contextActivities": {"parent": {"objectType": "Agent", "id": COURSE}}},
            "object-type",
            "/contextActivities/parent/objectType",
        ),
        ({"contextActivities": {"other": "x"}}, "not-an-object", "/contextActivities/other"),
        ({"contextActivities": {"other": [[]]}}, "not-an-object", "/contextActivities/other/0"),
    ],
)
def test_a_context_that_breaks_a_rule_is_refused_where_it_does(
    context: JsonObject, code: str, place: str
) -> None:
    """2.4.6, 2.4.6.1 and 2.4.6.2."""
    assert refused_everywhere(told(context=context), code, "/context" + place)


@pytest.mark.parametrize("version", BOTH)
def test_context_agents_and_groups_are_of_version_2_only(version: Version) -> None:
    """2.0, 4.2.2.5; in 1.0.3 they are unknown properties."""
    agents = {"contextAgents": [{"objectType": "contextAgent", "agent": ANNA}]}
    groups = {"contextGroups": [{"objectType": "contextGroup", "group": TEAM}]}
    for context in (agents, groups):
        (name,) = context
        expected = ("unknown-property", f"/context/{name}") if version is V1 else None
        assert refusal(told(context=context), version) == expected


@pytest.mark.parametrize(
    ("agent", "code", "place"),
    [
        ({"agent": ANNA}, "missing-property", "/objectType"),
        ({"objectType": "ContextAgent", "agent": ANNA}, "object-type", "/objectType"),
        ({"objectType": "contextAgent"}, "missing-property", "/agent"),
        ({"objectType": "contextAgent", "agent": OFFICE}, "object-type", "/agent/objectType"),
        ({"objectType": "contextAgent", "agent": {}}, "identifier-count", "/agent"),
    ],
)
def test_a_context_agent_is_an_agent_in_its_role(agent: JsonObject, code: str, place: str) -> None:
    """2.0, 4.2.2.5: objectType exactly contextAgent, and an Agent."""
    context = {"contextAgents": [agent]}
    assert refusal(told(context=context)) == (code, "/context/contextAgents/0" + place)


@pytest.mark.parametrize(
    ("types", "code", "place"),
    [([], "empty-list", ""), (["player"], "iri", "/0"), (ROLE, "not-an-array", "")],
)
def test_relevant_types_are_a_list_of_iris_with_at_least_one(
    types: Any, code: str, place: str
) -> None:
    """2.0, 4.2.2.5, for contextAgents and contextGroups alike."""
    group = {"objectType": "contextGroup", "group": OFFICE, "relevantTypes": types}
    refused = refusal(told(context={"contextGroups": [group]}), V2)
    assert refused == (code, "/context/contextGroups/0/relevantTypes" + place)


def test_a_context_group_is_a_group() -> None:
    """2.0, 4.2.2.5."""
    group = {"objectType": "contextGroup", "group": ANNA, "relevantTypes": [ROLE]}
    refused = refusal(told(context={"contextGroups": [group]}), V2)
    assert refused == ("missing-property", "/context/contextGroups/0/group/objectType")


@pytest.mark.parametrize("name", ["usageType", "display", "contentType", "length", "sha2"])
def test_an_attachment_says_what_it_is(name: str) -> None:
    """2.4.11: these are required, even beside a fileUrl."""
    statement = told(attachments=[without(ATTACHMENT, "/" + name)])
    assert refused_everywhere(statement, "missing-property", f"/attachments/0/{name}")


@pytest.mark.parametrize(
    ("property_", "value", "code"),
    [
        ("usageType", "signature", "iri"),
        ("display", "Подпись", "not-an-object"),
        ("contentType", "text", "content-type"),
        ("length", "27", "length"),
        ("length", 27.5, "length"),
        ("length", -1, "length"),
        ("sha2", "495395", "sha2"),
        ("fileUrl", "file.txt", "iri"),
        ("description", 5, "not-an-object"),
        ("name", "x", "unknown-property"),
    ],
)
def test_an_attachment_that_breaks_a_rule_is_refused_where_it_does(
    property_: str, value: Any, code: str
) -> None:
    """2.4.11."""
    statement = told(attachments=[ATTACHMENT, {**ATTACHMENT, property_: value}])
    assert refused_everywhere(statement, code, f"/attachments/1/{property_}")


def test_attachments_are_an_array() -> None:
    """2.4.11: an ordered array, also of one; fileUrl and description may be absent."""
    bare = without(without(ATTACHMENT, "/fileUrl"), "/description")
    assert accepted_everywhere(told(attachments=[bare]))
    assert refused_everywhere(told(attachments=ATTACHMENT), "not-an-array", "/attachments")
