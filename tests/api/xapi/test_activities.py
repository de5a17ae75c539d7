"""Activities: what statements have said of them, and who may say it (xAPI 1.0.3 part 3, 2.5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from tests.api.caller import Answer, Caller, fresh, said, someone, voiding
from tests.api.opening import Calling
from tests.api.xapi.test_agents import AGENTS, each_version, person, sub
from tests.api.xapi.test_bad_bodies import SECRET, refused

ACTIVITIES = "/xapi/activities"


def activity(by: Caller, id: str) -> JsonObject:
    """The Activity of that id."""
    answer = by.get(ACTIVITIES, activityId=id)
    assert answer.status_code == 200, answer.text
    found: JsonObject = answer.json
    return found


def new() -> str:
    """The id of an activity that no other test knows."""
    return f"https://example.org/courses/{fresh()}"


@each_version
def test_an_activity_never_seen_is_its_id(client: Caller, version: str) -> None:
    """2.5.s2: 200 all the same, also where it was named without a definition."""
    id, caller = new(), client.speaking(version)
    assert activity(caller, id) == {"objectType": "Activity", "id": id}
    client.store(said(object={"id": id}))
    assert activity(caller, id) == {"objectType": "Activity", "id": id}


WHOLE = {
    "name": {"en-US": "example meeting", "ru": "Совещание"},
    "description": {"en-US": "An example"},
    "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
    "moreInfo": "https://example.org/more",
    "interactionType": "choice",
    "correctResponsesPattern": ["a[,]b"],
    "choices": [{"id": "a", "description": {"en": "A"}}, {"id": "b"}],
    "extensions": {
        "urn:x": {"deep": [1, 1.5, None, True, "тест", {}], "": -0.25},
        "urn:n": 12345678901234567890,
    },
}


@each_version
def test_a_definition_comes_back_whole(client: Caller, version: str) -> None:
    """2.5: the complete Activity, no property more, extensions untouched."""
    id = new()
    client.speaking(version).store(said(object={"id": id, "definition": WHOLE}))
    assert activity(client.speaking(version), id) == {
        "objectType": "Activity",
        "id": id,
        "definition": WHOLE,
    }


DEFINING: dict[str, Any] = {
    "the object": lambda a: {"object": a},
    **{
        f"{kind} of the context": lambda a, kind=kind: {
            "context": {"contextActivities": {kind: [{"id": "urn:other"}, a]}}
        }
        for kind in ("parent", "grouping", "category", "other")
    },
    "alone in the context": lambda a: {"context": {"contextActivities": {"parent": a}}},
    "the object of a SubStatement": lambda a: {"object": sub(object=a)},
    "the context of a SubStatement": lambda a: {
        "object": sub(context={"contextActivities": {"grouping": a}})
    },
}


@pytest.mark.parametrize("place", DEFINING)
def test_definitions_are_gathered_from_every_place(client: Caller, place: str) -> None:
    """1.0.3 part 2, 2.4.4.1 and 2.4.6.2."""
    id = new()
    client.store(said(**DEFINING[place]({"id": id, "definition": WHOLE})))
    assert activity(client, id)["definition"] == WHOLE


@each_version
def test_languages_are_united_and_the_later_text_wins(client: Caller, version: str) -> None:
    """1.0.3 part 2, 2.4.4.1: within one batch and over several, read at once."""
    id, caller = new(), client.speaking(version)

    def defines(**definition: Any) -> JsonObject:
        return said(object={"id": id, "definition": definition})

    caller.store(
        defines(name={"en-GB": "meeting", "en-US": "example meeting"}, type="urn:old"),
        defines(name={"en-GB": "example meeting", "fr-FR": "réunion"}),
    )
    united = {"en-GB": "example meeting", "en-US": "example meeting", "fr-FR": "réunion"}
    assert activity(caller, id)["definition"] == {"name": united, "type": "urn:old"}
    caller.store(defines(type="urn:new", extensions={"urn:a": 1}, description={"ru": "Да"}))
    caller.store(defines(extensions={"urn:b": [2]}, name={"en-US": "later"}))
    assert activity(caller, id)["definition"] == {
        "name": {**united, "en-US": "later"},
        "type": "urn:new",
        "extensions": {"urn:a": 1, "urn:b": [2]},
        "description": {"ru": "Да"},
    }


def test_an_id_is_compared_as_it_stands(client: Caller) -> None:
    """1.0.3 part 2, 2.2: IRIs are not normalised; what is asked for is what is answered."""
    base = fresh()
    ids = [
        f"http://example.com/path/../{base}",
        f"http://example.com/{base}",
        f"http://example.com/{base}/",
        f"HTTP://example.com/{base}",
        f"http://example.com:80/{base}",
        f"http://example.com/{base}/ё",
        f"http://example.com/{base}/%D1%91",
        f"http://example.com/{base}/\u0435\u0308",
    ]
    for number, id in enumerate(ids):
        client.store(said(object={"id": id, "definition": {"name": {"en": f"{number}"}}}))
    found = [activity(client, id) for id in ids]
    assert [f["id"] for f in found] == ids
    assert [f["definition"]["name"]["en"] for f in found] == [f"{n}" for n in range(len(ids))]


def test_a_correction_takes_back_no_name(client: Caller) -> None:
    """A voided statement did not happen; what it said of others was true before it."""
    who, id = someone(), new()
    statement = said(actor={**who, "name": "Анна"}, object={"id": id, "definition": WHOLE})
    client.store(statement)
    client.store(voiding(statement))
    assert (person(client, who)["name"], activity(client, id)["definition"]) == (["Анна"], WHOLE)


@pytest.mark.parametrize(
    "query",
    [
        {},
        {"activityId": ""},
        {"activityId": SECRET},
        {"activityId": "http://a b"},
        {"ActivityId": "urn:x"},
        {"activityId": "urn:x", "format": "ids"},
        {"activityId": "urn:x", "agent": "{}"},
    ],
)
@each_version
def test_what_is_no_activity_is_refused(
    client: Caller, query: dict[str, str], version: str
) -> None:
    """2.5 and 3.2: 400, by the parameter's name."""
    code = "missing-parameter" if not query else None
    refused(client.speaking(version).get(ACTIVITIES, **query), 400, code)


