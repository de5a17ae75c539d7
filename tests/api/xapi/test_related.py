from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, said, someone

YES = "true"


def group(*members: JsonObject) -> JsonObject:
    return {"objectType": "Group", "member": list(members)}


def planned(**parts: Any) -> JsonObject:
    """A statement about a SubStatement with these parts."""
    inner = {k: v for k, v in said(**parts).items() if k != "id"}
    return said(object={"objectType": "SubStatement", **inner})


def context_agent(person: JsonObject) -> JsonObject:
    return {"contextAgents": [{"objectType": "contextAgent", "agent": person}]}


def context_group(whole: JsonObject) -> JsonObject:
    return {"contextGroups": [{"objectType": "contextGroup", "group": whole}]}


PLACES = {
    "instructor": lambda p: said(context={"instructor": p}),
    "a member of the instructing group": lambda p: said(context={"instructor": group(p)}),
    "team": lambda p: said(context={"team": {"objectType": "Group", **p}}),
    "a member of the team": lambda p: said(context={"team": group(someone(), p)}),
    "a context agent": lambda p: said(context=context_agent(p)),
    "a context group": lambda p: said(context=context_group({"objectType": "Group", **p})),
    "a member of a context group": lambda p: said(context=context_group(group(p))),
    "the SubStatement's actor": lambda p: planned(actor=p),
    "a member of the SubStatement's actor": lambda p: planned(actor=group(p)),
    "the SubStatement's object": lambda p: planned(object={"objectType": "Agent", **p}),
    "the SubStatement's instructor": lambda p: planned(context={"instructor": p}),
    "the SubStatement's team": lambda p: planned(context={"team": group(p)}),
    "the SubStatement's context agent": lambda p: planned(context=context_agent(p)),
    "the SubStatement's context group": lambda p: planned(context=context_group(group(p))),
}


@pytest.mark.parametrize("place", PLACES)
def test_a_related_agent_is_found_wherever_it_stands(client: Caller, place: str) -> None:
    """1.0.3 part 3, 2.1.3: related_agents; 2.0, 4.1.6.1: contextAgents and contextGroups too."""
    person = someone()
    statement = PLACES[place](person)
    client.store(statement)
    assert client.found(agent=person, related_agents=YES) == [statement["id"]]
    assert client.found(agent=person) == client.found(agent=person, related_agents="False") == []


def test_related_agents_finds_actors_and_objects_as_well(client: Caller) -> None:
    """It widens the search; each statement comes once, however often it names the Agent."""
    person = someone()
    by = said(actor=person, context={"instructor": person, "team": group(person)})
    about = said(object={"objectType": "Agent", **person})
    client.store(by, about)
    assert client.found(agent=person, related_agents=YES) == [about["id"], by["id"]]


def test_the_authority_is_a_related_agent(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: related_agents includes the authority, and its members if a Group."""
    vouching, person = someone(), someone()
    consumer = {"account": {"homePage": "https://oauth.example.org", "name": fresh()}}
    alone, pair = said(authority=vouching), said(authority=group(consumer, person))
    client.store(alone, pair)
    assert client.found(agent=vouching, related_agents=YES) == [alone["id"]]
    for member in (consumer, person):
        assert client.found(agent=member, related_agents=YES) == [pair["id"]]
        assert client.found(agent=member) == []


KINDS = ("parent", "grouping", "category", "other")


@pytest.mark.parametrize("kind", KINDS)
def test_a_related_activity_is_found_in_each_kind_of_context(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 2.1.3: related_activities; an array or a single Activity (part 2, 2.4.6.2)."""
    one, two = ({"id": f"https://example.org/{fresh()}"} for _ in range(2))
    listed = said(context={"contextActivities": {kind: [one, two]}})
    single = said(context={"contextActivities": {kind: one}})
    within = planned(context={"contextActivities": {kind: [one]}})
    ids = client.store(listed, single, within)
    assert client.found(activity=one["id"], related_activities=YES) == ids[::-1]
    assert client.found(activity=two["id"], related_activities=YES) == [listed["id"]]
    assert client.found(activity=one["id"]) == []


def test_the_substatements_activity_is_related(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: any Activity of a contained SubStatement."""
    activity = {"id": f"https://example.org/{fresh()}"}
    direct, inner = said(object=activity), planned(object=activity)
    client.store(direct, inner)
    assert client.found(activity=activity["id"]) == [direct["id"]]
    found = client.found(activity=activity["id"], related_activities=YES)
    assert found == [inner["id"], direct["id"]]


def test_related_agents_does_not_widen_activities_nor_the_other_way(client: Caller) -> None:
    """Each of the two parameters speaks of its own filter; together both must hold."""
    person, activity = someone(), {"id": f"https://example.org/{fresh()}"}
    context = {"instructor": person, "contextActivities": {"parent": [activity]}}
    statement = said(context=context)
    client.store(statement, said(context={"instructor": person}))
    query: JsonObject = {"agent": person, "activity": activity["id"]}
    assert client.found(**query, related_agents=YES) == []
    assert client.found(**query, related_activities=YES) == []
    both = client.found(**query, related_agents=YES, related_activities=YES)
    assert both == [statement["id"]]
