"""The log, on both databases: the same id twice is one copy or a conflict, alone and within one
group commit.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest
from sqlalchemy import text

from lrs.domain.errors import StatementConflict
from lrs.service import Lrs
from schemas import ParsedStatement
from tests.conftest import Place
from tests.support.processes import wait_until
from tests.support.stores import appending, statement, store


def in_one_group(
    lrs: Lrs, place: Place, requests: Sequence[Sequence[ParsedStatement]]
) -> list[Future[list[UUID]]]:
    """Send the requests while an append from elsewhere holds the lock, so that they pile up,
    after one that has set out for the lock already.
    """
    # On SQLite the writer takes what waits once it has the lock, on PostgreSQL before.
    ahead = 1 if place.backend == "sqlite" else 0
    with ThreadPoolExecutor(len(requests) + 1) as pool:
        with appending(place.ledger_url):
            pool.submit(store, lrs, statement(uuid4()))
            wait_until(lambda: lrs.ledger.waiting == 1 if ahead else waits_for_lock(lrs))
            answers = [pool.submit(store, lrs, *request) for request in requests]
            wait_until(lambda: lrs.ledger.waiting == len(requests) + ahead)
            assert not any(answer.done() for answer in answers)
        return answers


def waits_for_lock(lrs: Lrs) -> bool:
    """Whether somebody in that database of PostgreSQL waits for a lock."""
    with lrs.databases[0].read.connect() as connection:
        return bool(connection.scalar(_WAITING))


_WAITING = text(
    "SELECT count(*) FROM pg_locks AS l JOIN pg_database AS d ON d.oid = l.database "
    "WHERE d.datname = current_database() AND NOT l.granted"
)


def stored(lrs: Lrs, *ids: UUID) -> list[UUID]:
    """Those of the ids that the log holds, once for each copy."""
    return [s.id for s in lrs.ledger.reader.after(0, 1_000).statements if s.id in ids]


def test_the_same_statement_again_is_no_second_copy(lrs: Lrs) -> None:
    """Repeating a request succeeds and changes nothing; new neighbours in it are stored."""
    first, second = uuid4(), uuid4()
    store(lrs, statement(first))
    assert store(lrs, statement(first), statement(second)) == [first, second]
    assert stored(lrs, first, second) == [first, second]


def test_a_different_statement_with_a_stored_id_stores_nothing_of_its_request(lrs: Lrs) -> None:
    """Not even the statements of the request that conflict with nothing."""
    existing, fresh = uuid4(), uuid4()
    store(lrs, statement(existing))
    with pytest.raises(StatementConflict):
        store(lrs, statement(fresh), statement(existing, "left"))
    assert stored(lrs, existing, fresh) == [existing]


def test_two_different_statements_of_one_request_may_not_share_an_id(lrs: Lrs) -> None:
    """And two that say the same are one."""
    id = uuid4()
    with pytest.raises(StatementConflict):
        store(lrs, statement(id), statement(id, "left"))
    assert stored(lrs, id) == []
    assert store(lrs, statement(id), statement(id)) == [id, id]
    assert stored(lrs, id) == [id]


def test_a_conflict_leaves_its_neighbours_in_the_group_unharmed(lrs: Lrs, place: Place) -> None:
    """Each request of a group commit gets its own answer: ten succeed, one is a repetition, one
    conflicts and leaves nothing behind.
    """
    existing, lost, *fresh = [uuid4() for _ in range(12)]
    store(lrs, statement(existing))
    requests = [[statement(id)] for id in fresh]
    requests.insert(3, [statement(lost), statement(existing, "left")])
    requests.insert(7, [statement(existing)])
    answers = in_one_group(lrs, place, requests)
    assert isinstance(answers.pop(3).exception(), StatementConflict)
    assert [id for answer in answers for id in answer.result()] == [
        *fresh[:6],
        existing,
        *fresh[6:],
    ]
    assert sorted(stored(lrs, existing, lost, *fresh)) == sorted([existing, *fresh])
    assert lrs.ledger.reader.head()[0] == 12  # and the one that in_one_group sent ahead


def test_requests_of_one_group_with_the_same_statement_share_one_copy(
    lrs: Lrs, place: Place
) -> None:
    """Both are told that it is stored, and each brings its own neighbour along."""
    shared, one, other = uuid4(), uuid4(), uuid4()
    answers = in_one_group(
        lrs,
        place,
        [[statement(shared), statement(one)], [statement(shared), statement(other)]],
    )
    assert sorted(answer.result()[0] for answer in answers) == [shared, shared]
    assert sorted(stored(lrs, shared, one, other)) == sorted([shared, one, other])


def test_of_two_requests_of_one_group_with_different_statements_one_wins(
    lrs: Lrs, place: Place
) -> None:
    """The other is a conflict, and nothing of it is stored."""
    id, one, other = uuid4(), uuid4(), uuid4()
    requests = [[statement(id), statement(one)], [statement(id, "left"), statement(other)]]
    errors = [answer.exception() for answer in in_one_group(lrs, place, requests)]
    assert sorted(type(error).__name__ for error in errors) == ["NoneType", "StatementConflict"]
    assert len(stored(lrs, id, one, other)) == 2
