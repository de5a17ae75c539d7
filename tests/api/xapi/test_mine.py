"""What a key with statements/read/mine finds: all of its own, and nothing of anybody else's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, ref, said, someone, voiding
from tests.api.opening import Calling
from tests.api.xapi.mixed import attachment, part, post, read, stored_with

OWN, FOREIGN = b"own bytes", b"foreign bytes"
Folded = Callable[[], None]


@dataclass(frozen=True)
class Two:
    """Two modules' keys with equal labels and scopes, and one that may do everything."""

    module: Caller
    other: Caller
    all: Caller


@pytest.fixture
def two(client: Caller, calling: Calling) -> Two:
    scopes = (Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE)
    return Two(calling(*scopes), calling(*scopes), client)


@pytest.fixture(params=["from the index", "before it is folded"])
def folded(request: pytest.FixtureRequest, lrs: Lrs) -> Folded:
    """Whether the index holds what was written when it is read."""

    def fold() -> None:
        if request.param == "from the index":
            lrs.projector.runner.catch_up(["statements"])

    return fold


def about(person: JsonObject, **parts: Any) -> JsonObject:
    """A statement that every filter of `filters` finds."""
    activity = {"id": f"https://example.org/{person['mbox']}"}
    context = {"registration": person["mbox"][7:15] + "-0000-4000-8000-" + "0" * 12}
    return said(**{"actor": person, "object": activity, "context": context, **parts})


def filters(person: JsonObject) -> list[dict[str, Any]]:
    statement = about(person)
    return [
        {"agent": person},
        {"agent": person, "related_agents": True},
        {"activity": statement["object"]["id"]},
        {"activity": statement["object"]["id"], "related_activities": True},
        {"registration": statement["context"]["registration"]},
        {"agent": person, "verb": statement["verb"]["id"], "ascending": True},
        {"agent": person, "limit": 1},
        {"agent": person, "since": "2020-01-01T00:00:00Z", "until": "2999-01-01T00:00:00Z"},
    ]


def test_every_filter_finds_the_keys_own_and_nothing_else(two: Two, folded: Folded) -> None:
    """1.0.3 part 3, 4.2: also where another key of the same name has said the same."""
    person = someone()
    mine, theirs, trusted = about(person), about(person), about(person)
    for caller, statement in ((two.other, theirs), (two.module, mine), (two.all, trusted)):
        caller.store(statement)
    folded()
    for query in filters(person):
        assert two.module.found(**query) == [mine["id"]]
        assert two.other.found(**query) == [theirs["id"]]
        assert len(two.all.found(**query)) == 3


def test_another_keys_statement_is_as_unknown_as_one_that_is_not_there(
    two: Two, folded: Folded
) -> None:
    """1.0.3 part 3, 2.1.3: one and the same 404, by statementId and by voidedStatementId."""
    theirs, voided = said(), said()
    two.other.store(theirs, voided, voiding(voided))
    folded()
    for name, id in (("statementId", theirs["id"]), ("voidedStatementId", voided["id"])):
        for more in ({}, {"attachments": "true"}, {"format": "ids"}):
            answers = [two.module.get(**{name: i}, **more) for i in (id, fresh())]
            problems = [{**a.json, "request_id": ""} for a in answers]
            assert [a.status_code for a in answers] == [404, 404]
            assert problems[0] == problems[1]
        assert two.other.get(**{name: id}).status_code == 200


def test_attachments_of_others_are_never_given_out(two: Two, folded: Folded) -> None:
    """1.0.3 part 3, 2.1.3: with attachments=true, by query, by more, by id, and voided."""
    person = someone()
    first, second = (stored_with(two.module, OWN + b"%d" % n, actor=person) for n in (1, 2))
    theirs = stored_with(two.other, FOREIGN, actor=person)
    folded()
    query = {"agent": json.dumps(person), "attachments": "true"}
    found, data = read(two.module.get(**query))
    assert [s["id"] for s in found["statements"]] == [second["id"], first["id"]]
    assert sorted(data) == [OWN + b"1", OWN + b"2"]
    page, _ = read(two.all.get(**query, limit="1"))
    rest, data = read(two.module.get(page["more"]))
    assert ([s["id"] for s in rest["statements"]], data) == ([second["id"]], [OWN + b"2"])
    assert read(two.module.get(statementId=first["id"], attachments="true"))[1] == [OWN + b"1"]
    two.all.store(voiding(first), voiding(theirs))
    for statement, status in ((first, 200), (theirs, 404)):
        answer = two.module.get(voidedStatementId=statement["id"], attachments="true")
        assert (answer.status_code, FOREIGN in answer.data) == (status, False)


