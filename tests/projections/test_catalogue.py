from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from lrs.domain.aggregates.catalogue_entry import SHAPES, EntryKind, stream_of
from lrs.domain.events import Described, EntryWithdrawn, RecordedEvent
from lrs.projections.base import Batch
from lrs.projections.catalogue import (
    CatalogueEntry,
    CatalogueProjection,
    counted,
    entries,
    ever_linked,
    links,
)
from lrs.projector.checksum import checksum
from lrs.service import Lrs
from tests.conftest import BACKENDS
from tests.projections.engines import standing, undone
from tests.support.entries import entry
from tests.support.examples import drawn
from tests.support.stores import statement_event

several = settings(max_examples=drawn(60), deadline=None, suppress_health_check=list(HealthCheck))
THINGS = [
    (kind, name) for kind in (EntryKind.OFFICE, EntryKind.POST, EntryKind.LINK) for name in "ab"
]
STREAMS = {thing: stream_of(thing[0], (thing[1],), b"") for thing in THINGS}

Thing = tuple[EntryKind, str]
History = Sequence[tuple[Thing, str | None]]
"""In the order of the log: what is described, and as what; None where it is withdrawn."""

histories = st.lists(
    st.tuples(st.sampled_from(THINGS), st.none() | st.sampled_from("xyz")), min_size=1, max_size=20
)


@pytest.fixture(scope="module", params=BACKENDS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with standing(request, tmp_path_factory, CatalogueProjection.TABLES) as engine:
        yield engine


def logged(history: History) -> list[RecordedEvent]:
    """The events of a history: positions one apart, `stored` ten. Withdrawing nothing is left out,
    as no command does it."""
    found: list[RecordedEvent] = []
    versions = dict.fromkeys(THINGS, 0)
    for thing, said in history:
        if said is None and not versions[thing]:
            continue
        versions[thing] += 1
        stream, version, position = STREAMS[thing], versions[thing], len(found) + 1
        described = SHAPES[thing[0]].event_type(
            stream, version, {"agent": thing[1], "person": said}
        )
        withdrawn = EntryWithdrawn(stream, version, "gone")
        one: Described | EntryWithdrawn = described if said is not None else withdrawn
        found.append(RecordedEvent(position, 10 * position, one))
    return found


@contextmanager
def folded(engine: Engine, history: History, ends: Collection[int] = ()) -> Iterator[Connection]:
    """The projection of a history, folded in batches that end at each of `ends`."""
    projection, log = CatalogueProjection(), logged(history)
    with undone(engine) as connection:
        first = 1
        for last in sorted({*(end for end in ends if end < len(log)), len(log)}):
            batch = Batch(first, last, lambda _: {}, lambda _: {}, log[first - 1 : last])
            projection.apply(batch, connection)
            first = last + 1
        yield connection


def expected(history: History) -> dict[Thing, CatalogueEntry]:
    """How each thing stands, by a plain reading of its events; what changed last at the end."""
    things = {stream: thing for thing, stream in STREAMS.items()}
    found: dict[Thing, CatalogueEntry] = {}
    for _, stored, one in logged(history):
        thing = things[one.originator_id]
        found.pop(thing, None)
        entry = one.entry if isinstance(one, Described) else None
        found[thing] = CatalogueEntry(entry, one.originator_version, stored)
    return found


@several
@given(history=histories, data=st.data())
def test_what_holds_is_what_was_said_last(
    engine: Engine, history: History, data: st.DataObject
) -> None:
    """Of every kind, in the order of the last change; what is withdrawn keeps its version."""
    ends = data.draw(st.sets(st.integers(1, len(history))))
    by_identity = expected(history)
    with folded(engine, history, ends) as connection:
        for kind in EntryKind:
            of_kind = {
                STREAMS[thing]: entry for thing, entry in by_identity.items() if thing[0] is kind
            }
            assert list(entries(connection, kind).items()) == list(of_kind.items())
            there = sum(held.entry is not None for held in of_kind.values())
            assert counted(connection)[kind] == there


@several
@given(history=histories, people=st.sets(st.sampled_from("xyz")), data=st.data())
def test_links_are_known_that_hold_and_that_held(
    engine: Engine, history: History, people: set[str], data: st.DataObject
) -> None:
    """Each with the person whom it says; of those that held, who was ever linked to some people."""
    ends = data.draw(st.sets(st.integers(1, len(history))))
    said = [(name, said) for (kind, name), said in history if kind is EntryKind.LINK]
    with folded(engine, history, ends) as connection:
        assert links(connection) == {name: person for name, person in dict(said).items() if person}
        assert ever_linked(connection, people) == {
            name for name, person in said if person in people
        }


@several
@given(history=histories, data=st.data())
def test_however_the_log_is_cut_into_batches_the_rows_are_the_same(
    engine: Engine, history: History, data: st.DataObject
) -> None:
    """Live folding and a rebuild give the same table, byte for byte."""
    with folded(engine, history) as connection:
        rebuilt = checksum(connection, CatalogueProjection.TABLES)
    with folded(engine, history, data.draw(st.sets(st.integers(1, len(history))))) as connection:
        assert checksum(connection, CatalogueProjection.TABLES) == rebuilt


@pytest.mark.usefixtures("hurried")
def test_descriptions_among_statements_are_folded_live_and_again(lrs: Lrs) -> None:
    """Every kind; the projection reads its own events alone, and is level with the log."""
    for kind in EntryKind:
        described = SHAPES[kind].event_type(stream_of(kind, ("x",), b""), 1, entry(kind), "me")
        lrs.ledger.append([statement_event(), described, statement_event()])
        assert lrs.projector.reads.fresh("catalogue").position == lrs.ledger.reader.head()[0]
    lrs.ledger.append([EntryWithdrawn(stream_of(EntryKind.POST, ("x",), b""), 2, "gone", "me")])
    lrs.projector.reads.fresh("catalogue")
    live = lrs.projector.runner.checksum("catalogue")
    lrs.projector.rebuild(["catalogue"])
    assert lrs.projector.runner.checksum("catalogue") == live
    assert not lrs.health().quarantined
