"""SQLite's append: BEGIN IMMEDIATE is the lock, since it makes a transaction the only writer.

The usual append calls the driver directly: SQLAlchemy takes twice as long for a group of a few
statements as SQLite itself.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Sequence
from contextlib import closing
from typing import Any

from sqlalchemy import Connection

from lrs.db.engine import Database, begin_without_waiting
from lrs.db.errors import as_sqlalchemy
from lrs.ledger.event_rows import (
    AppendGroup,
    AppendResult,
    BytesMissing,
    EventRow,
    Head,
    by_the_clock,
)

# Two queries, because SQLite uses the index for max() only if the query selects nothing else.
_HEAD = (
    "SELECT (SELECT coalesce(max(position), 0) FROM event), "
    "(SELECT coalesce(max(stored), 0) FROM event)"
)
_EVENT = (
    "INSERT INTO event (position, originator_id, originator_version, topic, stored, commitment) "
    "VALUES (?, ?, ?, ?, ?, ?)"
)
_CONTENT = "INSERT INTO content (position, salt, state) VALUES (?, ?, ?)"
_COUNTED = "SELECT 1 FROM blob_account WHERE sha2 = ?"


def lock(_connection: Connection) -> None:
    """Nothing to do: the transaction's BEGIN IMMEDIATE has taken the lock."""


def read_head(connection: Connection, now: Callable[[], int]) -> Head:
    position, stored = connection.exec_driver_sql(_HEAD).one()
    return Head(position, stored, now())


def insert(
    connection: Connection, rows: Sequence[EventRow], head: Head, instants: Sequence[int]
) -> None:
    _insert(connection.exec_driver_sql, rows, head, instants)


def append_at_once(
    database: Database, taken: Callable[[], AppendGroup], now: Callable[[], int]
) -> AppendResult:
    """Append in one transaction. `taken` is called while the lock is held."""
    try:
        with closing(database.write.raw_connection()) as pooled:
            connection: Any = pooled.driver_connection
            connection.execute("BEGIN IMMEDIATE")
            try:
                rows, needing = taken()
                _require(connection, needing)
                position, stored = connection.execute(_HEAD).fetchone()
                head = Head(position, stored, now())
                instants = head.instants(rows, by_the_clock)
                _insert(connection.executemany, rows, head, instants)
                connection.commit()
            except BaseException:
                connection.rollback()
                raise
            return AppendResult(head.position + 1, instants[-1])
    except sqlite3.Error as error:
        raise as_sqlalchemy(error, sqlite3.Error) from error


def quiet_head(database: Database, now: Callable[[], int]) -> Head | None:
    with begin_without_waiting(database) as connection:
        return None if connection is None else read_head(connection, now)


def _require(connection: Any, needing: Collection[bytes]) -> None:
    for sha2 in needing:
        if connection.execute(_COUNTED, (sha2,)).fetchone() is None:
            raise BytesMissing


def _insert(
    execute_many: Callable[[str, list[Any]], Any],
    rows: Sequence[EventRow],
    head: Head,
    instants: Sequence[int],
) -> None:
    events, contents = [], []
    for position, (row, stored) in enumerate(zip(rows, instants, strict=True), head.position + 1):
        stream = (row.originator_id.bytes, row.originator_version)
        events.append((position, *stream, row.topic, stored, row.commitment))
        contents.append((position, row.salt, row.state))
    execute_many(_EVENT, events)
    execute_many(_CONTENT, contents)
