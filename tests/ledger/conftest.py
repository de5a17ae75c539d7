"""An opened, migrated log on each backend."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lrs.db.engine import Database, open_database
from lrs.ledger import Ledger, migrate
from tests.conftest import Place


def now() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def database(place: Place) -> Iterator[Database]:
    database = open_database(place.ledger_url)
    migrate(database)
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    ledger = Ledger(database, now)
    yield ledger
    ledger.close()
