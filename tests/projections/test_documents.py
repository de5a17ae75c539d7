from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from uuid import UUID

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection, Engine

from lrs.domain.aggregates.document import stored
from lrs.domain.events import DocumentDeleted, RecordedEvent
from lrs.domain.xapi.document import Address, Content, DocumentCollection, DocumentKind
from lrs.projections.base import Batch
from lrs.projections.documents import DocumentsProjection, listed
from lrs.projector.checksum import checksum
from lrs.service import Lrs
from tests.conftest import BACKENDS
from tests.projections.engines import standing, undone
from tests.support.examples import drawn
from tests.support.stores import statement_event

several = settings(max_examples=drawn(60), deadline=None, suppress_health_check=list(HealthCheck))
REGISTRATIONS = [None, UUID(int=1), UUID(int=2)]
SHELVES = [
    *(
        DocumentCollection(DocumentKind.STATE, "anna", "https://a/1", registration)
        for registration in REGISTRATIONS
    ),
    DocumentCollection(DocumentKind.STATE, "boris", "https://a/1"),
    DocumentCollection(DocumentKind.STATE, "anna", "https://a/2"),
    DocumentCollection(DocumentKind.AGENT_PROFILE, agent="anna"),
    DocumentCollection(DocumentKind.ACTIVITY_PROFILE, activity="https://a/1"),
]
ADDRESSES = [Address(shelf, name) for shelf in SHELVES for name in ("a", "b")]
KEY = bytes(32)

History = Sequence[tuple[Address, bool]]
"""Documents in the order of the log: stored, or else deleted."""

histories = st.lists(st.tuples(st.sampled_from(ADDRESSES), st.booleans()), min_size=1, max_size=20)


@pytest.fixture(scope="module", params=BACKENDS)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    with standing(request, tmp_path_factory, DocumentsProjection.TABLES) as engine:
        yield engine


def logged(history: History) -> list[RecordedEvent]:
    """The events of a history: positions one apart, `stored` ten."""
    found, versions = [], dict.fromkeys(ADDRESSES, 0)
    for position, (address, is_there) in enumerate(history, 1):
        versions[address] += 1
        stream, version = address.stream(KEY), versions[address]
        content = Content("text/plain", 1, f"{position:064x}", f"{position:040x}")
        document = stored(address, stream, version, content)
        deleted = DocumentDeleted(stream, version)
        found.append(RecordedEvent(position, 10 * position, document if is_there else deleted))
    return found


@contextmanager
def folded(engine: Engine, history: History, ends: Collection[int] = ()) -> Iterator[Connection]:
    """The projection of a history, folded in batches that end at each of `ends`."""
    projection, log = DocumentsProjection(), logged(history)
    with undone(engine) as connection:
        first = 1
        for last in sorted({*ends, len(log)}):
            batch = Batch(first, last, lambda _: {}, lambda _: {}, log[first - 1 : last])
            projection.apply(batch, connection)
            first = last + 1
        yield connection


def expected(history: History, shelf: DocumentCollection, since: int) -> list[UUID]:
    """The streams of the documents there, by a plain reading of the history; oldest first."""
    times: dict[Address, int] = {}
    for position, (address, is_there) in enumerate(history, 1):
        times.pop(address, None)
        if is_there:
            times[address] = 10 * position
    key = (shelf.kind, shelf.agent, shelf.activity)
    return [
        address.stream(KEY)
        for address, time in times.items()
        if (address.collection.kind, address.collection.agent, address.collection.activity) == key
        and shelf.registration in (None, address.collection.registration)
        and time > since
    ]


@several
@given(history=histories, data=st.data())
def test_what_is_listed_is_what_was_stored_last_and_not_deleted(
    engine: Engine, history: History, data: st.DataObject
) -> None:
    """1.0.3 part 3, 2.3.s4, 2.6.s4 and 2.7.s4: also since an instant, exclusive."""
    ends = data.draw(st.sets(st.integers(1, len(history))))
    with folded(engine, history, ends) as connection:
        for shelf in SHELVES:
            assert list(listed(connection, shelf)) == expected(history, shelf, 0)
            since = data.draw(st.integers(0, 10 * len(history) + 10))
            assert list(listed(connection, shelf, since)) == expected(history, shelf, since)


@several
@given(history=histories, data=st.data())
def test_however_the_log_is_cut_into_batches_the_rows_are_the_same(
    engine: Engine, history: History, data: st.DataObject
) -> None:
    """Live folding and a rebuild give the same table, byte for byte."""
    with folded(engine, history) as connection:
        rebuilt = checksum(connection, DocumentsProjection.TABLES)
    with folded(engine, history, data.draw(st.sets(st.integers(1, len(history))))) as connection:
        assert checksum(connection, DocumentsProjection.TABLES) == rebuilt


def test_names_are_told_with_their_streams(engine: Engine) -> None:
    """One id may stand for several documents: of as many registrations."""
    history = [(Address(shelf, "a"), True) for shelf in SHELVES[:3]]
    with folded(engine, history) as connection:
        found = listed(connection, SHELVES[0])
    assert found == {address.stream(KEY): "a" for address, _ in history}


@pytest.mark.usefixtures("hurried")
def test_documents_among_statements_are_folded_live_and_again(lrs: Lrs) -> None:
    """The projection reads its own events alone, and is level with the log all the same."""
    stream = ADDRESSES[0].stream(KEY)
    content = Content("text/plain", 1, "0" * 64, "0" * 40)
    for version in range(1, 4):
        lrs.ledger.append(
            [statement_event(), stored(ADDRESSES[0], stream, version, content), statement_event()]
        )
        reach = lrs.projector.reads.fresh("documents")
        assert reach.position == lrs.ledger.reader.head()[0]
    live = lrs.projector.runner.checksum("documents")
    lrs.ledger.append([DocumentDeleted(stream, 4)])
    lrs.projector.reads.fresh("documents")
    without = lrs.projector.runner.checksum("documents")
    assert without != live
    lrs.projector.rebuild(["documents"])
    assert lrs.projector.runner.checksum("documents") == without
    assert not lrs.health().quarantined
