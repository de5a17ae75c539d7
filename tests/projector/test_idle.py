"""A projection of rare topics costs next to nothing while only statements come in."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import event

from lrs.db.engine import Database
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.service import Lrs
from lrs.service.catalogue import Stated
from tests.support.entries import entry
from tests.support.processes import wait_until
from tests.support.stores import WRITER, statement, store

RARE = ("documents", "catalogue")


@contextmanager
def transactions(database: Database) -> Iterator[list[object]]:
    """An entry for each transaction begun on the database meanwhile."""
    started: list[object] = []
    note = started.append
    event.listen(database.write, "begin", note)
    yield started
    event.remove(database.write, "begin", note)


def describe(lrs: Lrs, title: str) -> None:
    office = entry(EntryKind.OFFICE, title={"ru": title})
    lrs.catalogue.describe([Stated(EntryKind.OFFICE, office)], WRITER)


def moved(lrs: Lrs) -> dict[str, int]:
    """The positions that the rare projections' rows show."""
    return {name: lrs.projector.runner.position(name).position for name in RARE}


def test_a_wake_up_begins_no_transaction_for_what_has_nothing_to_fold(lrs: Lrs) -> None:
    """Statements came: the two read models of statements fold them, in a transaction each; one
    more notes how far the log reaches.
    """
    lrs.start()
    before = moved(lrs)
    with transactions(lrs.databases[1]) as started:
        store(lrs, *(statement() for _ in range(5)))
        wait_until(lambda: lrs.health().projections[0].lag == 0)
        wait_until(lambda: lrs.health().projections[1].lag == 0)
    assert len(started) == 3
    assert moved(lrs) == before


def test_what_has_nothing_to_fold_is_level_without_a_write(lrs: Lrs) -> None:
    """To readers, to Consistent-Through and to health, however long the log has become."""
    (id,) = store(lrs, statement())
    (row,) = lrs.ledger.reader.statements([id])
    with transactions(lrs.databases[1]) as started:
        for name in RARE:
            reach = lrs.projector.reads.fresh(name)
            assert reach.position == lrs.ledger.reader.head()[0]
            assert reach.through >= row.stored
    assert started == []
    assert {p.name: p.lag for p in lrs.health().projections if p.name in RARE} == dict.fromkeys(
        RARE, 0
    )


def test_an_event_among_many_statements_is_found(lrs: Lrs) -> None:
    """By the next read, by the projector's thread, and behind and before other events."""
    for title in ("Север", "Юг"):
        store(lrs, *(statement() for _ in range(3)))
        describe(lrs, title)
        store(lrs, statement())
        (office,) = lrs.catalogue.entries(EntryKind.OFFICE, WRITER)
        assert office.entry is not None
        assert office.entry["title"] == {"ru": title}
    lrs.start()
    store(lrs, statement())
    describe(lrs, "Запад")
    head, _ = lrs.ledger.reader.head()
    wait_until(lambda: lrs.projector.runner.position("catalogue").position >= head)


def test_a_projection_is_behind_while_one_of_its_events_is_not_folded(lrs: Lrs) -> None:
    """By as many events as the log is longer; the other one of rare topics is not."""
    describe(lrs, "Север")
    store(lrs, statement())
    standings = lrs.projector.runner.status_reader.all()
    assert (standings["catalogue"].is_level, standings["documents"].is_level) == (False, True)
    assert standings["catalogue"].position == 0


def test_consistent_through_rises_though_rare_projections_stand_still(lrs: Lrs) -> None:
    """While statements go on coming in, and when none does any more."""
    lrs.start()
    for _ in range(2):
        (id,) = store(lrs, statement())
        (row,) = lrs.ledger.reader.statements([id])
        wait_until(lambda row=row: lrs.projector.reads.through >= row.stored)  # type: ignore[misc]


def test_the_last_events_of_topics_are_found_by_an_index(lrs: Lrs) -> None:
    """A look at the log's end must not cost more the longer the log is."""
    plans: list[str] = []
    explain = "EXPLAIN QUERY PLAN" if lrs.databases[1].dialect == "sqlite" else "EXPLAIN"
    topics = ("office-described", "document-stored", "entry-withdrawn")

    def plan(_connection: Any, cursor: Any, statement: str, values: Any, *_: Any) -> None:
        cursor.execute(f"{explain} {statement}", values)
        plans.extend(row[-1] for row in cursor.fetchall())

    store(lrs, *(statement() for _ in range(50)))
    log = lrs.databases[0].read
    event.listen(log, "before_cursor_execute", plan)
    lrs.ledger.reader.end(topics)
    event.remove(log, "before_cursor_execute", plan)
    assert len([line for line in plans if "event_topic" in line]) == len(topics)
