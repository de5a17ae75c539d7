"""The log as known at a position, folded in a file: what a store that ended there holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from lrs import bootstrap
from lrs.db.engine import Database, Options, open_database
from lrs.ledger import KnownLog
from lrs.projector import BatchRunner
from lrs.projector.rebuild.scratch import fold_from_start, fold_on
from lrs.projector.rebuild.split import in_this_thread
from lrs.service import Lrs
from tests.support.varied import tell


@pytest.fixture
def scratch(tmp_path: Path) -> Iterator[Database]:
    database = open_database(f"sqlite:///{tmp_path / 'scratch.db'}", Options(durable=False))
    yield database
    database.close()


def digests(lrs: Lrs, log: KnownLog | None = None, views: Database | None = None) -> dict[str, str]:
    """A digest of the rows of each read model: of those that are served, or of those elsewhere."""
    runner = lrs.projector.runner
    if log and views:
        runner = BatchRunner(log, views, bootstrap.projections(), 1_000)
    return {name: runner.checksum(name) for name in runner.projections}


def test_an_earlier_log_folded_in_a_file_is_what_a_store_held_then(
    lrs: Lrs, scratch: Database
) -> None:
    """Also if the file was folded to an earlier position and goes on from there."""
    held = {}
    for start in (1, 41, 81):
        tell(lrs, 40, start)
        lrs.projector.runner.catch_up()
        held[lrs.ledger.reader.head()[0]] = digests(lrs)
    for position, rows in held.items():
        log = KnownLog(lrs.ledger, position)
        assert log.reader.head() == (position, lrs.ledger.reader.stored_at(position))
        fold_from_start(log, scratch, bootstrap.projections(), in_this_thread(lrs.ledger))
        assert digests(lrs, log, scratch) == rows
    first, *_, last = held
    earlier, later = (KnownLog(lrs.ledger, each) for each in (first, last))
    fold_from_start(earlier, scratch, bootstrap.projections(), in_this_thread(lrs.ledger))
    fold_on(later, scratch, bootstrap.projections())
    assert digests(lrs, later, scratch) == held[last]
