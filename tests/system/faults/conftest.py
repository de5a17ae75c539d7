"""A PostgreSQL that tests may stop, hang and crash."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from lrs import bootstrap
from lrs.service import Lrs
from lrs.settings import Settings
from tests.support.mortal import MortalServer
from tests.support.places import Place
from tests.support.postgres import DURABLE


@pytest.fixture
def settings(place: Place) -> Settings:
    """The settings of a store there, with the time limits that operators get."""
    return Settings(ledger_url=place.ledger_url, views_url=place.views_url)


@pytest.fixture(scope="session")
def mortal_server() -> Iterator[MortalServer]:
    server = MortalServer(DURABLE)
    server.start()
    yield server
    server.remove()


@pytest.fixture
def mortal(mortal_server: MortalServer) -> Iterator[MortalServer]:
    """The server, alive again after each test."""
    yield mortal_server
    mortal_server.resume()


@pytest.fixture
def mortal_settings(mortal: MortalServer) -> Settings:
    """A store of its own on that server."""
    url = mortal.create_database(f"test_{uuid4().hex[:12]}")
    return Settings(ledger_url=url, views_url=url)


@pytest.fixture
def mortal_lrs(mortal_settings: Settings) -> Iterator[Lrs]:
    """That store with its projector running, as a server process has it."""
    bootstrap.migrate(mortal_settings)
    lrs = bootstrap.build(mortal_settings)
    lrs.start()
    yield lrs
    lrs.close()
