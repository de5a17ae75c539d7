"""The log, on both databases: positions are dense and follow commit order, and `stored` rises with
them.
"""

from __future__ import annotations

import random
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from time import monotonic
from uuid import uuid4

from lrs.db.engine import Database
from lrs.ledger import Ledger, LoggedStatement, LogReader
from lrs.ledger.append import insert_rows, lock, read_head
from lrs.ledger.event_rows import EventRow
from tests.conftest import Place
from tests.support.examples import drawn
from tests.support.processes import finish, running
from tests.support.stores import log_of, now, opened, statement_event

PROCESSES, THREADS, APPENDS, GROUP = 4, 4, drawn(250), 5
EVENTS = PROCESSES * THREADS * APPENDS * GROUP


def restless() -> int:
    """A clock that somebody keeps setting back, by up to an hour."""
    return now() - random.choice((0, 0, 0, 1, 1_000_000, 3_600_000_000))


def write(url: str) -> None:
    """One writing process: its threads append until their share is done."""

    def appends(_: int) -> None:
        for _ in range(APPENDS):
            ledger.append([statement_event() for _ in range(GROUP)])

    with opened(url, restless, timeout=60) as ledger, ThreadPoolExecutor(THREADS) as pool:
        list(pool.map(appends, range(THREADS)))


def tail(reader: LogReader) -> list[LoggedStatement]:
    """Whatever a reader meets that always asks for what follows the last it has seen."""
    statements: list[LoggedStatement] = []
    position, deadline = 0, monotonic() + 60
    while position < EVENTS and monotonic() < deadline:
        page = reader.after(position, 500)
        position = page.last
        statements += page.statements
    return statements


def test_a_reader_meets_every_event_once_in_commit_order(place: Place, database: Database) -> None:
    """Sixteen writers in four processes, 20,000 events in the long run, one reader following them:
    it misses none, sees none twice, and `stored` strictly rises although SQLite's clock keeps
    stepping back.
    """
    with running(write, [[place.ledger_url]] * PROCESSES) as writers:
        statements = tail(LogReader(database))
        finish(writers, 30)
    assert [s.position for s in statements] == list(range(1, EVENTS + 1))
    assert [(s.position, s.stored, s.id) for s in statements] == log_of(database)
    assert all(a.stored < b.stored for a, b in pairwise(statements))


def test_stored_rises_when_the_clock_lies_behind_the_log(
    database: Database, ledger: Ledger
) -> None:
    """An event stored in what is now the future does not let the next ones fall behind it."""
    ahead = now() + 3_600_000_000
    row = EventRow(uuid4(), 1, "statement-stored", b"c" * 32, b"s" * 32, b"{}\n{}")
    with database.write.begin() as connection:
        lock(connection)
        head = read_head(connection, lambda: ahead)
        insert_rows(connection, [row], type(head)(head.position, head.stored, ahead))
    ledger.append([statement_event(), statement_event()])
    assert [stored for _, stored, _ in log_of(database)] == [ahead, ahead + 1, ahead + 2]


def test_an_append_that_fails_leaves_no_gap(database: Database, ledger: Ledger) -> None:
    """A rolled-back append takes its position with it: the next event gets it."""
    ledger.append([statement_event()])
    with database.write.connect() as connection, connection.begin() as transaction:
        lock(connection)
        row = EventRow(uuid4(), 1, "statement-stored", b"c" * 32, b"s" * 32, b"{}\n{}")
        assert insert_rows(connection, [row], read_head(connection, now)).position == 2
        transaction.rollback()
    assert ledger.append([statement_event()]) == [2]
