"""Ways into a database: one code path for SQLite and PostgreSQL.

A `Database` is engines over one place: `write` runs transactions (BEGIN IMMEDIATE on SQLite, so
that a transaction never fails half-way for want of the lock), `read` runs autocommit, which spares
two round trips a query.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from time import monotonic, sleep
from typing import Any, Literal

from sqlalchemy import (
    URL,
    Connection,
    Engine,
    RootTransaction,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from lrs.domain.errors import Misconfigured, StorageFull, Unavailable

Dialect = Literal["sqlite", "postgresql"]

SCHEMAS = ("ledger", "views")
"""The schemas on PostgreSQL. On SQLite each is a file of its own, so the names are left out."""


@dataclass(frozen=True, slots=True)
class Options:
    """How to open a database. Times in seconds."""

    durable: bool = True
    """Whether a commit waits for the disk. False only for what can be rebuilt."""
    connections: int = 20
    wait: float = 4.0
    """How long to wait for a connection, and for a lock another process holds."""
    prepare: bool = True
    """PostgreSQL: whether to prepare statements; not through a transaction-pooling PgBouncer."""


@dataclass(frozen=True, slots=True)
class Database:
    """Engines over one place. `url` is printable: it hides the password."""

    write: Engine
    pipeline: Engine
    """Autocommit, for whoever sends a whole transaction at once. On SQLite it is `write`."""
    read: Engine
    dialect: Dialect
    url: str

    def close(self) -> None:
        self.write.dispose()
        self.pipeline.dispose()
        self.read.dispose()


def open_database(url: str, options: Options | None = None) -> Database:
    """Engines for a `sqlite:///path` or `postgresql://...` URL. Connects on first use.

    Raises Misconfigured for any other URL, and for SQLite in memory, which would lose the record.
    """
    options = options or Options()
    parsed = _parse(url)
    plain = parsed.set(drivername=parsed.get_backend_name())
    shown = plain.render_as_string(hide_password=True)
    if parsed.get_backend_name() == "sqlite":
        write = _sqlite(parsed, options)
        read = _sqlite(parsed, options)
        event.listen(write, "begin", _begin_immediate)
        return Database(write, write, read, "sqlite", shown)
    few = replace(options, connections=4)
    write = _postgresql(parsed, few)
    pipeline = _postgresql(parsed, few, isolation_level="AUTOCOMMIT")
    read = _postgresql(parsed, options, isolation_level="AUTOCOMMIT")
    event.listen(read, "connect", _prefer_indexes)
    return Database(write, pipeline, read, "postgresql", shown)


def _parse(url: str) -> URL:
    try:
        parsed = make_url(url)
    except ArgumentError:
        raise Misconfigured("The database URL is not of the form dialect://place.") from None
    match parsed.get_backend_name():
        case "sqlite" if parsed.database and parsed.database != ":memory:":
            return parsed.set(drivername="sqlite+pysqlite")
        case "sqlite":
            raise Misconfigured("A store in memory would lose the record: name a file.")
        case "postgresql" | "postgres":
            return parsed.set(drivername="postgresql+psycopg")
        case _:
            raise Misconfigured("The database must be sqlite:///FILE or postgresql://HOST/NAME.")


def _sqlite(url: URL, options: Options) -> Engine:
    engine = create_engine(
        url,
        pool_size=options.connections,
        max_overflow=0,
        pool_timeout=options.wait,
        hide_parameters=True,  # an error's text must not carry what people sent
        connect_args={"timeout": options.wait, "check_same_thread": False, "isolation_level": None},
        execution_options={"schema_translate_map": dict.fromkeys(SCHEMAS)},
    )

    def configure(connection: sqlite3.Connection, _record: object) -> None:
        # Five statements of 1.1 KB fit a page of 8 KiB, but only two one of 4 KiB. It takes
        # effect when the file is made.
        connection.execute("PRAGMA page_size=8192")
        _use_wal(connection, options.wait)
        connection.execute(f"PRAGMA synchronous={'FULL' if options.durable else 'NORMAL'}")

    event.listen(engine, "connect", configure)
    return engine


def _use_wal(connection: sqlite3.Connection, wait: float) -> None:
    """Have the file keep a write-ahead log. SQLite does not wait for its turn to do that."""
    deadline = monotonic() + wait
    while True:
        try:
            connection.execute("PRAGMA journal_mode=WAL")
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or monotonic() > deadline:
                raise
            sleep(0.01)
        else:
            return


def _begin_immediate(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _prefer_indexes(connection: Any, _record: object) -> None:
    """Every read is a walk along an index. The planner is told so, because what it knows of a
    growing table lags behind it, and a join planned for an empty one is read in full for long.
    """
    _settle(
        connection,
        "SET enable_hashjoin = off; SET enable_mergejoin = off; SET enable_seqscan = off; "
        "SET enable_bitmapscan = off; SET jit = off",
    )


def _settle(connection: Any, settings: str) -> None:
    """Settings of the session, and no transaction left open by them."""
    autocommit, connection.autocommit = connection.autocommit, True
    connection.execute(settings)
    connection.autocommit = autocommit


def _postgresql(url: URL, options: Options, **arguments: Any) -> Engine:
    engine = create_engine(
        url,
        **arguments,
        pool_size=options.connections,
        max_overflow=2,
        pool_timeout=options.wait,
        hide_parameters=True,  # an error's text must not carry what people sent
        connect_args={
            "connect_timeout": max(2, int(options.wait)),
            "client_encoding": "utf8",
            "application_name": "zachetka",
            **({} if options.prepare else {"prepare_threshold": None}),
        },
    )

    def configure(connection: Any, _record: object) -> None:
        from psycopg.types.array import ListBinaryDumper

        # Arrays in binary are nine times as fast as in text; bulk inserts are made of them.
        connection.adapters.register_dumper(list, ListBinaryDumper)
        wait = int(options.wait * 1000)
        # The head of the log is read by a statement after the lock, which must see every commit.
        settings = [
            f"SET lock_timeout = {wait}",
            "SET timezone = 'UTC'",
            "SET default_transaction_isolation = 'read committed'",
        ]
        if not options.durable:
            settings.append("SET synchronous_commit = off")
        _settle(connection, "; ".join(settings))

    from lrs import liveness  # which needs psycopg, as SQLite does not

    liveness.watch(engine)
    event.listen(engine, "connect", configure)
    return engine


@contextmanager
def begin_at_once(database: Database) -> Iterator[Connection | None]:
    """A write transaction; None where it would have to wait for another one's end (SQLite)."""
    with database.write.connect() as connection:
        if database.dialect == "postgresql":
            transaction: RootTransaction | None = connection.begin()
        else:
            transaction = _begin_unless_busy(connection)
        if transaction is None:
            yield None
        else:
            with transaction:
                yield connection


