from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

from api.app import create_app
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, ref, said, someone, voiding
from tests.api.opening import caller_of, opened
from tests.conftest import Place
from tests.support.processes import wait_until

THROUGH = "X-Experience-API-Consistent-Through"


def test_another_process_reads_what_this_one_wrote_at_once(place: Place, own: Caller) -> None:
    """A second app on the same store finds a statement by id, by query, and as voided."""
    with opened(place) as second:
        other = Caller(create_app(second).test_client(), own.key)
        for _ in range(3):
            statement = said(actor=someone())
            own.store(statement)
            assert other.one(statement["id"])["actor"] == statement["actor"]
            assert other.found(agent=statement["actor"]) == [statement["id"]]
            other.store(voiding(statement))
            assert own.get(statementId=statement["id"]).status_code == 404
            assert own.get(voidedStatementId=statement["id"]).status_code == 200


def test_a_read_does_not_wait_for_the_index(place: Place, own_lrs: Lrs, own: Caller) -> None:
    """What is not folded yet is matched in memory: by id, by filters, in pages of both."""
    who = someone()
    own.store(*(folded := [said(actor=who) for _ in range(3)]))
    own_lrs.projector.runner.catch_up()
    position = own_lrs.projector.runner.position("statements").position
    own.store(*(new := [said(actor=who) for _ in range(3)]), said())
    ids = [s["id"] for s in folded + new]
    assert own.found(agent=who, ascending=True) == ids
    assert own.found(agent=who, limit=2) == ids[::-1]
    assert own.found(agent=who, limit=4, ascending=True) == ids
    assert own.one(ids[-1])["actor"] == who
    assert own.get(voidedStatementId=ids[-1]).status_code == 404
    assert own_lrs.projector.runner.position("statements").position == position


def test_what_refers_or_is_referred_to_is_left_to_the_index(own_lrs: Lrs, own: Caller) -> None:
    """A voiding statement that waits for its target voids it when it comes."""
    target = said()
    (void,) = own.store(voiding(target))
    own_lrs.projector.runner.catch_up()
    own.store(target)
    assert own.get(statementId=target["id"]).status_code == 404
    assert own.get(voidedStatementId=target["id"]).status_code == 200
    late, other = said(), said(object=ref(target))
    own.store(other, late)
    verb = said()["verb"]["id"]
    assert own.found(verb=verb) == [late["id"], other["id"], void]


def test_transcripts_are_as_fresh_as_statements(place: Place, own: Caller) -> None:
    """One post in one app, one line in another's transcript."""
    person, done = someone(), {"id": "http://adlnet.gov/expapi/verbs/completed"}
    with opened(place) as second:
        other = Caller(create_app(second).test_client(), own.key, None)
        own.store(said(actor=person, verb=done))
        transcript = other.get(f"/api/v1/transcripts/mbox|{person['mbox']}").json
        assert [line["status"] for line in transcript["lines"]] == ["completed"]
        assert transcript["as_of"]["position"] == other.get("/health").json["events"]


def test_the_projectors_thread_folds_without_being_asked(own_lrs: Lrs, own: Caller) -> None:
    """Woken by the write, it brings every projection to the head; reads then find it there."""
    own_lrs.start()
    statement = said(actor=someone())
    own.store(statement)

    def folded() -> bool:
        return all(p["lag"] == 0 for p in own.get("/health").json["projections"])

    wait_until(folded)
    assert own.found(agent=statement["actor"]) == [statement["id"]]
    response = own.get(limit="1")
    assert response.headers[THROUGH] >= response.json["statements"][0]["stored"]


def test_an_idle_store_promises_recent_instants(own_lrs: Lrs, own: Caller) -> None:
    """With nothing in flight, Consistent-Through is the clock's, and goes on."""
    own_lrs.start()
    own.store(said())
    first = own.get(limit="1").headers[THROUGH]
    wait_until(lambda: own.get(limit="1").headers[THROUGH] > first)
    (later,) = own.store(said())
    assert own.one(later)["stored"] > first


def test_one_id_sent_by_many_at_once_is_stored_once(place: Place, own: Caller) -> None:
    """Through two apps: all succeed, since all say the same, and one copy is there."""
    statement = said(actor=someone())
    with opened(place) as second:
        apps = [own.http.application, create_app(second)]

        def send(number: int) -> int:
            caller = Caller(apps[number % 2].test_client(), own.key)
            return caller.post(statement).status_code

        with ThreadPoolExecutor(8) as pool:
            assert list(pool.map(send, range(24))) == [200] * 24
    assert own.found(agent=statement["actor"]) == [statement["id"]]


def test_of_two_different_statements_under_one_id_one_wins(place: Place, own: Caller) -> None:
    """The other is told, whichever app took it; its batch leaves nothing behind."""
    id, batches = fresh(), [[said(), said()] for _ in range(2)]
    for batch in batches:
        batch[1] |= {"id": id, "actor": someone()}
    gate = threading.Barrier(2)
    with opened(place) as second:
        apps = [own.http.application, create_app(second)]

        def send(number: int) -> int:
            gate.wait()
            return Caller(apps[number].test_client(), own.key).post(batches[number]).status_code

        with ThreadPoolExecutor(2) as pool:
            statuses = list(pool.map(send, range(2)))
    assert sorted(statuses) == [200, 409]
    won = batches[statuses.index(200)]
    assert own.one(id)["actor"] == won[1]["actor"]
    assert own.found(ascending="true") == [won[0]["id"], id]


def test_a_voiding_and_its_target_sent_at_once_end_as_voided(own: Caller) -> None:
    """Whichever is stored first."""
    for _ in range(5):
        statement = said()
        both = [statement, voiding(statement)]
        with ThreadPoolExecutor(2) as pool:
            sent = list(pool.map(lambda s: _client_like(own).post(s).status_code, both))
        assert sent == [200, 200]
        assert own.get(voidedStatementId=statement["id"]).status_code == 200


def _client_like(caller: Caller) -> Caller:
    return Caller(caller.http.application.test_client(), caller.key)


def test_reads_wait_for_an_answer_no_longer_than_they_are_told(
    place: Place, own_lrs: Lrs, own: Caller
) -> None:
    """Where the projection is needed and cannot catch up, the answer is what is there, and says
    so. A reference needs it: it is found by what finds its target.
    """
    old = said()
    own.store(old)
    own_lrs.projector.runner.catch_up()
    with opened(place, fresh_timeout="0") as hurried:
        own.store(new := said(object=ref(old)))
        response = caller_of(hurried).get()
        assert [s["id"] for s in response.json["statements"]] == [old["id"]]
        assert response.headers[THROUGH] < own.one(new["id"])["stored"]
