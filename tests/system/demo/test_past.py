"""When the demo's store gets to know what it is told: over fourteen months, not as it is filled."""

from __future__ import annotations

from datetime import datetime, timedelta
from itertools import pairwise

import pytest

from api.cli.demo import fill, tell
from lrs import bootstrap
from lrs.db.engine import open_database
from lrs.demo import END, START, Journal, JournalEvent, Past, unfold
from lrs.demo.workdays import MOSCOW
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.stores import WRITER, log_of, now
from tests.system.demo.reading import verb_of, when

Told = list[JsonObject | JournalEvent]
Arrived = list[tuple[JsonObject, datetime]]


def moment(instant: int) -> datetime:
    return datetime.fromtimestamp(instant / 1_000_000, MOSCOW)


def tell_past(settings: Settings, journal: Journal, history: Told) -> None:
    """As a process does that fills the store and ends."""
    past = Past(journal)
    lrs = bootstrap.build(settings, stored_at=past.stored_at)
    tell(lrs, history, WRITER, expect=past.expect)
    lrs.close()


def stored(settings: Settings) -> list[int]:
    """The instant of everything in the log."""
    database = open_database(settings.ledger_url)
    found = [at for _, at, _ in log_of(database)]
    database.close()
    return found


@pytest.fixture(scope="module")
def small() -> Journal:
    return unfold(2026, 48)


@pytest.fixture(scope="module")
def arrived(journal: Journal) -> Arrived:
    """Each statement, and when it was stored."""
    dated = zip(journal.history(), Past(journal).instants, strict=True)
    return [(news, moment(at)) for news, at in dated if not isinstance(news, JournalEvent)]


def register(arrived: Arrived) -> list[timedelta]:
    """How long after a class its sheets were stored, those of Groups left out."""
    return [
        at - when(statement)
        for statement, at in arrived
        if verb_of(statement) == "attended" and "member" not in statement["actor"]
    ]


def test_everything_has_an_instant_of_the_fourteen_months(journal: Journal) -> None:
    instants = Past(journal).instants
    assert len(instants) == sum(1 for _ in journal.history())
    assert all(a < b for a, b in pairwise(instants))
    assert moment(instants[0]).date() == START
    assert END - timedelta(days=3) <= moment(instants[-1]).date() <= END


def test_nothing_is_stored_before_it_happened(arrived: Arrived) -> None:
    assert all(at > when(statement) for statement, at in arrived)


def test_what_a_module_sends_is_stored_within_seconds(arrived: Arrived) -> None:
    """But for what stayed on a device without a connection, which writes its time in UTC."""
    for statement, at in arrived:
        if verb_of(statement) in ("experienced", "answered", "progressed"):
            late = at - when(statement)
            offline = statement["timestamp"].endswith("Z")
            assert (late > timedelta(hours=9)) if offline else (late < timedelta(seconds=10))


def test_a_sheet_is_stored_at_once_in_the_evening_or_days_later(arrived: Arrived) -> None:
    """A reader at the door, the trainer's register, a sheet of paper that somebody types in."""
    delays = register(arrived)
    door = sum(late < timedelta(minutes=1) for late in delays)
    evening = sum(timedelta(minutes=5) < late < timedelta(hours=11) for late in delays)
    paper = sum(timedelta(hours=30) < late < timedelta(days=14) for late in delays)
    assert min(door, evening, paper) > 100
    assert door + evening + paper == len(delays)


def test_a_start_that_was_broken_off_goes_on_in_the_past(
    made: Place, settings: Settings, small: Journal
) -> None:
    first = list(small.history())[:1_500]
    tell_past(settings, small, first[:1_200])
    tell_past(settings, small, first)
    assert stored(settings) == list(Past(small).instants)[:1_500]


def test_a_store_that_somebody_has_used_is_not_back_dated(
    lrs: Lrs, settings: Settings, small: Journal
) -> None:
    """Who has read up to this instant misses nothing."""
    lrs.credentials.create("before", WRITER.scopes)
    before = now()
    tell_past(settings, small, list(small.history())[:400])
    key, *others = stored(settings)
    assert key < before < others[0]
    assert all(a < b for a, b in pairwise(others))


@pytest.mark.rules
def test_once_the_demo_is_told_the_clock_goes_on(
    made: Place, settings: Settings, small: Journal
) -> None:
    """The log has the instants of the past; the demo's own key is made now, and all that a server
    stores.
    """
    before, past = now(), Past(small)
    lrs = bootstrap.build(settings, stored_at=past.stored_at)
    fill(lrs, small, past, lambda _: None)
    lrs.close()
    *others, key = stored(settings)
    assert others == list(past.instants)
    assert before < key < now() + 1_000_000
