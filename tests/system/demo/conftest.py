"""The whole history, generated once for all tests that read it, and a store that was told it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from lrs import bootstrap
from lrs.demo.centre import unfold
from lrs.demo.journal import Journal
from lrs.service import Lrs
from lrs.settings import Settings
from tests.system.demo.reading import History


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


@pytest.fixture(scope="module")
def centre(demo_store: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lrs]:
    """A copy of the store that `make demo` fills."""
    folder = tmp_path_factory.mktemp("centre")
    shutil.copytree(demo_store / "var", folder, dirs_exist_ok=True)
    urls = [f"sqlite:///{folder}/{name}.db" for name in ("ledger", "views")]
    lrs = bootstrap.build(Settings(ledger_url=urls[0], views_url=urls[1]))
    yield lrs
    lrs.close()
