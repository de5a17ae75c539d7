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
from tests.support.postgres import PostgresServer

_FILES = ("ledger.db", "views.db")


@dataclass(frozen=True)
class Place:
    """Where a test's store is: URLs of the log and of the read models."""

    backend: str
    ledger_url: str
    views_url: str


class Places:
    """Makes them. The tables are made once; the copies hold the same log's id."""

    def __init__(self, folder: Path, server: Callable[[], PostgresServer]) -> None:
        self._folder = folder
        self._server = server
        self._made: dict[str, Place] = {}

    @contextmanager
    def place(self, backend: str, folder: Path, made: bool) -> Iterator[Place]:
        """A place there or on the server, until the end; with a store in it if it is `made`."""
        if backend == "sqlite":
            if made:
                self._template(backend)
                for name in _FILES:
                    shutil.copyfile(self._folder / name, folder / name)
            yield _in(folder)
            return
        name = f"test_{uuid4().hex[:12]}"
        template = self._template(backend).ledger_url.rpartition("/")[2] if made else "template0"
        url = self._server().create_database(name, template)
        yield Place(backend, url, url)
        self._server().execute(f"DROP DATABASE {name} WITH (FORCE)")

    def _template(self, backend: str) -> Place:
        if backend not in self._made:
            place = _in(self._folder)
            if backend == "postgresql":
                url = self._server().create_database("made")
                place = Place(backend, url, url)
            bootstrap.migrate(Settings(ledger_url=place.ledger_url, views_url=place.views_url))
            self._made[backend] = place
        return self._made[backend]


def _in(folder: Path) -> Place:
    return Place("sqlite", *(f"sqlite:///{folder}/{name}" for name in _FILES))
