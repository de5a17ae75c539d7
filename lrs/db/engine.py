"""Engines of a database: one code path for SQLite and PostgreSQL.

A `Database` is engines over one place: `write` runs transactions (BEGIN IMMEDIATE on SQLite, so
that a transaction never fails half-way for want of the lock), `read` runs autocommit, which spares
two round trips a query.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
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
    text,
)
from sqlalchemy.exc import OperationalError

from lrs.db import address
from lrs.db.diagnosis import remember_database
from lrs.db.errors import is_busy, translate_db_errors
from lrs.domain.errors import Misconfigured
from lrs.file_access import GroupAccess, make_file, make_folder

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
    group_access: GroupAccess = GroupAccess.NONE
    """SQLite: what the group of a file that is made may do."""
    create: bool = True
    """SQLite: whether to make the file if it is missing."""
    standby: bool = False
    """PostgreSQL: whether a server that cannot be written to will do."""


@dataclass(frozen=True, slots=True)
class Database:
    """Engines over one place. `url` is printable: it hides the password."""

    write: Engine
    pipeline: Engine
    """Autocommit, for whoever sends a whole transaction at once. On SQLite it is `write`."""
    read: Engine
    dialect: Dialect
    url: str
    group_access: GroupAccess = GroupAccess.NONE
    """What the group of files that are made for it may do."""

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
    shown = address.shown(parsed)
    if parsed.get_backend_name() == "sqlite":
        write = _sqlite(parsed, options, writing=True)
        read = _sqlite(parsed, options)
        event.listen(write, "begin", _begin_immediate)
        return _remembered(Database(write, write, read, "sqlite", shown, options.group_access))
    from lrs.db import postgres  # which needs psycopg, as SQLite does not

    few = replace(options, connections=4)
    write = postgres.engine(parsed, few)
    pipeline = postgres.engine(parsed, few, autocommit=True)
    read = postgres.engine(parsed, options, autocommit=True, index_scans_only=True)
    return _remembered(Database(write, pipeline, read, "postgresql", shown))


def _remembered(database: Database) -> Database:
    for engine in {database.write, database.pipeline, database.read}:
        remember_database(engine)
    return database


def _parse(url: str) -> URL:
    try:
        return address.read(url)
    except address.BadAddress as error:
        raise Misconfigured(f"The database URL {error}.") from None


def _sqlite(url: URL, options: Options, *, writing: bool = False) -> Engine:
    engine = create_engine(
        url,
        pool_use_lifo=True,  # few connections, whose caches know the pages that are asked for
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
        if writing and not options.durable:
            # In KiB, beside the system's own: a batch of the read models touches pages all over.
            connection.execute("PRAGMA cache_size=-8192")
            # Copying the write-ahead log back every 64 MiB instead of 8 (in pages of 8 KiB): the
            # pages of the read models' indexes change again and again meanwhile.
            connection.execute("PRAGMA wal_autocheckpoint=8192")
            connection.execute("PRAGMA journal_size_limit=67108864")
        else:  # one a thread, two files: what the system has cached already need not be held twice
            connection.execute("PRAGMA cache_size=-512")

    file = Path(url.database or "")
    prepare = _file_maker(file, options.group_access) if options.create else _opener(file)
    event.listen(engine, "do_connect", prepare)
    event.listen(engine, "connect", configure)
    return engine


def _file_maker(file: Path, access: GroupAccess) -> Callable[..., None]:
    """Create the file, before SQLite does, with rights for its owner only, or for its group as
    well.
    """

    def make(*_: object) -> None:
        with suppress(OSError):  # SQLite says what is wrong
            make_file(file, access)

    return make


def _opener(file: Path) -> Callable[..., Any]:
    """Open the file, and do not make it if it is missing."""

    def connect(dialect: Any, _record: object, _arguments: object, options: Any) -> Any:
        return dialect.connect(f"{file.absolute().as_uri()}?mode=rw", **options, uri=True)

    return connect


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
    """Begin, unless whoever has the connection has begun in another way."""
    driver: Any = connection.connection.driver_connection
    if not driver.in_transaction:
        connection.exec_driver_sql("BEGIN IMMEDIATE")


@contextmanager
def begin_without_waiting(database: Database) -> Iterator[Connection | None]:
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


def wait_for_disk(connection: Connection) -> None:
    """Make the transaction's commit wait for the disk, also in a database where commits do not
    wait.

    On SQLite it does nothing: there a crash of the program undoes no commit, and after a power cut
    the same start finds the same again.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL synchronous_commit = on")


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
def snapshot_transaction(database: Database) -> Iterator[Connection]:
    """A connection for reading, all of whose queries see what the first one saw."""
    with database.read.connect() as connection:
        if database.dialect == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        else:
            driver: Any = connection.connection.driver_connection
            driver.execute("BEGIN")
        try:
            yield connection
            if database.dialect == "postgresql":
                connection.commit()  # after a rollback psycopg would have each query planned anew
        finally:
            connection.rollback()
            if database.dialect == "sqlite":
                driver.rollback()


def require_utf8(database: Database) -> None:
    """Refuse a database whose encoding cannot hold every character."""
    if database.dialect == "sqlite":
        query, good = "PRAGMA encoding", "UTF-8"
    else:
        query, good = "SHOW server_encoding", "UTF8"
    with translate_db_errors(), database.read.connect() as connection:
        encoding = connection.execute(text(query)).scalar_one()
    if encoding != good:
        raise Misconfigured(f"The database is encoded in {encoding}; it must be UTF-8.")


def file_of(url: str) -> Path | None:
    """The file of a SQLite URL, from the root; None where it is no such URL."""
    parsed = _parse(url)
    on_file = parsed.get_backend_name() == "sqlite"
    return Path(parsed.database or "").absolute() if on_file else None


def make_folder_of(url: str, access: GroupAccess) -> None:
    """Make the folder of a SQLite file, so that a first start needs no preparation."""
    file = file_of(url)
    if file is not None:
        folder = file.parent
        try:
            make_folder(folder, access)
        except OSError as error:
            raise Misconfigured(
                f"The folder {folder} for the database cannot be made: {error.strerror}."
            ) from error
