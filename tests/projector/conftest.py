"""A log, and a projector that follows it with a projection of the tests' own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from lrs.database import Database, open_database
from lrs.ledger import Ledger
from lrs.projector import Projector, making, reading
from tests.conftest import Place
from tests.support.own_projection import Tally, following
from tests.support.stores import opened


@pytest.fixture(autouse=True)
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Rebuilds are known of for a shorter time before they swap. Whoever reads the projections must
    take it to be as short; the processes that tests start make them and do not read.
    """
    for module in (making, reading):
        monkeypatch.setattr(module, "NOTICE", 0.25)
    monkeypatch.setattr(making, "TELLING", 0.1)


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
    with following(place, Tally(), wait=2.0) as projector:
        yield projector
