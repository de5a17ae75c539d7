from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, said, someone


def identifiers() -> list[JsonObject]:
    """One new person by each kind of identifier."""
    name = uuid4().hex
    return [
        {"mbox": f"mailto:{name}@example.org"},
        {"mbox_sha1sum": f"{name}{name[:8]}"},
        {"openid": f"https://{name}.example.org/"},
        {"account": {"homePage": "https://hr.example.org", "name": name}},
    ]


def here(**parts: Any) -> tuple[str, JsonObject]:
    """A registration of the test's own, and a statement in it."""
    registration = fresh()
    return registration, said(**{"context": {"registration": registration}, **parts})


@pytest.mark.parametrize("kind", range(4), ids=["mbox", "mbox_sha1sum", "openid", "account"])
def test_an_agent_is_found_by_each_kind_of_identifier(client: Caller, kind: int) -> None:
    """1.0.3 part 3, 2.1.3: agent; part 2, 2.4.2.3."""
    person = identifiers()[kind]
    by, about, other = said(actor=person), said(object={"objectType": "Agent", **person}), said()
    client.store(by, about, other)
    named = {"objectType": "Agent", "name": "Whoever", **person}
    assert client.found(agent=person) == client.found(agent=named) == [about["id"], by["id"]]


@pytest.mark.parametrize("kind", range(4), ids=["mbox", "mbox_sha1sum", "openid", "account"])
def test_a_group_is_found_by_its_own_identifier(client: Caller, kind: int) -> None:
    """1.0.3 part 3, 2.1.3: agent takes an Agent or an identified Group."""
    group = {"objectType": "Group", **identifiers()[kind]}
    by, about = said(actor=group), said(object={**group, "member": [someone()]})
    client.store(by, about)
    assert client.found(agent=group) == [about["id"], by["id"]]


def test_an_agent_is_found_as_a_member_of_a_group(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: a Group which contains the Agent matches, as actor and as object."""
    person, other = someone(), someone()
    anonymous = {"objectType": "Group", "member": [other, person]}
    identified = {"objectType": "Group", **someone(), "member": [person]}
    statements = [said(actor=anonymous), said(object=anonymous), said(actor=identified)]
    client.store(*statements)
    assert client.found(agent=person) == [s["id"] for s in reversed(statements)]


def test_another_persons_statements_are_not_found(client: Caller) -> None:
    """An account is its homePage and its name together; a context is not the actor."""
    account = {"homePage": "https://hr.example.org", "name": fresh()}
    client.store(
        said(actor={"account": {**account, "homePage": "https://other.example.org"}}),
        said(context={"instructor": {"account": account}}),
        said(actor={"mbox": f"mailto:{account['name']}@hr.example.org"}),
    )
    assert client.found(agent={"account": account}) == []


def test_verb_activity_and_registration_each_find_theirs(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: IRIs are compared as strings, UUIDs in either case."""
    verb, activity = f"https://example.org/{fresh()}", f"https://example.org/{fresh()}?ё=%D1"
    registration, plain = here()
    spoken, about = said(verb={"id": verb, "display": {"ru": "ё"}}), said(object={"id": activity})
    client.store(plain, spoken, about, said())
    assert client.found(verb=verb) == [spoken["id"]]
    assert client.found(activity=activity) == [about["id"]]
    assert client.found(registration=registration) == [plain["id"]]
    assert client.found(registration=registration.upper()) == [plain["id"]]
    assert client.found(verb=verb.upper()) == client.found(activity=verb) == []


def test_all_filters_must_hold_on_one_statement(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: parameters are combined with AND."""
    person, verb = someone(), {"id": f"https://example.org/{fresh()}"}
    activity, context = {"id": f"https://example.org/{fresh()}"}, {"registration": fresh()}
    parts = {"actor": person, "verb": verb, "object": activity, "context": context}
    whole = said(**parts)
    almost = [said(**{k: v for k, v in parts.items() if k != name}) for name in parts]
    client.store(whole, *almost)
    query = {"agent": person, "verb": verb["id"], "activity": activity["id"]}
    assert client.found(**query, registration=context["registration"]) == [whole["id"]]
    assert client.found(**query) == [almost[3]["id"], whole["id"]]


def test_since_leaves_out_its_own_instant_and_until_keeps_it(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: stored after since, stored at or before until."""
    registration, first = here()
    ids = [first["id"]]
    client.store(first)
    for _ in range(3):
        ids += client.store(said(context={"registration": registration}))
    second, third = (client.one(i)["stored"] for i in ids[1:3])
    query = {"registration": registration, "ascending": "true"}
    assert client.found(**query, since=second) == ids[2:]
    assert client.found(**query, until=second) == ids[:2]
    assert client.found(**query, since=second, until=third) == [ids[2]]
    assert client.found(**query, since=third, until=second) == []


def test_since_and_until_are_instants_whatever_their_zone(client: Caller) -> None:
    """1.0.3 part 2, 4.5: timestamps name an instant; they concern stored, not timestamp."""
    registration, statement = here(timestamp="2001-01-01T00:00:00Z")
    client.store(statement)
    stored = client.one(statement["id"])["stored"]
    shifted = stored.replace("Z", "+00:00")
    assert client.found(registration=registration, until=shifted) == [statement["id"]]
    assert client.found(registration=registration, since="2001-06-01T00:00:00+05:00")
    assert client.found(registration=registration, until="2001-06-01T00:00:00Z") == []


def test_the_newest_comes_first_unless_ascending(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: descending order of stored by default; no two have one instant."""
    registration = fresh()
    batch = [said(context={"registration": registration}) for _ in range(5)]
    ids = client.store(*batch)
    assert client.found(registration=registration) == ids[::-1]
    assert client.found(registration=registration, ascending="TRUE") == ids
    assert client.found(registration=registration, ascending="false") == ids[::-1]
    stored = [client.one(i)["stored"] for i in ids]
    assert stored == sorted(set(stored))


def test_a_result_is_statements_and_more_and_says_how_fresh_it_is(client: Caller) -> None:
    """1.0.3 part 2, 2.5 and part 3, 2.1.3: more is there though empty."""
    registration, statement = here()
    client.store(statement)
    response = client.get(registration=registration)
    body = json.loads(response.data)
    assert response.mimetype == "application/json"
    assert body["more"] == ""
    assert [s["id"] for s in body["statements"]] == [statement["id"]]
    through = response.headers["X-Experience-API-Consistent-Through"]
    assert through >= body["statements"][0]["stored"]


def test_nothing_found_is_an_empty_result(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: 200, also for what nobody has ever named."""
    response = client.get(verb=f"https://example.org/{fresh()}")
    assert (response.status_code, response.json) == (200, {"statements": [], "more": ""})
    assert client.found(registration=fresh()) == []
