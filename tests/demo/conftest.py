"""The whole history, generated once for all tests that read it."""

from __future__ import annotations

import pytest

from lrs.demo.centre import unfold
from lrs.demo.journal import Journal
from tests.demo.reading import History


@pytest.fixture(scope="session")
def journal() -> Journal:
    return unfold(2026, 400)


@pytest.fixture(scope="session")
def history(journal: Journal) -> History:
    """Every statement of the standard history, in the order of posting."""
    return History(journal.statements())


@pytest.fixture(scope="session")
def stories(journal: Journal) -> dict[str, str]:
    return journal.notable
