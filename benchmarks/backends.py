"""The databases of a run: a PostgreSQL server with durable commits, or SQLite files."""

from __future__ import annotations

import os
import platform
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
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
    """A kind of database. `process` is its server's id, None where there is none."""

    name: str
    process: int | None

    def place(self, name: str) -> Place:
        """The place of that name, made unless it is there, in a folder that is kept."""

    def used(self, place: Place) -> int:
        """Bytes of the store's tables and indexes on disk."""

    def used_by_views(self, place: Place) -> int:
        """Bytes of the read models' tables and indexes on disk."""

    def drop_views(self, place: Place) -> None:
        """Drop the projections; the store has to be migrated afterwards."""

    def warm(self, place: Place) -> None:
        """Load the store's files into the system's cache, as after a day of use."""

    def describe(self) -> str: ...


class Postgres:
    name = "PostgreSQL"

    def __init__(self, server: PostgresServer, folder: Path) -> None:
        self.process: int | None = server.pid
        self._server = server
        self._folder = folder

    def place(self, name: str) -> Place:
        url = self._database(f"bench_{name}")
        floor = self._database(f"floor_{name}")
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        return Place(name, folder, url, url, floor, workers=2)

    def used(self, place: Place) -> int:
        return self._size(place, ["ledger", "views", "reporting"])

    def used_by_views(self, place: Place) -> int:
        return self._size(place, ["views"])

    def drop_views(self, place: Place) -> None:
        with psycopg.connect(place.views_url) as connection:
            connection.execute("DROP SCHEMA IF EXISTS views CASCADE")

    def warm(self, place: Place) -> None:
        _read(self._folder.rglob("*"))

    def _database(self, name: str) -> str:
        with psycopg.connect(self._server.url()) as connection:
            query = "SELECT 1 FROM pg_database WHERE datname = %s"
            found = connection.execute(query, (name,)).fetchone()
        return self._server.url(name) if found else self._server.create_database(name)

    def _size(self, place: Place, schemas: list[str]) -> int:
        query = """
            SELECT coalesce(sum(pg_total_relation_size(c.oid)), 0)::bigint
            FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE c.relkind = 'r' AND n.nspname = ANY(%s)
        """
        with psycopg.connect(place.ledger_url) as connection:
            row = connection.execute(query, (schemas,)).fetchone()
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
    process: int | None = None

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def place(self, name: str) -> Place:
        folder = self._folder / name
        folder.mkdir(exist_ok=True)
        ledger, views, floor = (
            f"sqlite:///{folder}/{file}.db" for file in ("ledger", "views", "floor")
        )
        return Place(name, folder, ledger, views, floor, workers=1)

    def used(self, place: Place) -> int:
        return _size_of(place, "ledger.db*") + self.used_by_views(place)

    def used_by_views(self, place: Place) -> int:
        return _size_of(place, "views.db*")

    def drop_views(self, place: Place) -> None:
        for file in place.folder.glob("views.db*"):
            file.unlink()

    def warm(self, place: Place) -> None:
        _read(place.folder.glob("*.db*"))

    def describe(self) -> str:
        return f"SQLite {sqlite3.sqlite_version}, WAL, synchronous=FULL"


def _read(files: Iterable[Path]) -> None:
    for file in filter(Path.is_file, files):
        with suppress(FileNotFoundError), file.open("rb", buffering=0) as opened:
            while opened.read(2**22):
                pass


MEMORY = {"shared_buffers": "2GB", "max_wal_size": "4GB"}
"""About what its manual advises for a machine of 8 GiB; its defaults are for one of 512 MiB."""


@contextmanager
def postgres(keep: Path | None = None) -> Iterator[Backend]:
    """A PostgreSQL of its own, which waits for the disk at each commit; in `keep` it stays."""
    with _folder(keep, "postgresql") as folder:
        data = folder / "server" if keep else None
        if data:
            data.mkdir(exist_ok=True)
        server = PostgresServer(DURABLE | MEMORY, data)
        try:
            server.start()
            yield Postgres(server, folder)
            if keep:
                server.execute("CHECKPOINT")  # else it would be part of a stop, which has an end
        finally:
            server.stop() if keep else server.remove()


@contextmanager
def sqlite(keep: Path | None = None) -> Iterator[Backend]:
    """Files, in `keep` if that is given."""
    with _folder(keep, "sqlite") as folder:
        yield Sqlite(folder)


@contextmanager
def _folder(keep: Path | None, name: str) -> Iterator[Path]:
    if keep is None:
        with TemporaryDirectory(prefix="zachetka-bench-") as folder:
            yield Path(folder)
    else:
        kept = keep.resolve() / name
        kept.mkdir(parents=True, exist_ok=True)
        yield kept


def _size_of(place: Place, pattern: str) -> int:
    return sum(file.stat().st_size for file in place.folder.glob(pattern))


BACKENDS = {"postgresql": postgres, "sqlite": sqlite}


def machine() -> str:
    """The machine and the software of the run."""
    return f"{os.cpu_count()} cores ({_processor()}), Python {platform.python_version()}"


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text().splitlines()
    except OSError:
        return platform.machine()
    names = [line.partition(": ")[2] for line in lines if line.startswith("model name")]
    return names[0] if names else platform.machine()
