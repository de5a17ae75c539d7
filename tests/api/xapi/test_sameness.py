from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, ref, said
from tests.api.xapi.test_bad_bodies import head, refused

pytestmark = pytest.mark.rules

ANNA = {"mbox": "mailto:anna@example.org"}
BORIS = {"openid": "https://boris.example.org/"}
ATTACHMENT = {
    "usageType": "urn:x",
    "display": {"ru": "лист"},
    "contentType": "text/plain",
    "length": 1,
    "sha2": "0" * 64,
    "fileUrl": "https://files.example.org/1",
}


def rich(**parts: Any) -> JsonObject:
    whole = said(
        actor={"objectType": "Group", "member": [ANNA, BORIS]},
        timestamp="2026-03-01T09:30:00.000Z",
        context={"registration": fresh(), "contextActivities": {"parent": [{"id": "urn:p"}]}},
        result={"score": {"raw": 5}, "success": True, "duration": "PT1H"},
    )
    return {**whole, **parts}


def again(statement: JsonObject, **parts: Any) -> JsonObject:
    return {k: v for k, v in {**statement, **parts}.items() if v is not ...}


IGNORED: dict[str, dict[str, Any]] = {
    "nothing": {},
    "stored": {"stored": "2001-01-01T00:00:00Z"},
    "authority": {"authority": ANNA},
    "version": {"version": "1.0.2"},
    "no timestamp": {"timestamp": ...},
    "the zone of the timestamp": {"timestamp": "2026-03-01T14:30:00+05:00"},
    "the verb's display": {"verb": {"id": said()["verb"]["id"], "display": {"ru": "сделал"}}},
    "the activity's definition": {
        "object": {**said()["object"], "definition": {"type": "urn:course"}}
    },
    "an objectType that is the default": {"object": {**said()["object"], "objectType": "Activity"}},
    "the order of members": {"actor": {"objectType": "Group", "member": [BORIS, ANNA]}},
    "attachments": {"attachments": [ATTACHMENT]},
    "1 and 1.0": {"result": {"score": {"raw": 5.0}, "success": True, "duration": "PT1H"}},
}


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("case", IGNORED)
def test_saying_the_same_again_changes_nothing(client: Caller, case: str, version: str) -> None:
    """1.0.3 part 2, 2.3.1 and 2.2: success, by POST and PUT, and one copy: the first."""
    caller, statement = client.speaking(version), rich()
    caller.store(statement)
    first, before = caller.get(statementId=statement["id"]).data, head(client)
    repeated = again(statement, **IGNORED[case])
    assert caller.post(repeated).json == [statement["id"]]
    assert caller.post([repeated]).json == [statement["id"]]
    assert caller.put(again(repeated, id=...), statementId=statement["id"]).status_code == 204
    assert head(client) == before
    assert caller.get(statementId=statement["id"]).data == first


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
def test_a_timestamp_that_is_stated_later_makes_another_statement(
    client: Caller, version: str
) -> None:
    """1.0.3 part 2, 2.3.1: the store stamped the first one when it came; a success would lose the
    other instant without a word. What the store itself answers is the same, to the millisecond.
    """
    caller, statement = client.speaking(version), said()
    caller.store(statement)
    first = caller.one(statement["id"])
    other = again(statement, timestamp="2026-03-01T09:30:00Z")
    refused(caller.post([said(), other]), 409, "statement-conflict")
    refused(caller.put(other, statementId=statement["id"]), 409, "statement-conflict")
    for stamp in (first["timestamp"], first["timestamp"][:23] + "Z"):
        assert caller.post(again(statement, timestamp=stamp)).json == [statement["id"]]
    assert caller.post(first).json == [statement["id"]]
    assert caller.one(statement["id"]) == first


def test_within_a_batch_a_timestamp_that_is_stated_later_is_not_lost_either(
    client: Caller,
) -> None:
    """1.0.3 takes an id twice in a batch; stated first and left out then, nothing is lost."""
    old, bare = client.speaking("1.0.3"), said()
    stamped = again(bare, timestamp="2026-03-01T09:30:00Z")
    refused(old.post([bare, stamped]), 409, "duplicate-id")
    assert old.post([stamped, bare]).json == [bare["id"]] * 2
    assert old.one(bare["id"])["timestamp"] == stamped["timestamp"]


def test_context_activities_count_by_id_and_one_is_as_good_as_a_list(client: Caller) -> None:
    """1.0.3 part 2, 2.4.6.2: a single Activity and an array of it are one; so without types."""
    statement = rich()
    client.store(statement)
    lone = {"parent": {"id": "urn:p", "objectType": "Activity", "definition": {"type": "urn:t"}}}
    context = {**statement["context"], "contextActivities": lone}
    assert client.post(again(statement, context=context)).status_code == 200


