"""Why a database cannot be used, and what to do, in one sentence for operators.

An HTTP client only needs to know that the database is unavailable. The user of a command can fix
the cause, so this module distinguishes the causes:

| cause                                             | known by                     | exit code |
|---------------------------------------------------|------------------------------|-----------|
| password, user, database, TLS, pg_hba.conf        | the server's words           | 78        |
| a right is missing                                | SQLSTATE 42501               | 78        |
| a pool gives a transaction another connection     | SQLSTATE 42P05, 26000        | 78        |
| refused, unknown host, silence, standby, too many | the words of libpq or server | 69        |
| a file is missing, protected, damaged, no SQLite  | SQLite's result code         | 78        |
| a file is locked or cannot be read                | SQLite's result code         | 69        |

PostgreSQL gives no SQLSTATE to a connection that it refuses (psycopg shows libpq's text alone), and
writes in the server's language: English and Russian are recognised, any other text is quoted.
"""

from __future__ import annotations

import re
import sqlite3
from typing import Any, NamedTuple

from sqlalchemy import Engine, event
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lrs.db import address
from lrs.db.errors import is_away, is_full
from lrs.domain.errors import LrsError, Misconfigured, OperatorError, Unreachable

__all__ = ["diagnosed", "remember_database"]

_DATABASE = "zachetka_place"
"""The attribute of a driver's error that names the database."""


_GENERAL = frozenset({"unavailable", "storage-full"})
"""Codes that say no more than that the database failed; others say what that meant."""


_PREPARED_ELSEWHERE = frozenset({"42P05", "26000"})
"""SQLSTATEs: a prepared statement of another client is there, or the own one is not."""


class _DatabaseIdentity(NamedTuple):
    """Which database: its printable URL, its user, and for SQLite its file."""

    shown: str
    user: str | None
    file: str | None


def remember_database(engine: Engine) -> None:
    """Attach the database's name to the errors of this engine's driver."""
    url = engine.url
    database = _DatabaseIdentity(address.shown(url), url.username, url.database)

    def note(context: ExceptionContext) -> None:
        setattr(context.original_exception, _DATABASE, database)

    event.listen(engine, "handle_error", note)


def diagnosed(error: BaseException) -> OperatorError | None:
    """The sentence for operators; None if the error is no failure of a database, or if its own text
    says as much.
    """
    if isinstance(error, LrsError) and error.code not in _GENERAL:
        return None
    cause = _database_error(error)
    if cause is None:
        return None
    if isinstance(cause, PoolTimeout):
        return Unreachable("The database does not answer: all connections to it are in use.")
    origin: Any = cause.orig
    database = getattr(origin, _DATABASE, None)
    if isinstance(origin, sqlite3.Error):
        return _of_sqlite(origin, database)
    if is_full(cause):
        return Unreachable(
            f"The database{_named(database)} is full ({_line(origin)}). Make room on its disk."
        )
    return _of_postgres(cause, database)


def _database_error(error: BaseException | None) -> DBAPIError | PoolTimeout | None:
    """The database's own error, at the end of what it became on its way here."""
    while error is not None:
        if isinstance(error, (DBAPIError, PoolTimeout)):
            return error
        if not isinstance(error, (LrsError, SQLAlchemyError)):
            return None
        error = error.__cause__
    return None


def _named(database: _DatabaseIdentity | None) -> str:
    return f" {database.shown}" if database is not None else ""


def _line(origin: BaseException) -> str:
    """What libpq or the server says, in one line and without a full stop."""
    text = str(origin).rpartition(" failed: ")[2].partition("\n")[0]
    return " ".join(text.split()).rstrip(".")


class _Saying(NamedTuple):
    """Words of libpq or of a server; what they mean, after "The database ..."; what to do; and
    whether a setting or a right must change before the store can go on.
    """

    words: str
    meaning: str
    remedy: str
    settled: bool


