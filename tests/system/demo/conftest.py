"""The whole history, generated once for all tests that read it, and a store that was told it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from api.cli.demo import tell
from lrs import bootstrap
from lrs.demo.centre import unfold
from lrs.demo.journal import Journal
from lrs.demo.past import Past
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import BACKENDS
from tests.support.stores import WRITER
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


@pytest.fixture(scope="session", params=BACKENDS)
def centre(
    request: pytest.FixtureRequest, journal: Journal, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Lrs]:
    """The store that `make demo` fills, on each backend; read models followed it as it came."""
    folder = tmp_path_factory.mktemp("centre")
    urls = [f"sqlite:///{folder}/{name}.db" for name in ("ledger", "views")]
    if request.param == "postgresql":
        urls = [request.getfixturevalue("postgres").create_database("centre")] * 2
    settings = Settings(ledger_url=urls[0], views_url=urls[1])
    bootstrap.migrate(settings)
    past = Past(journal)
    lrs = bootstrap.build(settings, stored_at=past.stored_at)

    def follow(_: int) -> None:
        lrs.projector.runner.catch_up()

    tell(lrs, journal.history(), WRITER, follow, past.expect)
    yield lrs
    lrs.close()
