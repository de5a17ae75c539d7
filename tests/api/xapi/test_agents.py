"""Agents: what statements have called them (xAPI 1.0.3 part 3, 2.4)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, said, someone
from tests.api.xapi.test_bad_bodies import SECRET, refused

AGENTS = "/xapi/agents"
each_version = pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])


def person(by: Caller, agent: JsonObject) -> JsonObject:
    """The Person of an agent."""
    answer = by.get(AGENTS, agent=json.dumps(agent))
    assert answer.status_code == 200, answer.text
    found: JsonObject = answer.json
    return found


def identifiers() -> dict[str, Any]:
    return {
        "mbox": f"mailto:{fresh()}@example.org",
        "mbox_sha1sum": (fresh() + fresh()).replace("-", "")[:40],
        "openid": f"https://{fresh()}.example.org/",
        "account": {"homePage": "https://hr.example.org", "name": f"табельный {fresh()}"},
    }


@each_version
@pytest.mark.parametrize("kind", ["mbox", "mbox_sha1sum", "openid", "account"])
def test_an_agent_never_seen_is_a_person_all_the_same(
    client: Caller, version: str, kind: str
) -> None:
    """2.4.s3.b3: what the question says, in arrays; a name only where it says one."""
    agent = {kind: identifiers()[kind]}
    shape = {"objectType": "Person", kind: [agent[kind]]}
    assert person(client.speaking(version), agent) == shape
    named = {"objectType": "Agent", "name": "Анна", **agent}
    assert person(client.speaking(version), named) == {**shape, "name": ["Анна"]}
    assert person(client, agent) == shape  # to ask is not to say


def sub(**parts: Any) -> JsonObject:
    """A SubStatement."""
    whole = {"objectType": "SubStatement", **said(**parts)}
    del whole["id"]
    return whole


def group(*members: JsonObject, **parts: Any) -> JsonObject:
    return {"objectType": "Group", "member": list(members), **parts}


PLACES: dict[str, Any] = {
    "the actor": lambda who: {"actor": who},
    "a member of the actor": lambda who: {"actor": group(someone(), who)},
    "an identified group": lambda who: {"actor": group(someone(), **who)},
    "the object": lambda who: {"object": {"objectType": "Agent", **who}},
    "a member of the object": lambda who: {"object": group(who)},
    "the instructor": lambda who: {"context": {"instructor": who}},
    "a member of the instructor": lambda who: {"context": {"instructor": group(who)}},
    "the team": lambda who: {"context": {"team": group(someone(), **who)}},
    "a member of the team": lambda who: {"context": {"team": group(who)}},
    "the actor of a SubStatement": lambda who: {"object": sub(actor=who)},
    "the object of a SubStatement": lambda who: {
        "object": sub(object={"objectType": "Agent", **who})
    },
    "the instructor of a SubStatement": lambda who: {"object": sub(context={"instructor": who})},
    "a contextAgent": lambda who: {
        "context": {"contextAgents": [{"objectType": "contextAgent", "agent": who}]}
    },
    "a contextGroup": lambda who: {
        "context": {"contextGroups": [{"objectType": "contextGroup", "group": group(**who)}]}
    },
}


@pytest.mark.parametrize("place", PLACES)
def test_names_are_gathered_from_every_place(client: Caller, place: str) -> None:
    """2.4: of whoever has an identifier, wherever a statement says it; each name once."""
    who = someone()
    for name in ("Анна", "Анна", "Anna", "Анна"):
        client.store(said(**PLACES[place]({**who, "name": name})))
    expected = {"objectType": "Person", "mbox": [who["mbox"]], "name": ["Анна", "Anna"]}
    assert person(client, who) == expected
    assert person(client, {**who, "name": "А."})["name"] == ["Анна", "Anna", "А."]


def test_only_the_identifier_asked_for_is_told(client: Caller) -> None:
    """2.4.s3.b1: other identifiers of a person would need a right of their own."""
    one, other = someone(), {"account": identifiers()["account"]}
    client.store(said(actor={**one, "name": "Анна"}), said(actor={**other, "name": "Анна"}))
    assert person(client, one) == {"objectType": "Person", "name": ["Анна"], "mbox": [one["mbox"]]}


BAD = {
    "no agent": ({}, "missing-parameter", None),
    "no JSON": ({"agent": "anna"}, "malformed-json", ""),
    "no object": ({"agent": "true"}, "not-an-object", ""),
    "nobody": ({"agent": '{"objectType":"Agent","name":"Anna"}'}, "identifier-count", ""),
    "two at once": (
        {"agent": '{"mbox":"mailto:a@b.org","openid":"https://a.b/"}'},
        "identifier-count",
        "",
    ),
    "a person": ({"agent": '{"objectType":"Person","mbox":["mailto:a@b.org"]}'}, None, None),
    "a crowd": (
        {"agent": '{"objectType":"Group","member":[{"mbox":"mailto:a@b.org"}]}'},
        "identifier-count",
        "",
    ),
    "a bad mbox": ({"agent": f'{{"mbox":"{SECRET}"}}'}, "mbox", "/mbox"),
    "another parameter": (
        {"agent": '{"mbox":"mailto:a@b.org"}', "x": "1"},
        "unknown-parameter",
        None,
    ),
    "another case": ({"Agent": '{"mbox":"mailto:a@b.org"}'}, "unknown-parameter", None),
}


@each_version
@pytest.mark.parametrize("case", BAD)
def test_what_is_no_agent_is_refused(client: Caller, case: str, version: str) -> None:
    """2.4.s2 and 3.2: 400, with the place in the parameter's JSON."""
    query, code, pointer = BAD[case]
    refused(client.speaking(version).get(AGENTS, **query), 400, code, pointer)
