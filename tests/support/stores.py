"""Stores for tests, and things to put into them."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any
from uuid import UUID, uuid4

import orjson
from sqlalchemy import Connection, func, select

from lrs.db.engine import Database, open_database
from lrs.domain.aggregates.credential import Credential, Scope
from lrs.domain.events import StatementStored
from lrs.domain.xapi.version import Version
from lrs.ledger import Ledger, migrate
from lrs.ledger.append import lock
from lrs.ledger.tables import event
from lrs.service import Lrs
from schemas import ParsedStatement, parse_statements

AUTHORITY = {"account": {"homePage": "http://zachetka.local/keys", "name": "test"}}
WRITER = Credential(UUID(int=1), "test", frozenset({Scope.ALL}), AUTHORITY)


def now() -> int:
    return time.time_ns() // 1_000


def body(id: UUID | None = None, verb: str = "attended") -> dict[str, Any]:
    """A statement that both versions of the standard accept."""
    return {
        "id": str(id or uuid4()),
        "actor": {"mbox": "mailto:anna@example.org"},
        "verb": {"id": f"http://example.org/verbs/{verb}"},
        "object": {"id": "http://example.org/activities/1"},
    }


def statement(id: UUID | None = None, verb: str = "attended") -> ParsedStatement:
    """That statement, as a request brings it."""
    return parse_statements(orjson.dumps(body(id, verb)))[0][0]


def statement_event(id: UUID | None = None, verb: str = "attended") -> StatementStored:
    """That statement, as the log takes it."""
    id = id or uuid4()
    text = orjson.dumps(body(id, verb))
    return StatementStored(
        id, 1, AUTHORITY, text, version="2.0.0", missing=("timestamp",), may_void_any=True
    )


def store(lrs: Lrs, *statements: ParsedStatement) -> list[UUID]:
    return lrs.statements.store(statements, WRITER, Version.V2_0_0).ids


@contextmanager
def opened(url: str, clock: Callable[[], int] = now, timeout: float = 4.0) -> Iterator[Ledger]:
    """The log at that place, made if there is none."""
    database = open_database(url)
    migrate(database)
    ledger = Ledger(database, clock, timeout=timeout)
    try:
        yield ledger
    finally:
        ledger.close()
        database.close()


@contextmanager
def appending(url: str) -> Iterator[Connection]:
    """An append in flight from elsewhere: it holds the lock, and ends with nothing written."""
    database = open_database(url)
    try:
        with database.write.connect() as connection, connection.begin() as transaction:
            lock(connection)
            yield connection
            transaction.rollback()
    finally:
        database.close()


def log_of(database: Database) -> Sequence[tuple[int, int, UUID]]:
    """Position, `stored` and stream of everything in the log, by position."""
    query = select(event.c.position, event.c.stored, event.c.originator_id)
    with database.read.connect() as connection:
        rows = connection.execute(query.order_by(event.c.position)).all()
        return [(row[0], row[1], row[2]) for row in rows]


def copies(database: Database, id: UUID) -> int:
    """How many events that stream has."""
    query = select(func.count()).where(event.c.originator_id == id)
    with database.read.connect() as connection:
        count: int = connection.execute(query).scalar_one()
        return count
