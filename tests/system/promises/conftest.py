"""A store with the settings that it has unless somebody says otherwise."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

import pytest

from api.app import create_app
from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from lrs.settings import Settings
from tests.api.caller import Caller
from tests.conftest import Place
from tests.support.places import Places

SECOND = 1_000_000
DAY = 86_400 * SECOND


@dataclass
class Clock:
    """In microseconds since 1970, as the log's is."""

    at: int = 1_900_000_000 * SECOND

    def __call__(self) -> int:
        return self.at

    @property
    def iso(self) -> str:
        return datetime.fromtimestamp(self.at // SECOND, UTC).isoformat()


def defaults(place: Place) -> Settings:
    """The settings of a program that was told of the place and nothing else."""
    environment = {"LRS_LEDGER_URL": place.ledger_url, "LRS_VIEWS_URL": place.views_url}
    return Settings.from_env(environment)


@pytest.fixture(scope="module")
def store(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lrs]:
    """One for all tests of a module, on SQLite: what is promised is the same on either database."""
    with places.place("sqlite", tmp_path_factory.mktemp("store"), True) as place:
        lrs = bootstrap.build(defaults(place))
        yield lrs
        lrs.close()


@pytest.fixture(scope="module")
def client(store: Lrs) -> Caller:
    """A client of the module's store that may do everything."""
    key = store.credentials.create("test", [Scope.ALL])
    return Caller(create_app(store).test_client(), key)


@pytest.fixture
def own_place(places: Places, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    """Where a store of the test's own is, on SQLite."""
    with places.place("sqlite", tmp_path_factory.mktemp("own"), True) as place:
        yield place


@pytest.fixture
def own(own_place: Place) -> Iterator[Lrs]:
    """A store of the test's own."""
    lrs = bootstrap.build(defaults(own_place))
    yield lrs
    lrs.close()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(own_place: Place, clock: Clock) -> Iterator[Lrs]:
    """A store whose keys and log go by that clock."""
    lrs = bootstrap.build(defaults(own_place), now=clock)
    lrs.credentials._clock = lambda: clock.at / SECOND
    yield lrs
    lrs.close()
