"""The floor: the least a Flask endpoint can do and still keep a statement. No record store.

It parses the JSON, writes an event, a statement row and three filter rows, and commits concurrent
requests together. It checks nothing, and answers every GET except the one by id with an empty list.
`python -m benchmarks.serve_floor` serves it as `lrs serve` serves the store. The environment says
where: BENCH_URL, BENCH_PORT, BENCH_WORKERS, BENCH_THREADS.
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import UUID

import orjson
import psycopg
from flask import Flask, Response, request

JSON = "application/json"


@dataclass(frozen=True, slots=True)
class Item:
    """A statement to be kept: id, text, and the keys it is found by."""

    id: UUID
    text: bytes
    keys: Sequence[tuple[int, bytes]]

    @classmethod
    def of(cls, statement: dict[str, Any]) -> Item:
        account = statement["actor"].get("account", {})
        found_by = (
            repr(sorted(account.items())),
            statement["verb"]["id"],
            statement["object"].get("id", ""),
        )
        keys = [
            (kind, hashlib.blake2b(text.encode(), digest_size=8).digest())
            for kind, text in enumerate(found_by, 1)
        ]
        return cls(UUID(statement["id"]), orjson.dumps(statement), keys)


class Store(Protocol):
    """Where statements are kept; both methods may be called from any thread."""

    def write(self, items: Sequence[Item]) -> None: ...
    def read(self, id: UUID) -> bytes | None: ...


class PostgresStore:
    """Each thread has a connection; one statement and one commit write a group."""

    _TABLES = """
        SELECT pg_advisory_xact_lock(7);
        CREATE TABLE IF NOT EXISTS event (position bigserial PRIMARY KEY, stream uuid NOT NULL,
            version int NOT NULL, topic text NOT NULL, state bytea NOT NULL,
            UNIQUE (stream, version));
        CREATE TABLE IF NOT EXISTS statement (position bigint PRIMARY KEY, id uuid UNIQUE NOT NULL,
            stored timestamptz NOT NULL DEFAULT now(), body text NOT NULL);
        CREATE TABLE IF NOT EXISTS filter (kind smallint NOT NULL, hash bytea NOT NULL,
            position bigint NOT NULL, PRIMARY KEY (kind, hash, position))
    """
    _WRITE = """
        WITH new AS (
            INSERT INTO event (stream, version, topic, state)
            SELECT id, 1, 'stored', convert_to(body, 'UTF8')
            FROM unnest(%b::uuid[], %b::text[]) AS given (id, body)
            RETURNING position, stream
        ), kept AS (
            INSERT INTO statement (position, id, body)
            SELECT position, id, body
            FROM new JOIN unnest(%b::uuid[], %b::text[]) AS given (id, body) ON id = stream
        )
        INSERT INTO filter SELECT kind, hash, position
        FROM new JOIN unnest(%b::uuid[], %b::smallint[], %b::bytea[]) AS given (id, kind, hash)
            ON id = stream
    """

    def __init__(self, url: str) -> None:
        self._url = url
        self._own = threading.local()
        with psycopg.connect(url) as connection:
            for statement in self._TABLES.split(";"):
                connection.execute(statement.encode())

    def write(self, items: Sequence[Item]) -> None:
        ids = [item.id for item in items]
        texts = [item.text.decode() for item in items]
        keys = [(item.id, *key) for item in items for key in item.keys]
        filters = ([k[0] for k in keys], [k[1] for k in keys], [k[2] for k in keys])
        with self._connection().transaction() as transaction:
            transaction.connection.execute(self._WRITE, (ids, texts, ids, texts, *filters))

    def read(self, id: UUID) -> bytes | None:
        query = "SELECT body FROM statement WHERE id = %s"
        row = self._connection().execute(query, (id,)).fetchone()
        return row[0].encode() if row else None

    def _connection(self) -> psycopg.Connection[Any]:
        if not hasattr(self._own, "connection"):
            self._own.connection = psycopg.connect(self._url, autocommit=True)
            self._own.connection.prepare_threshold = 0
        connection: psycopg.Connection[Any] = self._own.connection
        return connection


class SqliteStore:
    """One file, one writer at a time."""

    _TABLES = """
        PRAGMA journal_mode=WAL;
        CREATE TABLE IF NOT EXISTS event (position INTEGER PRIMARY KEY, stream BLOB NOT NULL,
            version INTEGER NOT NULL, topic TEXT NOT NULL, state BLOB NOT NULL,
            UNIQUE (stream, version));
        CREATE TABLE IF NOT EXISTS statement (position INTEGER PRIMARY KEY, id BLOB UNIQUE NOT NULL,
            stored TEXT NOT NULL DEFAULT CURRENT_TIMESTAMP, body TEXT NOT NULL);
        CREATE TABLE IF NOT EXISTS filter (kind INTEGER NOT NULL, hash BLOB NOT NULL,
            position INTEGER NOT NULL, PRIMARY KEY (kind, hash, position)) WITHOUT ROWID;
    """

    def __init__(self, url: str) -> None:
        self._path = url.removeprefix("sqlite:///")
        self._own = threading.local()
        self._writing = threading.Lock()
        self._connection().executescript(self._TABLES)

    def write(self, items: Sequence[Item]) -> None:
        connection = self._connection()
        with self._writing, connection:
            connection.execute("BEGIN IMMEDIATE")
            (last,) = connection.execute("SELECT coalesce(max(position), 0) FROM event").fetchone()
            numbered = list(enumerate(items, last + 1))
            connection.executemany(
                "INSERT INTO event VALUES (?, ?, 1, 'stored', ?)",
                [(position, item.id.bytes, item.text) for position, item in numbered],
            )
            connection.executemany(
                "INSERT INTO statement (position, id, body) VALUES (?, ?, ?)",
                [(position, item.id.bytes, item.text.decode()) for position, item in numbered],
            )
            connection.executemany(
                "INSERT INTO filter VALUES (?, ?, ?)",
                [(*key, position) for position, item in numbered for key in item.keys],
            )

    def read(self, id: UUID) -> bytes | None:
        query = "SELECT body FROM statement WHERE id = ?"
        row = self._connection().execute(query, (id.bytes,)).fetchone()
        return row[0].encode() if row else None

    def _connection(self) -> sqlite3.Connection:
        if not hasattr(self._own, "connection"):
            self._own.connection = sqlite3.connect(self._path, isolation_level=None)
            self._own.connection.execute("PRAGMA synchronous=FULL")
        connection: sqlite3.Connection = self._own.connection
        return connection


class Group:
    """A thread that finds no other thread writing writes for all that wait; then the next waiting
    thread continues.
    """

    def __init__(self, store: Store) -> None:
        self._store = store
        self._lock = threading.Lock()
        self._waiting: list[tuple[Item, threading.Event]] = []
        self._outcome: dict[UUID, Exception | None] = {}
        self._writing = False

    def put(self, item: Item) -> None:
        turn = threading.Event()
        with self._lock:
            self._waiting.append((item, turn))
            leads, self._writing = not self._writing, True
        if not leads:
            turn.wait()
        if item.id not in self._outcome:
            self._write_waiting()
        error = self._outcome.pop(item.id)
        if error is not None:
            raise error

    def _write_waiting(self) -> None:
        with self._lock:
            group, self._waiting = self._waiting, []
        outcome: Exception | None = None
        try:
            self._store.write([item for item, _ in group])
        except Exception as error:
            outcome = error
        self._outcome.update((item.id, outcome) for item, _ in group)
        for _, turn in group:
            turn.set()
        with self._lock:
            self._writing = bool(self._waiting)
            if self._writing:
                self._waiting[0][1].set()


def create() -> Flask:
    """The application of one process."""
    url = os.environ["BENCH_URL"]
    store: Store = SqliteStore(url) if url.startswith("sqlite:") else PostgresStore(url)
    group = Group(store)
    app = Flask("floor")

    @app.post("/xapi/statements")
    def post() -> Response:
        data = orjson.loads(request.get_data(cache=False))
        items = [Item.of(s) for s in (data if isinstance(data, list) else [data])]
        if len(items) == 1:
            group.put(items[0])
        else:
            store.write(items)
        return Response(orjson.dumps([str(item.id) for item in items]), mimetype=JSON)

    @app.get("/xapi/statements")
    def get() -> Response:
        id = request.args.get("statementId")
        if id is None:
            return Response(b'{"statements":[],"more":""}', mimetype=JSON)
        text = store.read(UUID(id))
        return Response(text or b"", status=200 if text else 404, mimetype=JSON)

    @app.get("/health")
    def health() -> Response:
        return Response(b"{}", mimetype=JSON)

    return app
