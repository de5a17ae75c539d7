"""What becomes of an append whose transaction failed, before its commit or after it."""

from __future__ import annotations

import sqlite3
from typing import Any

import pytest
from sqlalchemy.exc import SQLAlchemyError

from lrs.db.errors import as_sqlalchemy
from lrs.domain.errors import LrsError, StorageFull, Unavailable
from lrs.ledger import Ledger, VersionTaken, writer
from lrs.ledger import append as log_append
from tests.support.stores import statement_event

EVENT = statement_event()


def failure(code: int) -> SQLAlchemyError:
    """An error of the database with this code of SQLite's, as SQLAlchemy raises it."""
    error = sqlite3.OperationalError("failed")
    error.sqlite_errorcode = code
    return as_sqlalchemy(error, sqlite3.Error)


def fail(patch: pytest.MonkeyPatch, when: str, error: SQLAlchemyError) -> None:
    """Have the next transaction fail `before` its events are taken, `within`, or `after` it."""
    append = log_append.append

    def failing(database: Any, taken: Any, *clocks: Any) -> None:
        patch.undo()
        if when == "within":
            taken()
        if when == "after":
            append(database, taken, *clocks)
        raise error

    patch.setattr(writer, "append", failing)


@pytest.mark.parametrize("when", ["within", "after"])
def test_events_are_there_once_when_the_connection_was_lost(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """Whether they were committed is looked up; they are written only if they were not."""
    fail(monkeypatch, when, failure(sqlite3.SQLITE_IOERR))
    ledger.append([EVENT])
    assert ledger.reader.head()[0] == 1
    assert ledger.stream(EVENT.originator_id) == [EVENT]


@pytest.mark.parametrize(
    ("when", "code", "refusal"),
    [
        ("before", sqlite3.SQLITE_IOERR, Unavailable),
        ("within", sqlite3.SQLITE_BUSY, Unavailable),
        ("within", sqlite3.SQLITE_FULL, StorageFull),
    ],
)
def test_events_are_refused_at_once_when_nothing_was_written(
    ledger: Ledger,
    monkeypatch: pytest.MonkeyPatch,
    when: str,
    code: int,
    refusal: type[LrsError],
) -> None:
    """No connection, no lock, no room: to try again is the client's choice."""
    fail(monkeypatch, when, failure(code))
    with pytest.raises(refusal):
        ledger.append([EVENT])
    assert ledger.reader.head()[0] == 0
    ledger.append([EVENT])
    assert ledger.reader.head()[0] == 1


def test_a_commit_that_was_made_sure_of_is_acknowledged_once(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Projections learn from it what the log must hold; of a conflict there is nothing to learn."""
    fail(monkeypatch, "within", failure(sqlite3.SQLITE_IOERR))
    ledger.append([EVENT])
    assert [mark.position for mark in ledger.acknowledged()] == [1]
    with pytest.raises(VersionTaken):
        ledger.append([EVENT])
    assert ledger.acknowledged() == []
