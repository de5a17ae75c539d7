"""One store per test, on every backend; PostgreSQL comes from a wheel, with nothing to set up."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from lrs import bootstrap
from lrs.service import Lrs
from lrs.settings import Settings
from tests.support.postgres import QUICK, PostgresServer

BACKENDS = ("sqlite", "postgresql")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Tests of rules run on SQLite alone: which database keeps it makes no difference to them."""
    gone = {item for item in items if item.get_closest_marker("rules") and _on_postgresql(item)}
    config.hook.pytest_deselected(items=list(gone))
    items[:] = [item for item in items if item not in gone]


def _on_postgresql(item: pytest.Item) -> bool:
    called = getattr(item, "callspec", None)
    return called is not None and "postgresql" in called.params.values()


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    """A server for the whole run; each test gets a database of its own in it."""
    server = PostgresServer(QUICK)
    server.start()
    yield server
    server.remove()


@dataclass(frozen=True)
class Place:
    """Where a test's store is: URLs of the log and of the read models."""

    backend: str
    ledger_url: str
    views_url: str


@pytest.fixture(params=BACKENDS)
def place(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Place]:
    """An empty database of its own for the test, on each backend in turn."""
    if request.param == "sqlite":
        yield Place("sqlite", f"sqlite:///{tmp_path}/ledger.db", f"sqlite:///{tmp_path}/views.db")
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    name = f"test_{uuid4().hex[:12]}"
    url = server.create_database(name)
    yield Place("postgresql", url, url)
    server.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def settings(place: Place) -> Settings:
    """The settings of a store there; `dataclasses.replace` changes some."""
    return Settings(ledger_url=place.ledger_url, views_url=place.views_url)


@pytest.fixture
def lrs(settings: Settings) -> Iterator[Lrs]:
    """A store of its own for the test, on each backend; nothing folds in the background."""
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    yield lrs
    lrs.close()
