"""PostgreSQL engines: the settings of their sessions, and the detection of dead servers.

Imported only where the store is on PostgreSQL, so that one on SQLite need not load psycopg.
"""

from __future__ import annotations

from typing import Any

from psycopg import Connection, Cursor
from psycopg.abc import Buffer
from psycopg.adapt import Loader
from psycopg.pq import Format
from psycopg.types.array import ListBinaryDumper
from sqlalchemy import URL, Engine, create_engine, event

from lrs.db import postgres_liveness
from lrs.db.conninfo import count_hosts
from lrs.db.engine import Options


class BinaryCursor(Cursor[Any]):
    """A cursor whose results come in binary: as text, bytes are sent as twice as many digits."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.format = Format.BINARY


class _UuidBytes(Loader):
    """A UUID as its 16 bytes."""

    format = Format.BINARY

    def load(self, data: Buffer) -> bytes:
        return bytes(data)


class _TruthNumber(Loader):
    """A truth value as 0 or 1."""

    format = Format.BINARY

    def load(self, data: Buffer) -> int:
        return int(data != b"\0")


def plain_server_cursor(connection: Connection[Any], name: str) -> Any:
    """A cursor on the server, whose rows have the values that SQLite's driver would give."""
    cursor = connection.cursor(name)
    cursor.adapters.register_loader("uuid", _UuidBytes)
    cursor.adapters.register_loader("bool", _TruthNumber)
    return cursor


def engine(
    url: URL, options: Options, *, autocommit: bool = False, index_scans_only: bool = False
) -> Engine:
    """An engine over `url`; with `walk` its planner is told to walk indexes, as reads do."""
    made = create_engine(
        url,
        isolation_level="AUTOCOMMIT" if autocommit else None,
        pool_size=options.connections,
        max_overflow=2,
        pool_timeout=options.wait,
        hide_parameters=True,  # an error's text must not carry what people sent
        connect_args=_connecting(url, options),
    )
    settings = _settings(options, index_scans_only)

    def configure(connection: Any, _record: object) -> None:
        # Arrays in binary are nine times as fast as in text; bulk inserts are made of them.
        connection.adapters.register_dumper(list, ListBinaryDumper)
        before, connection.autocommit = connection.autocommit, True
        connection.execute(settings)
        connection.autocommit = before
        if autocommit:
            connection.cursor_factory = BinaryCursor

    postgres_liveness.watch(made)
    event.listen(made, "connect", configure)
    return made


def _connecting(url: URL, options: Options) -> dict[str, Any]:
    """The connection's parameters; the URL overrides those that the store does not depend on."""
    defaults = _DEFAULTS | ({"target_session_attrs": "any"} if options.standby else {})
    return {
        **{name: value for name, value in defaults.items() if name not in url.query},
        # for each host in turn
        "connect_timeout": max(2, int(options.wait) // count_hosts(url)),
        "client_encoding": "utf8",
        **({} if options.prepare else {"prepare_threshold": None}),
    }


_DEFAULTS = {
    "application_name": "zachetka",
    # Never a standby, which is behind the primary, also where one name stands for both.
    "target_session_attrs": "read-write",
    # Routers and cloud load balancers forget connections on which nothing flows, often after some
    # four minutes, and say nothing: in seconds, and what is sent must be confirmed in milliseconds.
    "keepalives_idle": 30,
    "keepalives_interval": 10,
    "keepalives_count": 3,
    "tcp_user_timeout": 10_000,
}


def _settings(options: Options, walk: bool) -> str:
    settings = [
        f"lock_timeout = {int(options.wait * 1000)}",
        "timezone = 'UTC'",
        # The head of the log is read by a statement after the lock, which must see every commit.
        "default_transaction_isolation = 'read committed'",
    ]
    # A pool hands a connection on with its settings, to transactions that must be durable, too.
    if not options.durable and options.prepare:
        settings.append("synchronous_commit = off")
    if walk:
        # Every read is a walk along an index. The planner is told so, because what it knows of a
        # growing table lags behind it, and a join planned for an empty one is read in full for
        # long.
        settings += [f"enable_{way} = off" for way in ("hashjoin", "mergejoin", "seqscan")]
        settings += ["enable_bitmapscan = off", "jit = off"]
    return "; ".join(f"SET {setting}" for setting in settings)
