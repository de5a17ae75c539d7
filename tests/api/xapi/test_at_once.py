"""Many clients at the same moment, each with a thread of its own, the projector beside them."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TypeVar

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from tests.api.caller import Caller, fresh, ref, said, someone, voiding
from tests.api.opening import caller_of
from tests.support.examples import SOAKS

T = TypeVar("T")
ROUNDS = 5 if SOAKS else 2


@pytest.fixture
def running(own_lrs: Lrs, own: Caller) -> Caller:
    """A client of a store whose projector folds in its own time."""
    own_lrs.start()
    return own


def another(caller: Caller) -> Caller:
    """The same client for another thread."""
    return replace(caller, http=caller.http.application.test_client())


def at_once(*tasks: Callable[[], T]) -> list[T]:
    """What they return, all begun at the same moment."""
    gate = threading.Barrier(len(tasks))

    def run(task: Callable[[], T]) -> T:
        gate.wait(20)
        return task()

    with ThreadPoolExecutor(len(tasks)) as pool:
        return list(pool.map(run, tasks))


def posting(caller: Caller, *statements: JsonObject) -> Callable[[], int]:
    client = another(caller)
    return lambda: client.post(list(statements)).status_code


def putting(caller: Caller, statement: JsonObject) -> Callable[[], int]:
    client = another(caller)
    return lambda: client.put(statement, statementId=statement["id"]).status_code


def test_of_many_statements_under_one_id_one_is_stored(running: Caller) -> None:
    """1.0.3 part 3, 2.1.1 and 2.1.2: who said the same succeeds, the others are told 409."""
    for _ in range(ROUNDS):
        versions = [said(actor=someone()) for _ in range(3)]
        same = {"id": fresh()}
        tasks = [posting(running, {**v, **same}) for v in versions for _ in range(2)]
        tasks += [putting(running, {**v, **same}) for v in versions]
        statuses = at_once(*tasks)
        won = running.one(same["id"])["actor"]
        for number, version in enumerate(versions):
            outcome = statuses[2 * number], statuses[2 * number + 1], statuses[6 + number]
            assert outcome == ((200, 200, 204) if version["actor"] == won else (409, 409, 409))
            found = [same["id"]] if version["actor"] == won else []
            assert running.found(agent=version["actor"]) == found


def test_batches_that_cross_each_other_are_all_or_nothing(running: Caller) -> None:
    """1.0.3 part 3, 2.1.2: two want each other's ids, in the opposite order, with other texts."""
    for _ in range(ROUNDS):
        ids = [fresh() for _ in range(4)]
        people = [someone() for _ in range(6)]
        batches = [
            [said(id=i, actor=who) for i in (ids if number % 2 else ids[::-1])]
            for number, who in enumerate(people)
        ]
        statuses = at_once(*(posting(running, *batch) for batch in batches))
        assert sorted(statuses) == [200, 409, 409, 409, 409, 409]
        won = people[statuses.index(200)]
        assert sorted(running.found(agent=won)) == sorted(ids)
        assert all(running.found(agent=who) == [] for who in people if who != won)


def test_batches_that_say_the_same_in_another_order_all_succeed(running: Caller) -> None:
    """One copy of each statement, whoever brought it; nobody waits for somebody who waits."""
    for _ in range(ROUNDS):
        who = someone()
        shared = [said(actor=who) for _ in range(6)]
        batches = [[*shared[n:], *shared[:n], said(actor=who)] for n in range(6)]
        assert at_once(*(posting(running, *batch) for batch in batches)) == [200] * 6
        found = Counter(running.found(agent=who))
        assert found == Counter({s["id"]: 1 for batch in batches for s in batch})


