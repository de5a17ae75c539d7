from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from lrs.domain.errors import InvalidStatement
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.version import Version
from schemas import check_statement, check_statements
from tests.schemas.examples import (
    ANNA,
    BORIS,
    BOTH,
    COURSE,
    LEARNER,
    OFFICE,
    REFERENCE,
    SOME_ID,
    TEAM,
    V1,
    V2,
    VOIDED,
    about,
    accepted_everywhere,
    changed,
    complete,
    minimal,
    planned,
    refusal,
    refused_everywhere,
    without,
)

REAL = Path(__file__).parents[3] / "shared" / "data" / "tccc.json"
SUBSTATEMENT: JsonObject = {**minimal(), "objectType": "SubStatement"}


@pytest.mark.parametrize("version", BOTH)
def test_the_least_and_the_most_that_a_statement_holds_is_accepted(version: Version) -> None:
    """2.4: only actor, verb and object are required; everything else has its place."""
    for statement in (minimal(), complete(version), planned(version)):
        assert refusal(statement, version) is None


@pytest.mark.parametrize("name", ["actor", "verb", "object"])
def test_actor_verb_and_object_are_required(name: str) -> None:
    """2.4."""
    assert refused_everywhere(without(minimal(), "/" + name), "missing-property", "/" + name)


@pytest.mark.parametrize("value", [None, 5, "x", [], [minimal()], True])
def test_what_is_no_object_is_no_statement(value: Any) -> None:
    """2.4; the pointer of the whole is empty."""
    assert refused_everywhere(value, "not-an-object", "")


@pytest.mark.parametrize(
    ("pointer", "value", "code"),
    [
        ("/id", "1", "uuid"),
        ("/id", None, "null"),
        ("/Actor", ANNA, "unknown-property"),
        ("/timestamp", "2026-03-01", "timestamp"),
        ("/timestamp", "2026-03-01T09:30:00-00:00", "timestamp"),
        ("/timestamp", 1772357400, "timestamp"),
        ("/stored", "yesterday", "timestamp"),
        ("/version", "1.1.0", "version"),
        ("/version", 1.0, "version"),
        ("/verb/id", "done", "iri"),
        ("/verb/display", "done", "not-an-object"),
        ("/verb/display", {"en-a-bbb-a-ccc": "x"}, "language-tag"),
        ("/verb/name", "done", "unknown-property"),
        ("/object", "course", "not-an-object"),
        ("/attachments", None, "null"),
        ("/S", 1, "unknown-property"),
    ],
)
def test_a_property_that_breaks_a_rule_is_named(pointer: str, value: Any, code: str) -> None:
    """2.2 and 2.4: formats, types, case and unknown names."""
    refused = [refusal(changed(minimal(), pointer, value), version) for version in BOTH]
    assert {r[0] for r in refused if r} == {code}
    assert all(r and r[1] and r[1].startswith(pointer) for r in refused)


def test_a_misspelled_property_is_named_before_the_missing_one() -> None:
    """Both are wrong; the name that was sent is what the author looks for."""
    statement = {"Verb": {"id": "http://v/done"}, "actor": ANNA, "object": {"id": COURSE}}
    assert refused_everywhere(statement, "unknown-property", "/Verb")


def test_very_long_names_are_not_repeated_in_pointers() -> None:
    """A pointer stays short, whatever is sent: it ends at the parent."""
    statement = changed(minimal(), "/verb/" + "x" * 5000, 1)
    assert refused_everywhere(statement, "unknown-property", "/verb")


@pytest.mark.parametrize(
    ("stated", "in_1", "in_2"),
    [("1.0", True, True), ("1.0.9", True, True), ("2.0.0", False, True), ("2.1.0", False, False)],
)
def test_a_statement_states_a_version_that_its_request_knows(
    stated: str, in_1: bool, in_2: bool
) -> None:
    """2.4.10; 2.0, 4.2.4.3."""
    statement = changed(minimal(), "/version", stated)
    assert (refusal(statement, V1) is None) is in_1
    assert (refusal(statement, V2) is None) is in_2


@pytest.mark.parametrize("thing", [{**ANNA, "objectType": "Agent"}, BORIS, TEAM, OFFICE, REFERENCE])
def test_people_and_statements_are_objects_too(thing: JsonObject) -> None:
    """2.4.4.2 and 2.4.4.3."""
    assert accepted_everywhere(about(thing))


