from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.time import iso
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import (
    VOIDED,
    RecordedStatement,
    centiseconds,
    is_voiding,
    same,
    spliced,
    target_of,
    voids,
)
from lrs.domain.xapi.version import Version
from tests.schemas.strategies import statements
from tests.support.examples import drawn

A, B = ({"account": {"homePage": "https://keys", "name": name}} for name in "ab")
PAIR, OTHER = ({"objectType": "Group", "member": [A, {"mbox": f"mailto:{n}@x.org"}]} for n in "ab")
ID = UUID("8f87ccde-bb56-4c2e-ab83-44982ef22df0")
anything = st.sampled_from(list(Version)).flatmap(statements)


def recorded(
    verb: str = "urn:v", authority: JsonObject = A, may_void_any: bool = False, **parts: Any
) -> RecordedStatement:
    thing = {"objectType": "StatementRef", "id": str(ID)}
    statement = {"actor": A, "verb": {"id": verb}, "object": thing, **parts}
    return RecordedStatement(1, 1_000_000, ID, authority, may_void_any, statement)


@pytest.mark.parametrize("other", [B, PAIR])
def test_a_statement_is_voided_by_its_own_authority_or_by_whoever_may_void_any(
    other: JsonObject,
) -> None:
    """1.0.3 part 2, 2.3.2, and the scopes of part 3, 4.2."""
    target = recorded()
    assert voids(recorded(VOIDED), target)
    assert not voids(recorded(VOIDED, other), target)
    assert voids(recorded(VOIDED, other, may_void_any=True), target)


def test_an_authority_of_two_is_both_of_them() -> None:
    """1.0.3 part 2, 2.4.9: the application alone does not make two users one."""
    assert voids(recorded(VOIDED, PAIR), recorded(authority=PAIR))
    assert not voids(recorded(VOIDED, PAIR), recorded(authority=OTHER))


def test_a_voiding_statement_is_never_voided() -> None:
    """1.0.3 part 2, 2.3.2, whoever tries."""
    assert not voids(recorded(VOIDED, may_void_any=True), recorded(VOIDED))


def test_only_a_statement_ref_has_a_target_and_only_the_verb_voids() -> None:
    """1.0.3 part 2, 2.4.4.3: an Activity whose id looks like a UUID is no reference."""
    reference = recorded().statement
    activity = {**reference, "object": {"id": str(ID)}}
    assert (target_of(reference), target_of(activity)) == (ID, None)
    assert (is_voiding(reference), is_voiding(recorded(VOIDED).statement)) == (False, True)


def test_a_statement_happened_when_it_says_else_when_it_was_stored() -> None:
    """1.0.3 part 2, 2.4.7."""
    said = "2026-03-01T12:00:00+03:00"
    assert recorded(timestamp=said).timestamp == said
    assert recorded().timestamp == "1970-01-01T00:00:01.000000Z"


@settings(max_examples=drawn(40), deadline=None)
@given(anything)
def test_what_the_store_adds_stands_in_front_of_the_statements_own_bytes(
    statement: JsonObject,
) -> None:
    """1.0.3 part 3, 2.1.3: exact. Each name stands once; the text is not touched."""
    said = {k: v for k, v in statement.items() if k not in ("stored", "authority")}
    text = json.dumps(said, ensure_ascii=False).encode()
    missing = tuple(n for n in ("id", "timestamp", "version") if n not in said)
    authority = json.dumps(A).encode()
    answer = spliced(b" \n" + text, missing, id=ID, stored=5, authority=authority, version="2.0.0")
    added = {"stored": iso(5), "authority": A}
    own = {"id": str(ID), "timestamp": iso(5), "version": "2.0.0"}
    assert json.loads(answer) == {**added, **{n: own[n] for n in missing}, **said}
    assert answer.endswith(text[1:])
    assert len(json.loads(answer, object_pairs_hook=list)) == 2 + len(missing) + len(said)


@settings(max_examples=drawn(40), deadline=None)
@given(anything)
def test_a_statement_is_the_same_as_itself_however_it_is_ordered(statement: JsonObject) -> None:
    """1.0.3 part 2, 2.3.1: members of objects have no order; nor what the store assigns."""
    turned = json.loads(json.dumps(statement), object_pairs_hook=lambda p: dict(reversed(p)))
    assert same(statement, turned)
    for name in ("stored", "authority", "version", "attachments", "id", "timestamp"):
        turned.pop(name, None)
    assert same(statement, turned)
    assert same(turned, statement, durations=centiseconds)


@settings(max_examples=drawn(40), deadline=None)
@given(anything, anything)
def test_sameness_goes_both_ways(one: JsonObject, two: JsonObject) -> None:
    """It does not matter which of the two came first."""
    for durations in (str, centiseconds):
        assert same(one, two, durations=durations) is same(two, one, durations=durations)


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ({"result": {"success": True}}, {"result": {"success": False}}),
        ({"result": {"completion": False}}, {"result": {"completion": True}}),
        ({"result": {"extensions": {"urn:x": True}}}, {"result": {"extensions": {"urn:x": 1}}}),
        ({"object": {"id": "https://a.example/C"}}, {"object": {"id": "https://a.example/c"}}),
    ],
)
def test_what_differs_in_a_truth_or_in_the_case_of_an_iri_is_not_the_same(
    one: JsonObject, two: JsonObject
) -> None:
    bare = {"actor": A, "verb": {"id": "urn:v"}, "object": {"id": "https://a.example/c"}}
    assert same({**bare, **one}, {**bare, **one})
    assert not same({**bare, **one}, {**bare, **two})


@pytest.mark.parametrize(
    ("one", "two", "equal"),
    [
        ("PT1H", "PT60M", True),
        ("PT1H", "PT3600S", True),
        ("P1D", "PT24H", True),
        ("P2W", "P14D", True),
        ("P1Y", "P12M", True),
        ("PT4H", "PT04H00M00S", True),
        ("PT0.129S", "PT0,12S", True),
        ("PT0.129S", "PT0.13S", False),
        ("P0.5D", "PT12H", True),
        ("P1M", "P30D", False),
        ("P1M", "PT1M", False),
        ("PT99999999999999999999999999999999S", "PT99999999999999999999999999999998S", False),
        ("PT" + "9" * 1_000_000 + "H", "PT" + "9" * 1_000_001 + "H", False),
    ],
)
def test_durations_are_compared_to_a_hundredth_of_a_second(one: str, two: str, equal: bool) -> None:
    """2.0, 4.2.7: cut, never rounded; a month is no number of days; in no time at all."""
    assert (centiseconds(one) == centiseconds(two)) is equal