@pytest.mark.usefixtures("hurried")
def test_voiding_and_storing_at_once_end_alike_everywhere(running: Caller, own_lrs: Lrs) -> None:
    """1.0.3 part 2, 2.3.2: the key's own voiding takes effect whichever came first, another key's
    never does; what refers to either is found all the same, and folding anew gives the same.
    """
    module, other = (caller_of(own_lrs, Scope.STATEMENTS_WRITE) for _ in range(2))
    for _ in range(ROUNDS):
        who = someone()
        voided, unvoided = said(actor=who), said(actor=who)
        remark = said(object=ref(voided))
        void, forged = voiding(voided), voiding(unvoided)
        statuses = at_once(
            posting(module, voided, unvoided),
            posting(module, void),
            posting(other, forged),
            posting(module, remark),
        )
        assert [*statuses[:2], statuses[3]] == [200, 200, 200]
        assert statuses[2] in (200, 403)
        assert running.get(statementId=voided["id"]).status_code == 404
        assert running.get(voidedStatementId=voided["id"]).status_code == 200
        assert running.get(statementId=unvoided["id"]).status_code == 200
        expected = {unvoided["id"], void["id"], remark["id"]}
        assert set(running.found(agent=who)) - {forged["id"]} == expected
    own_lrs.projector.runner.catch_up()
    live = own_lrs.projector.runner.checksum("statements")
    own_lrs.projector.rebuild(["statements"])
    assert own_lrs.projector.runner.checksum("statements") == live


def test_what_is_voided_once_is_voided_to_every_reader_from_then_on(running: Caller) -> None:
    """No reader sees it come back, by id or in a list, while others go on writing."""
    who, stop = someone(), threading.Event()
    statements = [said(actor=who) for _ in range(8)]
    running.store(*statements)

    def write() -> list[str]:
        client = another(running)
        for statement in statements:
            client.store(said(), voiding(statement), said())
        stop.set()
        return []

    def watch() -> list[str]:
        client, away, back = another(running), set[str](), []
        while not stop.is_set():
            there = set(client.found(agent=who))
            there |= {
                s["id"] for s in statements if client.get(statementId=s["id"]).status_code == 200
            }
            back += [id for id in away if id in there]
            away = {s["id"] for s in statements} - there
        return back

    assert at_once(write, watch, watch, watch) == [[], [], [], []]
    assert all(running.get(voidedStatementId=s["id"]).status_code == 200 for s in statements)


WALKS = [(limit, ascending) for limit in (1, 7) for ascending in (False, True)]


def test_a_walk_gives_each_statement_once_while_others_are_stored(running: Caller) -> None:
    """1.0.3 part 3, 2.1.3: `more` to the last page, from both ends, in small steps and large."""
    before = running.store(*(said() for _ in range(30 if SOAKS else 12)))
    stop = threading.Event()

    def write() -> list[str]:
        client, ids = another(running), []
        while not stop.is_set():
            ids += client.store(*(said() for _ in range(3)))
        return ids

    def walk(limit: int, ascending: bool) -> Callable[[], list[str]]:
        client = another(running)
        return lambda: client.found(limit=limit, ascending=ascending)

    def walks() -> list[list[str]]:
        try:
            return at_once(*(walk(*how) for how in WALKS))
        finally:
            stop.set()

    with ThreadPoolExecutor(2) as pool:
        writers = [pool.submit(write) for _ in range(2)]
        walked = walks()
    log = running.found(ascending=True)
    assert set(log) == {*before, *(id for writer in writers for id in writer.result())}
    for (_, ascending), walked_ids in zip(WALKS, walked, strict=True):
        oldest_first = walked_ids if ascending else walked_ids[::-1]
        assert oldest_first == log[: len(walked_ids)]
        assert len(before) <= len(walked_ids) < len(log)


def test_everybody_reads_what_they_have_just_written(running: Caller) -> None:
    """By id and by every filter, with the index behind, ahead, or on its way."""

    def write_and_read() -> Sequence[object]:
        client, who, lost = another(running), someone(), []
        for count in range(1, 11):
            (id,) = client.store(said(actor=who))
            if client.get(statementId=id).status_code != 200:
                lost.append(id)
            if len(found := client.found(agent=who)) != count or found[0] != id:
                lost.append(id)
        return lost

    assert at_once(*[write_and_read] * 6) == [[]] * 6
