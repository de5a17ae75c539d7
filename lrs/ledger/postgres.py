"""PostgreSQL's append: an advisory lock, and one SQL statement that numbers and inserts the rows.

The usual append sends lock, insert and commit in one round trip. The holder of the append lock
keeps all other processes waiting, so the lock lasts only while the server and its disk work, never
while a client does. Each round trip that is saved also saves waking a thread.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Connection, Engine
from sqlalchemy.exc import DataError

from lrs.db.engine import Database
from lrs.db.errors import as_sqlalchemy
from lrs.ledger.event_rows import AppendGroup, AppendResult, BytesMissing, EventRow, Head

APPEND_LOCK = 0x7A61_6368_6574_6B61
"""The key of the advisory lock that writers take: the append lock."""

_LOCK = f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"
_TRY_LOCK = f"SELECT pg_try_advisory_xact_lock({APPEND_LOCK})"
# clock_timestamp() and not now(), which is the transaction's start: a time before the lock.
_HEAD = """
    SELECT coalesce(max(position), 0) AS position, coalesce(max(stored), 0) AS stored,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock
    FROM ledger.event
"""
# A separate SQL statement after the lock is taken, so it sees every earlier commit. If the last
# array, the instants, is null, the clock dates the rows.
_INSERT = f"""
    WITH head AS MATERIALIZED ({_HEAD}), numbered AS MATERIALIZED (
        SELECT position + n AS position, coalesce(instant, greatest(clock, stored + 1) + n - 1)
            AS stored, id, version, topic, commitment, salt, state
        FROM head, unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[],
            %s::bytea[], %s::bigint[])
            WITH ORDINALITY AS given (id, version, topic, commitment, salt, state, instant, n)
    ), event AS (
        INSERT INTO ledger.event
            (position, originator_id, originator_version, topic, stored, commitment)
        SELECT position, id, version, topic, stored, commitment FROM numbered
    ), kept AS (
        INSERT INTO ledger.content (position, salt, state)
        SELECT position, salt, state FROM numbered
    )
    SELECT position + 1, greatest(clock, stored + 1) FROM head
"""  # noqa: S608  # composed of this module's constants only
# Divides by zero if some of the hashes are not counted. A pipeline sends its statements before it
# has read a result, so only an error can stop it.
_REQUIRE = """
    SELECT 1 / (count(*) = cardinality(%s::bytea[]))::int FROM ledger.blob_account
    WHERE sha2 = ANY (%s::bytea[])
"""


def lock(connection: Connection) -> None:
    connection.exec_driver_sql(_LOCK)


def read_head(connection: Connection, _now: Callable[[], int]) -> Head:
    """The head, with the time of the database's clock."""
    return Head(*connection.exec_driver_sql(_HEAD).one())


def insert(
    connection: Connection, rows: Sequence[EventRow], _head: Head, instants: Sequence[int]
) -> None:
    """Insert the rows. The SQL statement reads the head itself."""
    connection.exec_driver_sql(_INSERT, _values(rows, list(instants)))


def append_at_once(
    database: Database, taken: Callable[[], AppendGroup], _now: Callable[[], int]
) -> AppendResult:
    """All statements of the pipeline are one transaction."""
    try:
        with _connected(database.pipeline) as connection:
            return _append(connection, *taken())
    except DataError as error:
        if isinstance(error.orig, psycopg.errors.DivisionByZero):
            raise BytesMissing from error
        raise


def quiet_head(database: Database, _now: Callable[[], int]) -> Head | None:
    with _connected(database.pipeline) as connection:
        with connection.pipeline():
            free, head = connection.execute(_TRY_LOCK), connection.execute(_HEAD)
        return Head(*head.fetchall()[0]) if free.fetchall()[0][0] else None


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    """The driver's connection. Its errors are raised as SQLAlchemy's.

    After an error the connection is discarded, except after a version conflict. When the wait for
    the lock times out, the driver may believe in a prepared statement that the server never read.
    """
    try:
        with closing(engine.raw_connection()) as pooled:
            try:
                yield pooled.driver_connection
            except psycopg.IntegrityError:
                raise
            except psycopg.Error as error:
                pooled.invalidate(error)
                raise
    except psycopg.Error as error:
        raise as_sqlalchemy(error, psycopg.Error) from error


def _append(connection: Any, rows: Sequence[EventRow], needing: Collection[bytes]) -> AppendResult:
    with connection.pipeline():
        connection.execute(_LOCK)
        if needing:
            hashes = list(set(needing))
            connection.execute(_REQUIRE, (hashes, hashes))
        inserted = connection.execute(_INSERT, _values(rows, None))
    position, stored = inserted.fetchall()[0]
    return AppendResult(position, stored + len(rows) - 1)


def _values(rows: Sequence[EventRow], instants: list[int] | None) -> tuple[Any, ...]:
    """One array for each column."""
    return (
        [row.originator_id for row in rows],
        [row.originator_version for row in rows],
        [row.topic for row in rows],
        [row.commitment for row in rows],
        [row.salt for row in rows],
        [row.state for row in rows],
        instants,
    )