# In this order: of several hosts, each with a failure of its own, the first that is found is told.
_SAYINGS = (
    _Saying(
        "password authentication failed|не прошёл проверку подлинности",
        "refuses the user's name or password",
        "Correct them in the setting that holds this URL (an @, :, / or % in a password is written "
        "as %40, %3A, %2F, %25), or set the password anew: ALTER ROLE ... PASSWORD '...'.",
        True,
    ),
    _Saying(
        "no password supplied",
        "asks for a password, and the URL has none",
        "Write postgresql://USER:PASSWORD@HOST/NAME, or put the password into PGPASSWORD or "
        "~/.pgpass.",
        True,
    ),
    _Saying(
        'database ".*" does not exist|база данных ".*" не существует',
        "does not exist on that server",
        "Correct the name at the end of the URL, or make it: CREATE DATABASE ... ENCODING 'UTF8'.",
        True,
    ),
    _Saying(
        'role ".*" does not exist|роль ".*" не существует',
        "knows no such user",
        "Correct the name in the URL, or make it: CREATE ROLE ... LOGIN PASSWORD '...'.",
        True,
    ),
    _Saying(
        r"pg_hba\.conf",
        "lets nobody in with this user, database, address and encryption",
        "Add a line for them to the server's pg_hba.conf and reload it; where that line is "
        "hostssl, add sslmode=require to the URL.",
        True,
    ),
    _Saying(
        "CONNECT",
        "may not be used by this user",
        "Let its owner run GRANT CONNECT ON DATABASE ... TO ....",
        True,
    ),
    _Saying(
        "does not support SSL|SSL was required|certificate|SSL error|SSL connection",
        "and the store do not agree on TLS",
        "Check sslmode, sslrootcert and sslcert in the URL, and whether the server has ssl = on.",
        True,
    ),
    _Saying(
        "Connection refused",
        "refuses connections",
        "Is PostgreSQL running, and listening on that address and port (listen_addresses, port)? "
        "Is the URL right?",
        False,
    ),
    _Saying(
        "failed to resolve host|could not translate host name",
        "is on a host whose name is not known",
        "Check its spelling in the URL, and that this machine's DNS knows it.",
        False,
    ),
    _Saying(
        r"\.s\.PGSQL\.",
        "is not behind a socket in that folder",
        "Is PostgreSQL running, and is its unix_socket_directories the folder of the URL?",
        False,
    ),
    _Saying(
        "read-only|hot standby|только для чтения",
        "is a standby, which cannot be written to",
        "Let the URL lead to the primary, or promote this server.",
        False,
    ),
    _Saying(
        "too many (clients|connections)|remaining connection slots|слишком много",
        "has no connection left",
        "Raise max_connections, or set LRS_THREADS or LRS_WORKERS lower.",
        False,
    ),
    _Saying(
        "starting up|shutting down|recovery mode|запускается|останавливается|восстановлен",
        "is just starting or stopping",
        "Try again in a few seconds.",
        False,
    ),
    _Saying(
        "timeout expired|timed out|No route to host|unreachable|stopped answering",
        "does not answer",
        "Check the address in the URL, the network and its firewalls.",
        False,
    ),
)


def _of_postgres(cause: DBAPIError, database: _DatabaseIdentity | None) -> OperatorError | None:
    origin: Any = cause.orig
    if getattr(origin, "sqlstate", None) == "42501":
        return Misconfigured(_without_right(_line(origin), database))
    if getattr(origin, "sqlstate", None) in _PREPARED_ELSEWHERE:
        return Misconfigured(
            f"The database{_named(database)} is behind a pool that gives each transaction another "
            f"connection ({_line(origin)}). Set LRS_PREPARE_STATEMENTS=false, or let the pool keep "
            "a connection for a session."
        )
    if not is_away(cause):
        return None
    for words, meaning, remedy, settled in _SAYINGS:
        if re.search(words, str(origin)):
            kind = Misconfigured if settled else Unreachable
            return kind(f"The database{_named(database)} {meaning} ({_line(origin)}). {remedy}")
    return Unreachable(f"The database{_named(database)} cannot be used just now: {_line(origin)}.")


def _without_right(said: str, database: _DatabaseIdentity | None) -> str:
    user = database.user if database is not None and database.user else "of the URL"
    return (
        f"The user {user} lacks a right in the database{_named(database)} ({said}). Where one user "
        "does everything, let the database's owner run GRANT CREATE ON DATABASE ... TO ...; where "
        "owner and runtime are apart, run `lrs migrate` as the owner (docs/operators.md)."
    )


def _of_sqlite(origin: sqlite3.Error, database: _DatabaseIdentity | None) -> OperatorError | None:
    file = f"The file {database.file}" if database is not None else "A SQLite file"
    match getattr(origin, "sqlite_errorcode", 0) & 0xFF:
        case sqlite3.SQLITE_FULL:
            return Unreachable(f"{file} cannot grow: its disk or quota is full. Make room.")
        case sqlite3.SQLITE_CANTOPEN:
            return Misconfigured(
                f"{file} cannot be opened. Is its folder there, and may the user that runs the "
                "store write in it?"
            )
        case sqlite3.SQLITE_READONLY | sqlite3.SQLITE_PERM | sqlite3.SQLITE_AUTH:
            return Misconfigured(
                f"{file} may not be written. Give it, its -wal and -shm files and its folder to "
                "the user that runs the store."
            )
        case sqlite3.SQLITE_NOTADB:
            return Misconfigured(
                f"{file} is no SQLite database. Does the setting name the right file?"
            )
        case sqlite3.SQLITE_CORRUPT:
            return Misconfigured(
                f"{file} is damaged. Restore the log from its backup (docs/operators.md); read "
                "models may be deleted and are made again."
            )
        case sqlite3.SQLITE_BUSY | sqlite3.SQLITE_LOCKED:
            return Unreachable(f"{file} is locked by another process. Try again in a few seconds.")
        case sqlite3.SQLITE_IOERR:
            return Unreachable(f"{file} cannot be read or written. Is its disk there, and well?")
    return None
