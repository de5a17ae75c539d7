"""An opened, migrated log on each backend."""

from __future__ import annotations

import time
from collections.abc import Iterator

import pytest

from lrs.db.engine import Database, open_database
from lrs.ledger import Ledger
from tests.conftest import Place


def now() -> int:
    return time.time_ns() // 1000


@pytest.fixture
def database(made: Place) -> Iterator[Database]:
    """A copy of a store in which nothing is, which is had in a fifth of the time of a new one."""
    database = open_database(made.ledger_url)
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database) -> Iterator[Ledger]:
    ledger = Ledger(database, now)
    yield ledger
    ledger.close()
