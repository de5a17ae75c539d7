"""Classifies a database's errors: unavailable, full, busy, or an error of the program."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lrs.domain.errors import StorageFull, Unavailable

__all__ = ["as_sqlalchemy", "is_away", "is_busy", "is_full", "translate_db_errors"]


@contextmanager
def translate_db_errors() -> Iterator[None]:
    """Raise Unavailable or StorageFull if the database is unavailable or full.

    Programming errors, such as a broken constraint, pass through unchanged.
    """
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("unavailable") from error
    except DBAPIError as error:
        if is_full(error):
            raise StorageFull("storage-full") from error
        if is_away(error):
            raise Unavailable("unavailable") from error
        raise


def as_sqlalchemy(
    error: Exception, kind: type[Exception], asked: str = "append"
) -> SQLAlchemyError:
    """A driver's error as SQLAlchemy says it; `kind` is the base of such errors, `asked` what it
    names in place of a query's text.
    """
    return DBAPIError.instance(asked, None, error, kind, hide_parameters=True)


def is_full(error: SQLAlchemyError) -> bool:
    """Whether the disk or a quota is full (SQLITE_FULL; SQLSTATE 53100, 53400)."""
    origin = getattr(error, "orig", None)
    if isinstance(origin, sqlite3.Error):
        return getattr(origin, "sqlite_errorcode", None) == sqlite3.SQLITE_FULL
    return getattr(origin, "sqlstate", None) in ("53100", "53400")


def is_busy(error: Exception) -> bool:
    """Whether another process has had the lock for too long, so that nothing was written."""
    origin = getattr(error, "orig", None)
    busy = (getattr(origin, "sqlite_errorcode", 0) & 0xFF) == sqlite3.SQLITE_BUSY
    return busy or getattr(origin, "sqlstate", None) == "55P03"


_AWAY_SQLITE = frozenset(
    {
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_CANTOPEN,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_NOLFS,
    }
)
# Connection exceptions, transactions to be repeated (deadlock), insufficient resources, operator
# intervention, system errors; the lock timeout; a standby's read-only transaction; the database
# dropped.
_AWAY_POSTGRES = ("08", "40", "53", "57", "58", "55P03", "25006", "3D000")


def is_away(error: SQLAlchemyError) -> bool:
    """Whether the database could not be reached or used just now: worth trying again later."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, DBAPIError) or is_full(error):
        return False
    if isinstance(error.orig, sqlite3.Error):
        return (getattr(error.orig, "sqlite_errorcode", 0) & 0xFF) in _AWAY_SQLITE
    state: str | None = getattr(error.orig, "sqlstate", None)
    if state is None:  # psycopg gives no SQLSTATE when there is no connection to get one from
        return error.connection_invalidated or isinstance(error, OperationalError)
    return state.startswith(_AWAY_POSTGRES)
