"""Where stores are: a PostgreSQL that loses nothing, or files, both made for the run."""

from __future__ import annotations

import os
import platform
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import psycopg

from tests.support.postgres import DURABLE, PostgresServer


@dataclass(frozen=True, slots=True)
class Place:
    """An empty store's URLs, the floor's beside it, and a folder for logs."""

    name: str
    folder: Path
    ledger_url: str
    views_url: str
    floor_url: str
    workers: int


class Backend(Protocol):
    """A kind of database."""

    name: str

    def place(self, name: str) -> Place: ...
    def used(self, place: Place) -> int:
        """Bytes of the store's tables and indexes on disk."""

    def describe(self) -> str: ...


class Postgres:
    name = "PostgreSQL"

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self._server = server
        self._folder = folder

    def place(self, name: str) -> Place:
        url = self._server.create_database(f"bench_{name}")
        floor = self._server.create_database(f"floor_{name}")
        folder = self._folder / name
        folder.mkdir()
        return Place(name, folder, url, url, floor, workers=2)

    def used(self, place: Place) -> int:
        query = """
            SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname IN ('ledger', 'views', 'reporting')
        """
        with psycopg.connect(place.ledger_url) as connection:
            row = connection.execute(query).fetchone()
        assert row is not None
        return int(row[0])

    def describe(self) -> str:
        settings = ("server_version", "fsync", "synchronous_commit", "shared_buffers")
        with psycopg.connect(self._server.url()) as connection:
            rows = [connection.execute(f"SHOW {s}".encode()).fetchone() for s in settings]
        version, *rest = [row[0] for row in rows if row is not None]
        pairs = zip(settings[1:], rest, strict=True)
        return ", ".join([f"PostgreSQL {version}", *(f"{name}={value}" for name, value in pairs)])


class Sqlite:
    name = "SQLite"

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, name: str) -> Place:
        folder = self._folder / name
        folder.mkdir()
        ledger, views, floor = (
            f"sqlite:///{folder}/{file}.db" for file in ("ledger", "views", "floor")
        )
        return Place(name, folder, ledger, views, floor, workers=1)

    def used(self, place: Place) -> int:
        files = [f for n in ("ledger", "views") for f in place.folder.glob(f"{n}.db*")]
        return sum(file.stat().st_size for file in files)

    def describe(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL"


MEMORY = {"shared_buffers": "2GB", "max_wal_size": "4GB"}
"""About what its manual advises for a machine of 8 GiB; its defaults are for one of 512 MiB."""


@contextmanager
def postgres() -> Iterator[Backend]:
    """A PostgreSQL of its own, which waits for the disk at each commit."""
    with tempfile.TemporaryDirectory(prefix="zachetka-bench-") as folder:
        server = PostgresServer(DURABLE | MEMORY)
        try:
            server.start()
            yield Postgres(server, Path(folder))
        finally:
            server.remove()


@contextmanager
def sqlite() -> Iterator[Backend]:
    with tempfile.TemporaryDirectory(prefix="zachetka-bench-") as folder:
        yield Sqlite(Path(folder))


BACKENDS = {"postgresql": postgres, "sqlite": sqlite}


def machine() -> str:
    """What the figures were taken on."""
    return f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
