from __future__ import annotations

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Caller, fresh, ref, said, someone, voiding
from tests.api.opening import Calling


@pytest.fixture(scope="module")
def module(calling: Calling) -> Caller:
    """An e-learning module's key, as handed out by default."""
    return calling(Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE)


def is_voided(client: Caller, statement: JsonObject) -> bool:
    """Whether the statement is found by voidedStatementId alone, or by statementId alone."""
    there = client.get(statementId=statement["id"]).status_code
    away = client.get(voidedStatementId=statement["id"]).status_code
    assert sorted([there, away]) == [200, 404]
    return away == 200


def test_a_voided_statement_is_found_only_as_voided(client: Caller) -> None:
    """1.0.3 part 2, 2.3.2 and part 3, 2.1.3: 404 by statementId, unchanged by voidedStatementId."""
    statement = said(actor=someone())
    client.store(statement)
    before = client.get(statementId=statement["id"]).data
    assert client.get(voidedStatementId=statement["id"]).status_code == 404
    client.store(voiding(statement))
    assert client.get(statementId=statement["id"]).status_code == 404
    assert client.get(voidedStatementId=statement["id"]).data == before


def test_queries_leave_a_voided_statement_out_but_return_what_refers_to_it(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: the voiding statement is found through its target, as any other."""
    statement = said(actor=someone())
    void, remark = voiding(statement), said(object=ref(statement))
    client.store(statement, remark, void)
    assert client.found(agent=statement["actor"]) == [void["id"], remark["id"]]


def test_what_a_voided_reference_refers_to_stays(client: Caller) -> None:
    """Voiding takes away one statement, and a chain through it still holds."""
    person = someone()
    target = said(actor=person)
    link = said(object=ref(target))
    start = said(object=ref(link))
    client.store(target, link, start, voiding(link))
    assert not is_voided(client, target)
    assert set(client.found(agent=person)) & {target["id"], link["id"], start["id"]} == {
        target["id"],
        start["id"],
    }


def test_a_target_that_arrives_after_its_voiding_is_voided(client: Caller) -> None:
    """1.0.3 part 2, 2.3.2: an unknown target is no fault."""
    statement = said(actor=someone())
    client.store(voiding(statement))
    assert client.get(voidedStatementId=statement["id"]).status_code == 404
    client.store(statement)
    assert is_voided(client, statement)


def test_voided_stays_voided_when_its_own_target_arrives(client: Caller) -> None:
    """Reads between the three make three batches of the projection."""
    target = said(actor=someone())
    statement = said(object=ref(target))
    for step in (statement, voiding(statement), target):
        client.store(step)
        client.found(agent=target["actor"])
    assert statement["id"] not in client.found(agent=target["actor"])
    assert is_voided(client, statement)


def test_a_voiding_statement_is_never_voided(client: Caller) -> None:
    """1.0.3 part 2, 2.3.2: the second voiding is stored and has no effect."""
    statement = said(actor=someone())
    void = voiding(statement)
    second = voiding(void)
    client.store(statement, void, second)
    assert is_voided(client, statement)
    assert not is_voided(client, void)
    assert not is_voided(client, second)


def test_voiding_twice_is_voiding(client: Caller) -> None:
    """Nothing is voided less for being voided again, in one batch or in two."""
    statement = said(actor=someone())
    client.store(statement, voiding(statement))
    client.store(voiding(statement))
    assert is_voided(client, statement)


def test_voiding_needs_a_statement_ref(client: Caller) -> None:
    """1.0.3 part 2, 2.3.2: any other object is refused."""
    bad = voiding(fresh())
    bad["object"] = {"id": "https://example.org/courses/1"}
    response = client.post(bad)
    assert (response.status_code, response.json["code"]) == (400, "voiding-object")
    assert response.json["pointer"] == "/object"


def test_anothers_statement_is_voided_only_with_the_scope_all(
    client: Caller, module: Caller, calling: Calling
) -> None:
    """A key takes back its own statements; nothing of a refused batch is stored."""
    mine, theirs = said(), said()
    module.store(mine)
    calling(Scope.STATEMENTS_WRITE).store(theirs)
    innocent = said()
    response = module.post([innocent, voiding(theirs)])
    assert (response.status_code, response.json["code"]) == (403, "voiding-another-authority")
    assert client.get(statementId=innocent["id"]).status_code == 404
    module.store(voiding(mine))
    client.store(voiding(theirs))
    assert is_voided(client, mine)
    assert is_voided(client, theirs)


def test_a_voiding_sent_ahead_does_not_reach_anothers_statement(
    client: Caller, module: Caller, calling: Calling
) -> None:
    """Whoever guesses an id cannot void what another authority will say under it."""
    theirs, also_theirs = said(), said()
    module.store(voiding(theirs))
    client.store(voiding(also_theirs))
    calling(Scope.STATEMENTS_WRITE).store(theirs, also_theirs)
    assert not is_voided(client, theirs)
    assert is_voided(client, also_theirs)


def test_a_key_sees_its_own_voided_statements_and_no_others(client: Caller, module: Caller) -> None:
    """statements/read/mine holds for voidedStatementId, too."""
    mine, theirs = said(), said()
    module.store(mine, voiding(mine))
    client.store(theirs, voiding(theirs))
    assert is_voided(module, mine)
    assert module.get(voidedStatementId=theirs["id"]).status_code == 404
