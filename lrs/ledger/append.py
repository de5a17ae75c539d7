"""Appending rows: the append lock, the head and the insert, in the SQL of the log's database.

The head (highest position, its `stored`, the clock) is read in a separate SQL statement after the
lock is taken. Under READ COMMITTED that statement sees every earlier commit. So positions are
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
    """The interface of the modules `sqlite` and `postgres`, which hold all SQL of an append."""

    def lock(self, connection: Connection) -> None:
        """Wait for the append lock and hold it until the transaction ends."""

    def read_head(self, connection: Connection, now: Callable[[], int]) -> Head:
        """The end of the log now. `now` is the clock of a database that has none (SQLite)."""

    def insert(
        self, connection: Connection, rows: Sequence[EventRow], head: Head, instants: Sequence[int]
    ) -> None:
        """Write the rows after `head`, in order, each with its `stored`."""

    def append_at_once(
        self, database: Database, taken: Callable[[], AppendGroup], now: Callable[[], int]
    ) -> AppendResult:
        """Append the group that `taken` gives, all rows or none, in order, dated by the clock.
        Uses the driver directly, not SQLAlchemy.

        Raises BytesMissing. Other errors are SQLAlchemy's: IntegrityError when a stream's version
        is taken.
        """

    def quiet_head(self, database: Database, now: Callable[[], int]) -> Head | None:
        """The head, read while no append is in progress; None if one is. Never waits."""


def append_sql(name: str) -> AppendSql:
    """The module for the database with this name."""
    if name == "postgresql":
        from lrs.ledger import postgres  # here, because it needs psycopg

        return postgres
    return sqlite


def append(
    database: Database,
    taken: Callable[[], AppendGroup],
    now: Callable[[], int],
    stored_at: StoredAt = by_the_clock,
) -> AppendResult:
    """Append the group that `taken` gives, in its own transaction. Raises as `append_at_once` does.

    `taken` is called as late as possible: after a connection was obtained and, on SQLite, after
    the append lock was taken. `stored_at` dates each row of invented history.
    """
    if stored_at is by_the_clock:
        return append_sql(database.dialect).append_at_once(database, taken, now)
    with appending(database, now) as (connection, head):
        rows, needing = taken()
        if needing:
            raise BytesMissing  # so that the exact append checks them
        return insert_rows(connection, rows, head, stored_at)


@contextmanager
def appending(database: Database, now: Callable[[], int]) -> Iterator[tuple[Connection, Head]]:
    """A transaction that holds the append lock, and the head, read after the lock was taken.

    The transaction commits at the end of the block, or rolls back if the block raises. On SQLite,
    BEGIN IMMEDIATE takes the lock. `now` is the clock of a database that has none.
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
    """Write the rows (at least one) in order after `head`, which was read under the lock."""
    instants = head.instants(rows, stored_at)
    append_sql(connection.dialect.name).insert(connection, rows, head, instants)
    return AppendResult(head.position + 1, instants[-1])


def existing(connection: Connection, streams: Sequence[Stream]) -> dict[Stream, tuple[int, bytes]]:
    """The position and commitment of each of these stream versions that the log holds."""
    rows = versions_of(connection, _COMMITMENTS, streams)
    return {(row[0], row[1]): (row[2], row[3]) for row in rows}


_COMMITMENTS = select(
    event.c.originator_id, event.c.originator_version, event.c.position, event.c.commitment
)