@pytest.mark.parametrize(
    ("thing", "code", "pointer"),
    [
        (ANNA, "unknown-property", "/object/mbox"),
        ({"id": SOME_ID}, "iri", "/object/id"),
        ({"objectType": "StatementRef", "id": "1"}, "uuid", "/object/id"),
        ({"objectType": "StatementRef"}, "missing-property", "/object/id"),
        ({"objectType": "statementRef", "id": SOME_ID}, "object-type", "/object/objectType"),
        ({"objectType": "Statement", "id": SOME_ID}, "object-type", "/object/objectType"),
        ({"objectType": ["Agent"]}, "object-type", "/object/objectType"),
        ({"objectType": "Group"}, "group-members", "/object/member"),
    ],
)
def test_an_object_other_than_an_activity_says_its_type(
    thing: JsonObject, code: str, pointer: str
) -> None:
    """2.4.4.2: Agents and Groups MUST; 2.4.4.3: a StatementRef MUST."""
    assert refused_everywhere(about(thing), code, pointer)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("id", SOME_ID),
        ("stored", "2026-03-01T09:30:00Z"),
        ("version", "1.0.0"),
        ("authority", ANNA),
    ],
)
def test_a_substatement_has_not_what_only_statements_have(name: str, value: Any) -> None:
    """2.4.4.3."""
    statement = about({**SUBSTATEMENT, name: value})
    assert refused_everywhere(statement, "unknown-property", "/object/" + name)


def test_a_substatement_holds_no_substatement() -> None:
    """2.4.4.3."""
    outer = about({**SUBSTATEMENT, "object": SUBSTATEMENT})
    assert refused_everywhere(outer, "substatement-object", "/object/object/objectType")


def test_a_substatement_is_checked_as_a_statement() -> None:
    """2.4.4.3, so it is told of the same faults, further in."""
    sub = {**SUBSTATEMENT, "actor": {"account": {"name": "a"}}}
    pointer = "/object/actor/account/homePage"
    assert refused_everywhere(about(sub), "missing-property", pointer)


@pytest.mark.parametrize("name", ["revision", "platform"])
@pytest.mark.parametrize("thing", [BORIS, TEAM, REFERENCE, SUBSTATEMENT])
def test_revision_and_platform_belong_to_activities(thing: JsonObject, name: str) -> None:
    """2.4.6: MUST only be used if the object is an Activity; in SubStatements too."""
    statement = about(thing, context={name: "x"})
    assert refused_everywhere(statement, "activity-only", f"/context/{name}")
    if thing.get("objectType") != "SubStatement":
        sub = about({**statement, "objectType": "SubStatement"})
        assert refused_everywhere(sub, "activity-only", f"/object/context/{name}")


def test_voiding_needs_a_statement_ref() -> None:
    """2.3.2; in SubStatements too."""
    voiding = about(REFERENCE, verb={"id": VOIDED})
    assert accepted_everywhere(voiding)
    wrong = about({"id": COURSE}, verb={"id": VOIDED})
    assert refused_everywhere(wrong, "voiding-object", "/object")
    sub = about({**wrong, "objectType": "SubStatement"})
    assert refused_everywhere(sub, "voiding-object", "/object/object")


@pytest.mark.parametrize("authority", [ANNA, {"objectType": "Group", "member": [ANNA, LEARNER]}])
def test_an_agent_or_an_oauth_pair_vouches(authority: JsonObject) -> None:
    """2.4.9."""
    assert accepted_everywhere(about({"id": COURSE}, authority=authority))


@pytest.mark.parametrize(
    "authority",
    [
        {"objectType": "Group", "member": [LEARNER]},
        {"objectType": "Group", "member": [LEARNER, ANNA, BORIS]},
        {"objectType": "Group", "member": [ANNA, BORIS]},
        {**OFFICE, "member": [LEARNER, ANNA]},
        {"objectType": "Group"},
        OFFICE,
    ],
)
def test_no_other_group_vouches(authority: JsonObject) -> None:
    """2.4.9: exactly two members, one the consumer's account, and not identified."""
    statement = about({"id": COURSE}, authority=authority)
    assert refused_everywhere(statement, "authority-group", "/authority")


def test_faults_in_a_batch_are_pointed_at_by_index() -> None:
    """The whole batch is refused, naming the statement and the place in it."""
    batch = [minimal(), changed(minimal(), "/actor", {"account": {"name": "a"}})]
    with pytest.raises(InvalidStatement) as caught:
        check_statements(batch, V1)
    assert caught.value.pointer == "/1/actor/account/homePage"


def test_one_id_twice_in_a_batch_is_refused_in_version_2_only() -> None:
    """2.0, 4.1.6.1; ids are compared without regard to case."""
    batch = [changed(minimal(), "/id", i) for i in (SOME_ID, SOME_ID.upper())]
    check_statements(batch, V1)
    check_statements([minimal(), minimal()], V2)
    with pytest.raises(InvalidStatement) as caught:
        check_statements(batch, V2)
    assert (caught.value.code, caught.value.pointer) == ("duplicate-id", "/1/id")


@pytest.mark.skipif(not REAL.exists(), reason="the real statements are not on this machine")
@pytest.mark.parametrize("version", BOTH)
def test_real_statements_are_accepted(version: Version) -> None:
    """What modules really send is not refused by mistake."""
    statements = json.loads(REAL.read_text())
    assert len(statements) == 2814
    for statement in statements:
        check_statement(statement, version)
