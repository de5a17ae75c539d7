"""A log, and a projector that follows it with a projection of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lrs.db.engine import Database, open_database
from lrs.ledger import Ledger
from lrs.projector import Projector
from tests.conftest import Place
from tests.support.own_projection import Tally, following
from tests.support.stores import opened


@pytest.fixture(autouse=True)
def in_a_hurry(hurried: None) -> None:
    """Every test here; the processes that they start make projections anew and read none."""


@pytest.fixture
def ledger(place: Place) -> Iterator[Ledger]:
    with opened(place.ledger_url) as ledger:
        yield ledger


@pytest.fixture
def views(place: Place) -> Iterator[Database]:
    views = open_database(place.views_url)
    yield views
    views.close()


@pytest.fixture
def projector(place: Place, ledger: Ledger) -> Iterator[Projector]:
    with following(place, Tally(), wait=30.0) as projector:
        yield projector
