"""Appending rows: the right to append, the head, the insert, in the way of the log's database.

The head (highest position, its `stored`, the clock) is read in a statement of its own after the
lock is held; under READ COMMITTED that statement sees every earlier commit. So positions are
dense, follow commit order, and leave no gap when an append rolls back.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Protocol

from sqlalchemy import Connection, select

from lrs.db.engine import Database
from lrs.ledger import sqlite
from lrs.ledger.event_rows import (
    AppendGroup,
    AppendResult,
    BytesMissing,
    EventRow,
    Head,
    StoredAt,
    Stream,
    by_the_clock,
)
from lrs.ledger.queries import versions_of
from lrs.ledger.tables import event


class AppendSql(Protocol):
    """What the modules `sqlite` and `postgres` have: all of an append's SQL."""

    def lock(self, connection: Connection) -> None:
        """Wait for the right to append, until the transaction ends."""

    def read_head(self, connection: Connection, now: Callable[[], int]) -> Head:
        """The end of the log as of this statement. `now` is the clock where SQL has none."""

    def insert(
        self, connection: Connection, rows: Sequence[EventRow], head: Head, instants: Sequence[int]
    ) -> None:
        """Write the rows after `head`, in order, each with its `stored`."""

    def append_at_once(
        self, database: Database, taken: Callable[[], AppendGroup], now: Callable[[], int]
    ) -> AppendResult:
        """Append what `taken` gives, whole and in order, past SQLAlchemy and dated by the clock.

        Raises BytesMissing. Other errors are SQLAlchemy's: IntegrityError when a stream's version
        is taken.
        """

    def quiet_head(self, database: Database, now: Callable[[], int]) -> Head | None:
        """The head, read while no append is in flight; None if one is. Never waits."""


def append_sql(name: str) -> AppendSql:
    """The module of the database of that name."""
    if name == "postgresql":
        from lrs.ledger import postgres  # which needs psycopg

        return postgres
    return sqlite


def append(
    database: Database,
    taken: Callable[[], AppendGroup],
    now: Callable[[], int],
    stored_at: StoredAt = by_the_clock,
) -> AppendResult:
    """Append what `taken` gives, in a transaction of its own. Raises as `append_at_once` does.

    `taken` is called as late as can be: with a connection in hand, on SQLite with the right to
    append. An invented past is dated row by row.
    """
    if stored_at is by_the_clock:
        return append_sql(database.dialect).append_at_once(database, taken, now)
    with appending(database, now) as (connection, head):
        rows, needing = taken()
        if needing:
            raise BytesMissing  # let the exact way look
        return insert_rows(connection, rows, head, stored_at)


@contextmanager
def appending(database: Database, now: Callable[[], int]) -> Iterator[tuple[Connection, Head]]:
    """A transaction that has the right to append, and the head, read once it had it.

    It commits at the end, or rolls back. SQLite's BEGIN IMMEDIATE takes the right. `now` is the
    clock where SQL has none.
    """
    with database.write.begin() as connection:
        lock(connection)
        yield connection, read_head(connection, now)


def lock(connection: Connection) -> None:
    append_sql(connection.dialect.name).lock(connection)


def read_head(connection: Connection, now: Callable[[], int]) -> Head:
    return append_sql(connection.dialect.name).read_head(connection, now)


def insert_rows(
    connection: Connection, rows: Sequence[EventRow], head: Head, stored_at: StoredAt = by_the_clock
) -> AppendResult:
    """Write the rows, one at least, after `head`, read under the lock, and in order."""
    instants = head.instants(rows, stored_at)
    append_sql(connection.dialect.name).insert(connection, rows, head, instants)
    return AppendResult(head.position + 1, instants[-1])


def existing(connection: Connection, streams: Sequence[Stream]) -> dict[Stream, tuple[int, bytes]]:
    """Position and commitment of those of the streams' versions that the log holds."""
    rows = versions_of(connection, _COMMITMENTS, streams)
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


_COMMITMENTS = select(
    event.c.originator_id, event.c.originator_version, event.c.position, event.c.commitment
)
