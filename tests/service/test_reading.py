"""A reading is of one state of the read model, whatever is folded meanwhile."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from lrs import bootstrap
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import InvalidQuery
from lrs.projections.training import people
from lrs.service import Lrs
from lrs.service.catalogue import Stated
from lrs.service.reports.snapshot import SnapshotReader
from lrs.settings import Settings
from tests.support.stores import WRITER


def reader(lrs: Lrs) -> SnapshotReader:
    found: SnapshotReader = lrs.transcripts._reader
    return found


def describe(lrs: Lrs, *numbers: int) -> None:
    """Personnel records, folded at once."""
    records = [{"agent": f"mbox|mailto:{n}@example.org", "name": f"Имя {n}"} for n in numbers]
    lrs.catalogue.describe([Stated(EntryKind.PERSON, record) for record in records], WRITER)
    lrs.projector.runner.catch_up()


def test_an_answer_holds_as_of_the_position_it_names(lrs: Lrs) -> None:
    """Also where others are folded between two of its queries."""
    describe(lrs, 1)
    with reader(lrs).snapshot() as reading:
        before = len(people.people(reading.connection))
        describe(lrs, 2, 3)
        assert len(people.people(reading.connection)) == before == 1
        assert (reading.consistency.position, len(reading.entries(EntryKind.PERSON))) == (1, 1)
    with reader(lrs).snapshot() as reading:
        assert (reading.consistency.position, len(reading.entries(EntryKind.PERSON))) == (3, 3)


def test_what_the_catalogue_said_is_told_as_of_a_position(lrs: Lrs) -> None:
    """And the answer is complete to when that position was stored."""
    describe(lrs, 1)
    describe(lrs, 2)
    with reader(lrs).snapshot(known=1) as reading:
        assert len(reading.entries(EntryKind.PERSON)) == 1
        assert reading.consistency.position == 1
        assert lrs.ledger.reader.position_at(reading.consistency.through) == 1
    with pytest.raises(InvalidQuery), reader(lrs).snapshot(known=3):
        pass


@pytest.mark.usefixtures("hurried")
def test_a_rebuild_leaves_nothing_of_before_in_memory(lrs: Lrs) -> None:
    """The tables are others, though the positions are the same."""
    describe(lrs, 1)
    with reader(lrs).snapshot() as reading:
        assert len(reading.entries(EntryKind.PERSON)) == 1
    lrs.projector.rebuild(["training"])
    with reader(lrs).snapshot() as reading:
        assert [thing.stands for thing in reading.entries(EntryKind.PERSON).values()] == [True]


def test_today_is_by_the_clock_that_the_store_was_given(settings: Settings) -> None:
    """On the server's calendar; what that clock has not reached is the future."""
    bootstrap.migrate(settings)
    noon = datetime(2030, 1, 15, 12, tzinfo=UTC)
    lrs = bootstrap.build(settings, now=lambda: int(noon.timestamp() * 1_000_000))
    assert lrs.clock.today() == noon.astimezone().date() == date(2030, 1, 15)
    assert lrs.clock.position_at(int(noon.timestamp() * 1_000_000)) == 0
    with pytest.raises(InvalidQuery):
        lrs.clock.position_at(int(noon.timestamp() * 1_000_000) + 1)
    lrs.close()
