from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.errors import InvalidStatement
from lrs.domain.xapi.agent import JsonObject
from schemas import check_agent
from tests.schemas.examples import (
    ANNA,
    BORIS,
    HASHED,
    LEARNER,
    OFFICE,
    TEAM,
    accepted_everywhere,
    minimal,
    refused_everywhere,
)


def by(actor: Any) -> JsonObject:
    return {**minimal(), "actor": actor}


@pytest.mark.parametrize("actor", [ANNA, BORIS, LEARNER, HASHED, TEAM, OFFICE])
def test_agents_and_groups_of_every_kind_act(actor: JsonObject) -> None:
    """2.4.2: each identifier, anonymous and identified Groups, with or without objectType."""
    assert accepted_everywhere(by(actor))


@pytest.mark.parametrize(
    ("actor", "code", "pointer"),
    [
        ({}, "identifier-count", "/actor"),
        ({"name": "Анна"}, "identifier-count", "/actor"),
        ({**ANNA, **LEARNER}, "identifier-count", "/actor"),
        ({**ANNA, "objectType": "agent"}, "object-type", "/actor/objectType"),
        ({**ANNA, "objectType": "Activity"}, "object-type", "/actor/objectType"),
        ({**ANNA, "objectType": None}, "object-type", "/actor/objectType"),
        ({**ANNA, "member": []}, "unknown-property", "/actor/member"),
        ({**ANNA, "Name": "x"}, "unknown-property", "/actor/Name"),
        ({**ANNA, "name": None}, "null", "/actor/name"),
        ({**ANNA, "name": 5}, "not-a-string", "/actor/name"),
        ({"mbox": "anna@example.org"}, "mbox", "/actor/mbox"),
        ({"mbox_sha1sum": "abc"}, "sha1", "/actor/mbox_sha1sum"),
        ({"openid": "anna"}, "uri", "/actor/openid"),
        ({"account": "anna"}, "not-an-object", "/actor/account"),
        (None, "null", "/actor"),
        ("Анна", "not-an-object", "/actor"),
        ([ANNA], "not-an-object", "/actor"),
    ],
)
def test_an_agent_that_breaks_a_rule_is_refused_where_it_does(
    actor: Any, code: str, pointer: str
) -> None:
    """2.4.2.1 and 2.4.2.3: exactly one identifier, of the right form, and nothing unknown."""
    assert refused_everywhere(by(actor), code, pointer)


@pytest.mark.parametrize(
    ("account", "code", "pointer"),
    [
        ({"name": "0417"}, "missing-property", "/actor/account/homePage"),
        ({"homePage": "http://v/"}, "missing-property", "/actor/account/name"),
        ({"homePage": "lms", "name": "0417"}, "iri", "/actor/account/homePage"),
        ({"homePage": "http://v/", "name": 417}, "account-name", "/actor/account/name"),
        ({"homePage": "http://v/", "name": ""}, "account-name", "/actor/account/name"),
        ({"homepage": "http://v/", "name": "a"}, "unknown-property", "/actor/account/homepage"),
    ],
)
def test_an_account_has_a_home_page_and_a_name(
    account: JsonObject, code: str, pointer: str
) -> None:
    """2.4.2.4; what some players send in anonymous mode is told what it lacks."""
    assert refused_everywhere(by({"account": account}), code, pointer)


@pytest.mark.parametrize(
    ("group", "code", "pointer"),
    [
        ({"objectType": "Group"}, "group-members", "/actor/member"),
        ({"objectType": "Group", "member": []}, "group-members", "/actor/member"),
        ({**TEAM, "member": ANNA}, "not-an-array", "/actor/member"),
        ({**TEAM, "member": [ANNA, TEAM]}, "object-type", "/actor/member/1/objectType"),
        ({**TEAM, "member": [OFFICE]}, "object-type", "/actor/member/0/objectType"),
        ({**TEAM, "member": [{}]}, "identifier-count", "/actor/member/0"),
        ({**TEAM, "member": [None]}, "null", "/actor/member/0"),
        ({**OFFICE, **LEARNER}, "identifier-count", "/actor"),
        ({"member": [ANNA]}, "unknown-property", "/actor/member"),
    ],
)
def test_a_group_that_breaks_a_rule_is_refused_where_it_does(
    group: JsonObject, code: str, pointer: str
) -> None:
    """2.4.2.2: an anonymous Group lists its members, all of them Agents; at most one identifier."""
    assert refused_everywhere(by(group), code, pointer)


def test_an_identified_group_may_list_nobody() -> None:
    """2.4.2.2: member is optional there."""
    assert accepted_everywhere(by({**OFFICE, "member": []}))


@pytest.mark.parametrize("agent", [ANNA, LEARNER, OFFICE, {**OFFICE, "member": [ANNA]}])
def test_a_query_is_about_an_agent_or_identified_group(agent: JsonObject) -> None:
    """Part 3, 2.1.3: the parameter agent."""
    check_agent(agent)


@pytest.mark.parametrize(
    ("agent", "code", "pointer"),
    [
        (TEAM, "identifier-count", "?"),
        ({"name": "Анна"}, "identifier-count", "?"),
        ({"account": {"name": "a"}}, "missing-property", "?/account/homePage"),
        ("Анна", "not-an-object", "?"),
        (None, "null", "?"),
    ],
)
def test_a_query_about_nobody_in_particular_is_refused(agent: Any, code: str, pointer: str) -> None:
    """An anonymous Group identifies nobody; the pointer begins where the caller says."""
    with pytest.raises(InvalidStatement) as caught:
        check_agent(agent, at="?")
    assert (caught.value.code, caught.value.pointer) == (code, pointer)