def test_ids_are_the_same_in_either_case(client: Caller) -> None:
    """1.0.3 part 2, 4.4: a UUID's hex digits have no case; not in references either."""
    statement = said(object=ref(fresh()), context={"statement": ref(fresh())})
    client.store(statement)
    upper = [again(statement, id=statement["id"].upper())]
    for holder in ("object", "context"):
        copy = again(statement)
        target = copy[holder] if holder == "object" else copy[holder]["statement"]
        shouted = ref(target["id"].upper())
        copy[holder] = shouted if holder == "object" else {"statement": shouted}
        upper.append(copy)
    assert [client.post(u).status_code for u in upper] == [200, 200, 200]


def test_members_of_context_groups_have_no_order(client: Caller) -> None:
    """2.0, 4.2.2.5: a Group is a Group wherever it stands."""

    def with_group(*members: JsonObject) -> JsonObject:
        group = {"objectType": "Group", "member": list(members)}
        return {"contextGroups": [{"objectType": "contextGroup", "group": group}]}

    statement = said(context=with_group(ANNA, BORIS))
    client.store(statement)
    assert client.post(again(statement, context=with_group(BORIS, ANNA))).status_code == 200
    assert client.post(again(statement, context=with_group(ANNA))).status_code == 409


def test_durations_compare_as_text_in_1_0_and_to_a_hundredth_in_2_0(client: Caller) -> None:
    """2.0, 4.2.7: precision beyond 0.01 s is not part of the comparison; never rounded."""
    old, said_so = client.speaking("1.0.3"), {"result": {"duration": "PT60.129S"}}
    statement = said(**said_so)
    client.store(statement)
    assert client.one(statement["id"])["result"] == said_so["result"]
    for duration, same in (("PT1M0.12S", True), ("PT60.13S", False), ("PT61S", False)):
        repeated = again(statement, result={"duration": duration})
        assert client.post(repeated).status_code == (200 if same else 409)
        assert old.post(repeated).status_code == 409


REAL: dict[str, dict[str, Any]] = {
    "the actor": {"actor": ANNA},
    "an actor's name": {"actor": {"objectType": "Group", "name": "x", "member": [ANNA, BORIS]}},
    "a member": {"actor": {"objectType": "Group", "member": [ANNA]}},
    "the verb": {"verb": {"id": "https://example.org/verbs/undone"}},
    "the object": {"object": {"id": "https://example.org/courses/2"}},
    "the kind of object": {"object": ref(fresh())},
    "the result": {"result": {"score": {"raw": 6}, "success": True, "duration": "PT1H"}},
    "a number for a boolean": {"result": {"extensions": {"urn:x": 1}}},
    "no result": {"result": ...},
    "the context": {"context": {"registration": fresh()}},
    "the instant": {"timestamp": "2026-03-01T09:30:00.001Z"},
}


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("case", REAL)
def test_another_statement_under_an_id_is_a_conflict(
    client: Caller, case: str, version: str
) -> None:
    """1.0.3 part 3, 2.1.1 and 2.1.2: 409, by POST and PUT, and nothing of the batch is stored."""
    caller, statement, innocent = client.speaking(version), rich(), said()
    caller.store(statement)
    first, before = caller.get(statementId=statement["id"]).data, head(client)
    other = again(statement, **REAL[case])
    refused(caller.post([innocent, other]), 409, "statement-conflict")
    refused(caller.put(other, statementId=statement["id"]), 409, "statement-conflict")
    assert head(client) == before
    assert caller.get(statementId=innocent["id"]).status_code == 404
    assert caller.get(statementId=statement["id"]).data == first


def test_true_is_no_one(client: Caller) -> None:
    """JSON's true and 1 differ, though Python's do not."""
    statement = said(result={"extensions": {"urn:x": [True, {"a": 0}]}})
    client.store(statement)
    other = again(statement, result={"extensions": {"urn:x": [1, {"a": False}]}})
    refused(client.post(other), 409, "statement-conflict")


def test_a_batch_may_hold_old_and_new(client: Caller) -> None:
    """What is there already is left alone, the rest is stored; ids come back in order."""
    old, new, before = said(), said(), head(client)
    client.store(old)
    assert client.post([new, old]).json == [new["id"], old["id"]]
    assert head(client) == before + 2


def test_two_statements_under_one_id_in_a_batch_of_1_0_are_a_conflict(client: Caller) -> None:
    """They cannot both be stored, so neither is."""
    one = said()
    response = client.speaking("1.0.3").post([one, {**one, "actor": BORIS}])
    refused(response, 409, "duplicate-id")
    assert client.get(statementId=one["id"]).status_code == 404
