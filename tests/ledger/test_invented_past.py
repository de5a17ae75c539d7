"""A log that is filled with an invented past: whoever fills it dates the events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from uuid import UUID, uuid4

import pytest

from lrs.db.engine import Database
from lrs.ledger import Ledger, VersionTaken
from tests.support.stores import log_of, now, statement_event

PAST = 1_700_000_000_000_000
IDS = [uuid4() for _ in range(3)]
DATED = {id: PAST + 1_000_000 * n for n, id in enumerate(IDS)}


@contextmanager
def filling(database: Database, dates: Mapping[UUID, int]) -> Iterator[Ledger]:
    ledger = Ledger(database, now, stored_at=lambda stream: dates.get(stream[0], 0))
    yield ledger
    ledger.close()


def instants(database: Database) -> list[int]:
    return [stored for _, stored, _ in log_of(database)]


def test_events_are_stored_at_the_instants_that_are_said_for_them(database: Database) -> None:
    with filling(database, DATED) as ledger:
        assert ledger.append([statement_event(id) for id in IDS[:2]]) == [1, 2]
        assert ledger.append([statement_event(IDS[2])]) == [3]
        assert [mark.stored for mark in ledger.acknowledged()] == [DATED[IDS[1]], DATED[IDS[2]]]
    assert instants(database) == list(DATED.values())


def test_events_without_a_date_are_dated_by_the_clock(database: Database, ledger: Ledger) -> None:
    """Another program's too, which knows of no such dates: the clock goes on after the past."""
    before = now()
    with filling(database, DATED) as past:
        past.append([statement_event(IDS[0])])
        past.append([statement_event()])
    ledger.append([statement_event()])
    dated, *others = instants(database)
    assert dated == PAST
    assert before < others[0] < others[1] < now() + 1_000_000


def test_a_log_that_holds_later_events_is_not_back_dated(
    database: Database, ledger: Ledger
) -> None:
    """Nor is one event before another of the same append."""
    before = now()
    with filling(database, DATED) as past:
        past.append([statement_event(IDS[1]), statement_event(IDS[0])])
        ledger.append([statement_event()])
        past.append([statement_event(IDS[2])])
    first, *others = instants(database)
    assert first == DATED[IDS[1]]
    assert [before, *others] == sorted({before, *others})


def test_a_conflict_stores_nothing_and_dates_nothing_anew(database: Database) -> None:
    with filling(database, DATED) as ledger:
        ledger.append([statement_event(IDS[0])])
        with pytest.raises(VersionTaken):
            ledger.append([statement_event(IDS[1]), statement_event(IDS[0])])
        ledger.append([statement_event(IDS[1])])
    assert instants(database) == [DATED[IDS[0]], DATED[IDS[1]]]