def test_whoever_knows_a_hash_is_not_given_the_bytes(two: Two, folded: Folded) -> None:
    """A statement that only names another's attachment, with a fileUrl, brings none of it, alone
    or beside bytes of its own.
    """
    stored_with(two.other, FOREIGN)
    named = attachment(FOREIGN, fileUrl="https://example.org/scan.png")
    alone, second = said(attachments=[named]), said(attachments=[attachment(OWN), named])
    two.module.store(alone)
    assert post(two.module, second, part(OWN)).status_code == 200
    folded()
    for sent, bytes_of in ((alone, []), (second, [OWN])):
        statement, data = read(two.module.get(statementId=sent["id"], attachments="true"))
        assert (statement["attachments"], data) == (sent["attachments"], bytes_of)


def test_a_reference_of_its_own_is_found_through_its_own_targets_alone(
    two: Two, folded: Folded
) -> None:
    """1.0.3 part 3, 2.1.3, 4.2: else a key could ask what a statement says that it may not see."""
    person = someone()
    theirs = stored_with(two.other, FOREIGN, actor=person)
    two.module.store(target := said(actor=person))
    to_theirs, to_own = said(object=ref(theirs)), said(object=ref(target))
    two.module.store(to_theirs, to_own)
    folded()
    query = {"agent": json.dumps(person), "attachments": "true"}
    found, data = read(two.module.get(**query))
    assert [s["id"] for s in found["statements"]] == [to_own["id"], target["id"]]
    assert data == []
    assert {theirs["id"], to_theirs["id"]} <= set(two.all.found(agent=person))


def test_a_reference_of_anothers_to_its_own_statement_is_not_shown(
    two: Two, folded: Folded
) -> None:
    """The target is its own, what was said of it is not."""
    person = someone()
    mine, later = said(actor=person), said(actor=person)
    two.module.store(mine, later)
    two.other.store(said(object=ref(mine)))
    two.all.store(voiding(later))
    folded()
    assert two.module.found(agent=person) == [mine["id"]]
    assert two.module.get(voidedStatementId=later["id"]).status_code == 200
    assert two.module.get(statementId=later["id"]).status_code == 404


def test_a_more_link_is_no_key(two: Two, calling: Calling, lrs: Lrs) -> None:
    """1.0.3 part 3, 4: 401 without a key and with a bad one, 403 without a right to read."""
    person = someone()
    two.all.store(*(about(person) for _ in range(3)))
    more = two.all.get(agent=json.dumps(person), limit="1").json["more"]
    revoked = calling(Scope.ALL)
    assert revoked.key is not None
    lrs.credentials.revoke(revoked.key.id)
    wrong = replace(two.all, key=replace(revoked.key, secret="wrong"))
    for caller in (replace(two.all, key=None), wrong, revoked):
        assert caller.get(more).status_code == 401
    for scope in (Scope.STATEMENTS_WRITE, Scope.STATE, Scope.PROFILE, Scope.DEFINE):
        assert calling(scope).get(more).status_code == 403
    nothing = two.module.get(more)
    assert (nothing.json["statements"], nothing.json["more"]) == ([], "")


def test_a_walk_with_another_key_begins_and_ends_within_its_own(two: Two, folded: Folded) -> None:
    """The link made by `all` holds the query and a place, and no statement of the first page."""
    person = someone()
    ids: dict[Caller, list[str]] = {two.module: [], two.other: []}
    for _ in range(4):
        for caller, stored in ids.items():
            stored.extend(caller.store(about(person)))
    folded()
    for caller, stored in ids.items():
        first = two.all.get(agent=json.dumps(person), limit="1", ascending="true")
        walked, link = [], first.json["more"]
        while link:
            page = caller.get(link).json
            walked += [s["id"] for s in page["statements"]]
            link = page["more"]
        assert walked == (stored[1:] if caller is two.module else stored)