def _begin_unless_busy(connection: Connection) -> RootTransaction | None:
    driver: Any = connection.connection.driver_connection
    (patience,) = driver.execute("PRAGMA busy_timeout").fetchone()
    driver.execute("PRAGMA busy_timeout=0")
    try:
        return connection.begin()
    except OperationalError as error:
        if is_busy(error):
            return None
        raise
    finally:
        driver.execute(f"PRAGMA busy_timeout={patience}")


@contextmanager
def honest_errors() -> Iterator[None]:
    """Say Unavailable or StorageFull for a database that is away or full.

    Programming errors, such as a broken constraint, pass through unchanged.
    """
    try:
        yield
    except PoolTimeout as error:
        raise Unavailable("The database did not answer in time.") from error
    except DBAPIError as error:
        if is_full(error):
            raise StorageFull("There is no room left to write.") from error
        if is_away(error):
            raise Unavailable("The database is away or did not answer in time.") from error
        raise


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


def require_utf8(database: Database) -> None:
    """Refuse a database that would not keep every statement's characters."""
    if database.dialect == "sqlite":
        query, good = "PRAGMA encoding", "UTF-8"
    else:
        query, good = "SHOW server_encoding", "UTF8"
    with honest_errors(), database.read.connect() as connection:
        encoding = connection.execute(text(query)).scalar_one()
    if encoding != good:
        raise Misconfigured(f"The database is encoded in {encoding}; it must be UTF-8.")


def make_folder(url: str) -> None:
    """Make the folder of a SQLite file, so that a first start needs no preparation."""
    parsed = _parse(url)
    if parsed.get_backend_name() == "sqlite" and parsed.database:
        folder = Path(parsed.database).parent
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise Misconfigured(
                f"The folder {folder} for the database cannot be made: {error.strerror}."
            ) from error
