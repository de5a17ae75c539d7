"""Places for stores, with nothing there yet or with a copy of a store in which nothing is."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from lrs import bootstrap
from lrs.settings import Settings
from tests.support.emptied import Emptied
from tests.support.postgres import PostgresServer

_FILES = ("ledger.db", "views.db")


@dataclass(frozen=True)
class Place:
    """Where a test's store is: URLs of the log and of the read models."""

    backend: str
    ledger_url: str
    views_url: str


class Places:
    """Makes them. The tables are made once; the copies hold the same log's id. On the server a
    copy is handed on to the next test, emptied, which takes a fifth of what a new one takes.
    """

    def __init__(self, folder: Path, server: Callable[[], PostgresServer]) -> None:
        self._folder = folder
        self._server = server
        self._made: dict[str, Place] = {}
        self._emptied: Emptied | None = None
        self._free: list[str] = []

    @contextmanager
    def place(self, backend: str, folder: Path, made: bool) -> Iterator[Place]:
        """A place there or on the server, until the end; with a store in it if it is `made`."""
        if backend == "postgresql":
            url = self._copy() if made else self._new("template0")
            yield Place(backend, url, url)
            self._leave(url, made)
            return
        if made:
            self.template(backend)
            for name in _FILES:
                shutil.copyfile(self._folder / name, folder / name)
        yield _in(folder)

    def template(self, backend: str) -> Place:
        """The store in which nothing is, to copy; to be left as it is."""
        if backend not in self._made:
            place = _in(self._folder)
            if backend == "postgresql":
                url = self._server().create_database("made")
                place = Place(backend, url, url)
            bootstrap.migrate(Settings(ledger_url=place.ledger_url, views_url=place.views_url))
            self._made[backend] = place
        return self._made[backend]

    def _new(self, template: str) -> str:
        return self._server().create_database(f"test_{uuid4().hex[:12]}", template)

    def _copy(self) -> str:
        """The URL of a database with a store in which nothing is."""
        if self._free:
            return self._free.pop()
        url = self._new(_name(self.template("postgresql").ledger_url))
        self._emptied = self._emptied or Emptied(url)
        return url

    def _leave(self, url: str, made: bool) -> None:
        if made and self._emptied is not None and self._emptied.restore(url):
            self._free.append(url)
        else:
            self._server().execute(f"DROP DATABASE {_name(url)} WITH (FORCE)")


def _name(url: str) -> str:
    """The database's."""
    return url.rpartition("/")[2]


def _in(folder: Path) -> Place:
    return Place("sqlite", *(f"sqlite:///{folder}/{name}" for name in _FILES))
