"""PostgreSQL: the staging area is a schema of its own, whose tables the swap moves.

The rebuild lock is an advisory lock of a transaction that is open for as long as the rebuild takes.
That transaction has no snapshot, so it does not hold back vacuum. It also works behind a PgBouncer
that pools transactions. Proxies that close idle connections do not close its connection
(lrs/db/keepalive.py), but may close a connection that waits for the end of a long SQL statement.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from zlib import crc32

from sqlalchemy import Connection, Table, func, inspect, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.schema import CreateSchema, DropSchema

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.db.keepalive import kept_alive
from lrs.domain.errors import Misconfigured, RebuildConflict, Unavailable
from lrs.projections.tables import metadata, reading_indexes

LIVE = str(metadata.schema)

_CLAIMS = 0x7A61_6368
"""The upper half of the lock's key; the lower half is computed from the projection's name."""


class PostgresStaging:
    """A schema in the same database."""

    def __init__(self, views: Database, projection: str) -> None:
        self._views = views
        self._projection = projection
        self._schema = f"{LIVE}_beside_{projection}"
        self._lock = (_CLAIMS << 32) | crc32(projection.encode())
        self._lock_connection: Connection | None = None
        there = {"schema_translate_map": {LIVE: self._schema}}
        self.database = replace(
            views,
            write=views.write.execution_options(**there),
            pipeline=views.pipeline.execution_options(**there),
            read=views.read.execution_options(**there),
        )

    @contextmanager
    def locked(self) -> Iterator[None]:
        with translate_db_errors(), self._views.write.connect() as connection:
            if not connection.scalar(select(func.pg_try_advisory_xact_lock(self._lock))):
                raise RebuildConflict("rebuild-under-way", projection=self._projection)
            connection.execute(_NEVER_IDLE)
            self._lock_connection = connection
            with kept_alive(connection):
                try:
                    yield
                except Unavailable as error:
                    if _is_cut(error) and self._holds_lock():
                        raise Unavailable("connection-cut") from error
                    raise

    def is_locked(self) -> bool:
        with translate_db_errors(), self._views.read.connect() as connection:
            asked = {"upper": self._lock >> 32, "lower": self._lock & 0xFFFF_FFFF}
            return bool(connection.scalar(_CLAIMED, asked))

    def require_lock(self) -> None:
        if self._lock_connection is None:
            raise Unavailable("unavailable")
        with translate_db_errors():
            self._lock_connection.execute(select(1))

    def _holds_lock(self) -> bool:
        try:
            self.require_lock()
        except Unavailable:
            return False
        return True

    def clear(self) -> None:
        """Also ends the work of a former owner of the lock: its process may be gone, while its
        last SQL statement still runs.
        """
        with translate_db_errors(), self._views.write.begin() as connection:
            connection.execute(_END_LEFTOVERS, {"schema": self._schema})
            connection.execute(DropSchema(self._schema, cascade=True, if_exists=True))

    def make(self) -> None:
        with translate_db_errors(), self._views.write.begin() as connection:
            connection.execute(CreateSchema(self._schema))

    def finish(self, tables: Sequence[Table]) -> None:
        with translate_db_errors(), self.database.write.begin() as connection:
            for index in reading_indexes(tables):
                index.create(connection)

    @contextmanager
    def swapping(self, patience: float) -> Iterator[Connection]:
        with translate_db_errors(), self._views.write.begin() as connection:
            limit = f"SET LOCAL lock_timeout = '{int(patience * 1000)}ms'"
            connection.exec_driver_sql(limit)
            connection.execute(_NEVER_IDLE)
            with kept_alive(connection):
                yield connection

    def put(self, connection: Connection, tables: Sequence[Table]) -> None:
        """New readers wait behind this request for a lock, but at most as long as `patience`, as it
        then gives up. The tables are locked in their order: a reader that holds the first one
        (FreshReads.snapshot_read) waits for none of the others.
        """
        self.require_lock()  # otherwise the tables may belong to the lock's present owner
        inspector = inspect(connection)
        live = [t.name for t in tables if inspector.has_table(t.name, schema=LIVE)]
        _lock(connection, self._schema, [table.name for table in tables])
        if live:
            # the timeout is for all of them together
            connection.exec_driver_sql(
                "SELECT set_config('statement_timeout', current_setting('lock_timeout'), true)"
            )
            _lock(connection, LIVE, live)
            connection.exec_driver_sql("SET LOCAL statement_timeout TO DEFAULT")
            with _plain_errors():
                connection.exec_driver_sql(f"DROP TABLE {_named(LIVE, live)}")
        for table in tables:
            staged = _named(self._schema, [table.name])
            connection.exec_driver_sql(f'ALTER TABLE {staged} SET SCHEMA "{LIVE}"')
        connection.execute(DropSchema(self._schema, cascade=True))


def _lock(connection: Connection, schema: str, names: Sequence[str]) -> None:
    connection.exec_driver_sql(f"LOCK TABLE {_named(schema, names)} IN ACCESS EXCLUSIVE MODE")


def _named(schema: str, names: Sequence[str]) -> str:
    # Identifiers are this program's own.
    return ", ".join(f'"{schema}"."{name}"' for name in names)


@contextmanager
def _plain_errors() -> Iterator[None]:
    """Explain to operators that objects of their own depend on the old tables (SQLSTATE 2BP01)."""
    try:
        yield
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != "2BP01":
            raise
        raise Misconfigured(
            "Something in the database, such as a view, depends on the tables of a read model, so "
            "they cannot be replaced: drop it, and make it again after the rebuild."
        ) from error


def _is_cut(error: Unavailable) -> bool:
    """Whether a connection ended without an error from the server, or with a proxy's error (class
    08).
    """
    cause = error.__cause__
    if not isinstance(cause, DBAPIError) or not cause.connection_invalidated:
        return False
    state: str | None = getattr(cause.orig, "sqlstate", None)
    return state is None or state.startswith("08")


_NEVER_IDLE = text(
    "SELECT set_config(name, '0', true) FROM pg_settings "
    "WHERE name IN ('idle_in_transaction_session_timeout', 'transaction_timeout')"
)
"""Switch the server's own timeouts off for this transaction; the second setting exists since
PostgreSQL 17.
"""

_END_LEFTOVERS = text(
    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity AS a "
    "WHERE pid <> pg_backend_pid() AND usename = current_user AND datname = current_database() "
    "AND application_name = current_setting('application_name') AND EXISTS ("
    "SELECT FROM pg_locks AS l JOIN pg_class AS c ON c.oid = l.relation "
    "JOIN pg_namespace AS n ON n.oid = c.relnamespace "
    "WHERE l.pid = a.pid AND n.nspname = :schema)"
)

_CLAIMED = text(
    "SELECT EXISTS (SELECT FROM pg_locks WHERE locktype = 'advisory' AND granted AND objsubid = 1 "
    "AND classid = CAST(:upper AS bigint)::oid AND objid = CAST(:lower AS bigint)::oid "
    "AND database = (SELECT oid FROM pg_database WHERE datname = current_database()))"
)
