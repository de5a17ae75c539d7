"""PostgreSQL's append in one round trip: lock, number and insert the rows, commit.

Whoever holds the append lock keeps every other process waiting. Sent as one pipeline, it is held
for as long as the server works and the disk takes, and never for a client's turn; and each round
trip that is not made is a thread that need not be woken.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg
from sqlalchemy import Engine
from sqlalchemy.exc import DataError

from lrs.db.errors import as_sqlalchemy
from lrs.ledger.append import (
    APPEND_LOCK,
    LOCK,
    POSTGRES_HEAD,
    AppendGroup,
    AppendResult,
    BytesMissing,
    EventRow,
    Head,
)

_LOCK = LOCK.encode()
_TRY_LOCK = b"SELECT pg_try_advisory_xact_lock(%d)" % APPEND_LOCK
_HEAD = POSTGRES_HEAD.encode()

# Being a statement of its own after the lock is held, it sees every earlier commit.
_INSERT = (
    b"WITH head AS MATERIALIZED ("
    + _HEAD
    + b"""
    ), numbered AS MATERIALIZED (
        SELECT position + n AS position, greatest(clock, stored + 1) + n - 1 AS stored,
            id, version, topic, commitment, salt, state
        FROM head, unnest(%s::uuid[], %s::bigint[], %s::text[], %s::bytea[], %s::bytea[],
            %s::bytea[]) WITH ORDINALITY AS given (id, version, topic, commitment, salt, state, n)
    ), event AS (
        INSERT INTO ledger.event
            (position, originator_id, originator_version, topic, stored, commitment)
        SELECT position, id, version, topic, stored, commitment FROM numbered
    ), kept AS (
        INSERT INTO ledger.content (position, salt, state)
        SELECT position, salt, state FROM numbered
    )
    SELECT position + 1, greatest(clock, stored + 1) FROM head
"""
)


# Fails where fewer are there than given: whoever is in a pipeline can ask, but not turn back.
_REQUIRE = b"""
    SELECT 1 / (count(*) = cardinality(%s::bytea[]))::int FROM ledger.blob_account
    WHERE sha2 = ANY (%s::bytea[])
"""


def append_at_once(engine: Engine, taken: Callable[[], AppendGroup]) -> AppendResult:
    """Append what `taken` gives, whole and in order. Raises BytesMissing.

    `engine` is an autocommit one. Up to the end of the pipeline all is one transaction. Errors
    are SQLAlchemy's: IntegrityError when a stream's version is taken.
    """
    try:
        with _connected(engine) as connection:
            return _append(connection, *taken())
    except DataError as error:
        if isinstance(error.orig, psycopg.errors.DivisionByZero):
            raise BytesMissing from error
        raise


def quiet_head(engine: Engine) -> Head | None:
    """The end of the log and the clock, read while no append is in flight; None if one is."""
    with _connected(engine) as connection:
        with connection.pipeline():
            free, head = connection.execute(_TRY_LOCK), connection.execute(_HEAD)
        return Head(*head.fetchall()[0]) if free.fetchall()[0][0] else None


@contextmanager
def _connected(engine: Engine) -> Iterator[Any]:
    """A connection of the driver's; its errors as SQLAlchemy says them.

    After an error it is thrown away, unless a stream's version was taken: where the lock was not
    had in time, the driver may think that it has prepared what the server never came to read.
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
    values = (
        [row.originator_id for row in rows],
        [row.originator_version for row in rows],
        [row.topic for row in rows],
        [row.commitment for row in rows],
        [row.salt for row in rows],
        [row.state for row in rows],
    )
    with connection.pipeline():
        connection.execute(_LOCK)
        if needing:
            hashes = list(set(needing))
            connection.execute(_REQUIRE, (hashes, hashes))
        inserted = connection.execute(_INSERT, values)
    position, stored = inserted.fetchall()[0]
    return AppendResult(position, stored + len(rows) - 1)