READERS = {
    Scope.ALL,
    Scope.ALL_READ,
    Scope.STATEMENTS_READ,
    Scope.STATE,
    Scope.PROFILE,
    Scope.DEFINE,
}


@pytest.mark.parametrize("scope", Scope)
def test_some_scopes_may_ask_and_few_may_tell(
    client: Caller, calling: Calling, scope: Scope
) -> None:
    """1.0.3 part 3, 4.2: 403 for others; only `define` and `all` say what something is called."""
    caller, who, id = calling(scope), someone(), new()
    answers: list[Answer] = [
        caller.get(AGENTS, agent=json.dumps(who)),
        caller.get(ACTIVITIES, activityId=id),
    ]
    assert [a.status_code for a in answers] == [200 if scope in READERS else 403] * 2
    teller = calling(Scope.STATEMENTS_WRITE, scope)
    teller.store(said(actor={**who, "name": "Анна"}, object={"id": id, "definition": WHOLE}))
    listened = scope in (Scope.ALL, Scope.DEFINE)
    assert ("name" in person(client, who)) is listened
    assert ("definition" in activity(client, id)) is listened


@pytest.mark.usefixtures("hurried")
def test_what_is_known_is_the_same_when_it_is_gathered_again(client: Caller, lrs: Lrs) -> None:
    """Live and rebuilt read models answer alike."""
    who, id = someone(), new()
    for number in range(3):
        name, definition = f"name {number}", {"name": {f"x-{number}": "X"}, "type": f"urn:{number}"}
        client.store(said(actor={**who, "name": name}, object={"id": id, "definition": definition}))
        live = (person(client, who), activity(client, id))
    lrs.projector.rebuild(["statements"])
    assert (person(client, who), activity(client, id)) == live
    assert (len(live[0]["name"]), len(live[1]["definition"]["name"])) == (3, 3)
