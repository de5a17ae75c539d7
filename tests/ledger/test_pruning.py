"""Superseded State documents lose their bytes, and nothing else does; the log says what went."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis
from hypothesis import strategies as st
from sqlalchemy import delete, func, select

from lrs import bootstrap
from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import DocumentNotFound
from lrs.domain.events import DocumentBytesPruned, DocumentStored, StatementStored
from lrs.domain.pruning import Presence
from lrs.domain.xapi.document import Address, Condition, DocumentCollection, DocumentKind
from lrs.domain.xapi.version import Version
from lrs.ledger import BytesGone, document_uses, pruner
from lrs.ledger import ledger as ledger_module
from lrs.ledger.tables import blob, blob_chunk, content
from lrs.service import Lrs
from lrs.service import pruning as service
from lrs.settings import Settings
from schemas import parse_statements
from tests.conftest import Place
from tests.ledger.test_document_history import ADDRESSES, ANNA, COURSE, holds, put, streams
from tests.support.contents import Content
from tests.support.examples import drawn
from tests.support.processes import wait_until
from tests.support.stores import WRITER, body, now

STATE, _, AGENT_PROFILE, ACTIVITY_PROFILE = ADDRESSES
BORIS = Address(
    DocumentCollection(DocumentKind.STATE, "mbox|mailto:boris@example.org", COURSE), "bookmark"
)
OTHER = Address(DocumentCollection(DocumentKind.STATE, ANNA, COURSE), "other")


# A folder's bytes are counted in the log's database, by the same statements on both.
@pytest.fixture(params=["database", pytest.param("folder", marks=pytest.mark.briefly("sqlite"))])
def store(
    request: pytest.FixtureRequest, made: Place, settings: Settings, tmp_path: Path
) -> Iterator[Lrs]:
    """A store with its bytes in the database or in a folder."""
    folder = str(tmp_path / "blobs") if request.param == "folder" else ""
    lrs = bootstrap.build(replace(settings, blob_folder=folder, max_merged_bytes=10_000_000))
    yield lrs
    lrs.close()


def prune(lrs: Lrs) -> int:
    """Delete what may go, however late it was superseded; how many bytes those were."""
    return lrs.pruning.run(0).size


def attach(lrs: Lrs, data: bytes, by: Credential = WRITER) -> None:
    """Store a statement with these bytes as an attachment."""
    content = Content(data)
    attachment = {
        "usageType": "https://example.org/photo",
        "display": {"en": "A photo"},
        "contentType": "image/jpeg",
        "length": len(data),
        "sha2": content.sha2,
    }
    statement = json.dumps({**body(), "attachments": [attachment]}).encode()
    parsed = parse_statements(statement)[0]
    lrs.statements.store(parsed, by, Version.V2_0_0, carried={content.sha2: content})


def there(lrs: Lrs, *contents: bytes) -> list[bool]:
    """Which of these bytes the store holds."""
    hashes = [Content(data).sha2 for data in contents]
    found = lrs.documents._blobs.sizes(hashes)
    return [sha2 in found for sha2 in hashes]


def pruned(lrs: Lrs) -> Sequence[Any]:
    return lrs.ledger.events_of([DocumentBytesPruned])


def test_twenty_merges_into_a_large_state_cost_one_in_the_end(store: Lrs) -> None:
    """Each leaves a whole version behind; a set time later only the last one takes room."""
    put(store, STATE, json.dumps({"text": "x" * 40_000}).encode())
    for number in range(20):
        more = Content(b'{"%d": 1}' % number)
        store.documents.merge(STATE, "application/json", more, Condition(), WRITER)
    before, document = store.space.used(), holds(store, STATE)
    assert before > 20 * 40_000
    assert prune(store) > 19 * 40_000
    assert store.space.used() == len(document or b"") < 41_000
    assert (holds(store, STATE), prune(store)) == (document, 0)


def test_what_was_superseded_lately_stays(store: Lrs) -> None:
    """A day is not over yet; what nothing has superseded stays however old it is."""
    put(store, STATE, b"old")
    put(store, STATE, b"new")
    assert (store.pruning.look(1).size, store.pruning.look(0).size) == (0, 3)
    assert store.pruning.run(1).size == 0
    assert there(store, b"old", b"new") == [True, True]
    assert (prune(store), there(store, b"old", b"new")) == (3, [False, True])


def test_a_deleted_state_goes_and_profiles_stay(store: Lrs) -> None:
    """State only: who looks after profiles may want what they said."""
    for address, data in ((STATE, b"s"), (AGENT_PROFILE, b"a"), (ACTIVITY_PROFILE, b"p")):
        put(store, address, data)
        store.documents.delete(address, Condition(if_match={"*"}), WRITER)
    prune(store)
    assert there(store, b"s", b"a", b"p") == [False, True, True]


@pytest.mark.parametrize("other", ["a document", "a profile", "an attachment", "its own next"])
def test_bytes_that_something_else_names_stay(store: Lrs, other: str) -> None:
    """Another learner's document, a profile that was superseded, an attachment; and a version."""
    put(store, STATE, b"shared")
    if other == "an attachment":
        attach(store, b"shared")
    elif other == "a profile":
        put(store, AGENT_PROFILE, b"shared")
        put(store, AGENT_PROFILE, b"gone on")
    else:
        put(store, BORIS if other == "a document" else STATE, b"shared")
    if other != "its own next":
        store.documents.delete(STATE, Condition(), WRITER)
    assert (prune(store), there(store, b"shared")) == (0, [True])


def test_shared_bytes_go_with_the_last_version_that_needs_them(store: Lrs) -> None:
    """The event then names all of them."""
    for address in (STATE, BORIS, STATE):
        put(store, address, b"shared")
    store.documents.delete(STATE, Condition(), WRITER)
    assert prune(store) == 0
    store.documents.delete(BORIS, Condition(), WRITER)
    assert (prune(store), there(store, b"shared")) == (6, [False])
    (event,) = pruned(store)
    assert (event.positions, event.size) == ((1, 2, 3), 6)


def test_versions_of_more_than_a_page_are_all_counted(
    store: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log is read on until a page is not full."""
    monkeypatch.setattr(document_uses, "PAGE", 2)
    for number in range(5):
        put(store, STATE, b"version %d" % number)
    assert prune(store) == 4 * len(b"version 0")


def test_the_log_says_what_went_and_when(store: Lrs) -> None:
    """Versions stay with sizes, hashes and commitments; the event follows what it names."""
    for data in (b"one", b"", b"three"):
        put(store, STATE, data)
    head, _ = store.ledger.reader.head()
    before = store.ledger.reader.commitments(range(1, head + 1))
    assert prune(store) == 3
    assert store.ledger.reader.commitments(range(1, head + 1)) == before
    (stream,) = set(streams(store.databases[0])[:3])
    history = store.pruning.history(stream)
    assert [v.presence for v in history] == [Presence.PRUNED, Presence.PRUNED, Presence.THERE]
    assert [v.event and v.event.size for v in history] == [3, 0, 5]
    assert [v.pruned and v.pruned[0] for v in history] == [head + 1, head + 1, None]
    assert store.pruning.check().faults == []


def test_an_erased_event_of_a_document_stands_in_no_ones_way(store: Lrs) -> None:
    """Nothing says any more whose it was: its bytes stay, and those that it superseded. Those of
    other documents go.
    """
    put(store, STATE, b"before")
    put(store, STATE, b"erased")
    with store.databases[0].write.begin() as connection:
        at = store.ledger.reader.head()[0]
        connection.execute(delete(content).where(content.c.position == at))
    put(store, OTHER, b"old")
    put(store, OTHER, b"new")
    assert prune(store) == 3
    assert there(store, b"before", b"erased", b"old", b"new") == [True, True, False, True]


def test_bytes_that_are_missing_without_an_event_are_told(lrs: Lrs) -> None:
    """By their position; of what an event names nothing is said."""
    for data in (b"one", b"two", b"three"):
        put(lrs, STATE, data)
        prune(lrs)
    with lrs.databases[0].write.begin() as connection:
        for table in (blob, blob_chunk):
            connection.execute(
                delete(table).where(table.c.sha2 == bytes.fromhex(Content(b"three").sha2))
            )
    checked = lrs.pruning.check()
    assert checked.counts == {Presence.PRUNED: 2, Presence.MISSING: 1}
    assert [lrs.pruning.history(streams(lrs.databases[0])[0])[2].position] == checked.faults


def test_read_models_come_out_the_same_before_and_after(lrs: Lrs, hurried: None) -> None:
    """A rebuild, and a list of documents, need no bytes."""
    for number in range(3):
        put(lrs, STATE, b"%d" % number)
        put(lrs, OTHER, b"other")
    listed = lrs.documents.names(STATE.collection, None, WRITER)
    prune(lrs)
    done = lrs.projector.rebuild(list(lrs.projection_admin.names), compare=True)
    assert all(one.same for one in done)
    assert lrs.documents.names(STATE.collection, None, WRITER) == listed


def test_pruned_bytes_can_be_stored_again(store: Lrs) -> None:
    """They are counted anew, and go anew."""
    for _ in range(3):
        put(store, STATE, b"again")
        assert holds(store, STATE) == b"again"
        put(store, STATE, b"other")
        assert (prune(store), store.space.used()) == (5, 5)
        assert there(store, b"again") == [False]


def test_bytes_are_pruned_between_their_being_found_and_named(
    store: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The append looks again: nothing names bytes that are gone, and the request brings them."""
    for data in (b"same", b"other"):
        put(store, STATE, data)
    blobs, found = store.documents._blobs, []
    keep = blobs.put

    def keep_then_prune(*contents: Any, **options: Any) -> frozenset[str]:
        found.append(keep(*contents, **options))
        prune(store)
        return found[-1]

    monkeypatch.setattr(blobs, "put", keep_then_prune)
    put(store, STATE, b"same")
    assert (holds(store, STATE), [len(one) for one in found]) == (b"same", [1, 0])
    assert store.pruning.check().faults == []


def test_an_append_that_needs_bytes_that_are_gone_is_refused_alone(store: Lrs) -> None:
    """Its neighbours in the same commit are not; nothing of it is written."""
    put(store, STATE, b"x")
    (stream,) = set(streams(store.databases[0]))
    again = replace(store.ledger.stream(stream)[0], originator_version=2)
    with pytest.raises(BytesGone):
        store.ledger.append([again], needing=[Content(b"x").sha2, Content(b"never").sha2])
    store.ledger.append([again], needing=[Content(b"x").sha2])
    assert [version.version for version in store.pruning.history(stream)] == [1, 2]


def test_nothing_is_lost_while_others_write(store: Lrs) -> None:
    """Four threads store a few contents again and again, and one prunes all the while."""
    addresses = [replace(STATE, name=f"{number}") for number in range(4)]
    ended = threading.Event()

    def write(address: Address) -> None:
        for number in range(drawn(76)):
            put(store, address, b"%d" % (number % 3))
            assert holds(store, address) == b"%d" % (number % 3)

    def prune_on() -> None:
        while not ended.is_set():
            prune(store)

    with ThreadPoolExecutor(5) as pool:
        pruning = pool.submit(prune_on)
        try:
            list(pool.map(write, addresses))
        finally:
            ended.set()
        pruning.result(20)
    prune(store)
    assert [holds(store, address) for address in addresses] == [b"%d" % ((drawn(76) - 1) % 3)] * 4
    assert (store.space.used(), store.pruning.check().faults) == (1, [])


def test_bytes_and_their_event_go_together_or_not_at_all(
    store: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the event cannot be appended, everything is still there, and counted."""
    put(store, STATE, b"old")
    put(store, STATE, b"new")

    def fail(*_: object) -> None:
        raise EOFError

    with monkeypatch.context() as patched:
        patched.setattr(ledger_module, "insert_rows", fail)
        with pytest.raises(EOFError):
            prune(store)
    assert (there(store, b"old"), store.space.used(), pruned(store)) == ([True], 6, [])
    assert (prune(store), store.space.used(), len(pruned(store))) == (3, 3, 1)


def test_a_long_past_goes_in_small_transactions(
    store: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each with its event; what is followed of the log is bounded, too."""
    monkeypatch.setattr(document_uses, "PAGE", 3)
    monkeypatch.setattr(pruner, "MOST_BYTES", 10)
    for number in range(10):
        put(store, STATE, b"%04d" % number)
    assert prune(store) == 9 * 4
    assert [event.size for event in pruned(store)] == [8, 8, 8, 8, 4]


def test_one_process_at_a_time_prunes(lrs: Lrs) -> None:
    """Whoever claims it first, until the next time; a clock that was ahead puts nothing off."""
    claim, now = lrs.pruning._pruner.claim, lrs.ledger.now
    assert [claim(60_000_000), claim(60_000_000), claim(0)] == [True, False, True]
    lrs.ledger.now = lambda: now() + 3_600_000_000
    assert claim(60_000_000)
    lrs.ledger.now = now
    assert claim(60_000_000)


def test_a_server_prunes_by_itself(
    made: Place, settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was superseded before the set time; with none set it leaves all as it is."""
    monkeypatch.setattr(service, "LOOKS", 0.02)
    instants = count(now() - 40 * service.DAY)
    for days, left in ((0, 6), (50, 6), (30, 3)):
        given = replace(settings, keep_superseded_days=days)
        with closing(bootstrap.build(given, stored_at=lambda _: next(instants))) as lrs:
            for data in (b"old", b"new"):
                put(lrs, STATE, data)
            lrs.pruning._pruner.claim(0)
            lrs.start()
            wait_until(lambda left=left, lrs=lrs: lrs.space.used() == left, 20)  # type: ignore[misc]
            assert (lrs.pruning._thread is None) == (days == 0)


ADDRESSES_OF = {"s": STATE, "t": BORIS, "u": OTHER, "a": AGENT_PROFILE, "p": ACTIVITY_PROFILE}
STEPS = st.lists(
    st.one_of(
        st.tuples(st.sampled_from("stuap"), st.sampled_from([b"1", b"22", b"333", b""])),
        st.tuples(st.sampled_from("stuap"), st.none()),
        st.tuples(st.just("attach"), st.sampled_from([b"1", b"22"])),
        st.tuples(st.just("prune"), st.none()),
    ),
    max_size=14,
)


@hypothesis(max_examples=drawn(60), deadline=None, suppress_health_check=list(HealthCheck))
@given(steps=STEPS)
def test_whatever_happens_exactly_what_is_needed_is_there(
    settings: Settings, made: Place, steps: list[tuple[str, bytes | None]]
) -> None:
    """Documents read back, profiles and attachments whole; counts right, and no fault found."""
    lrs = bootstrap.build(settings)
    live = {name: holds(lrs, address) for name, address in ADDRESSES_OF.items()}
    for name, data in [*steps, ("prune", None)]:
        if name == "prune":
            prune(lrs)
        elif name == "attach":
            attach(lrs, data or b"")
        else:
            change(lrs, ADDRESSES_OF[name], data)
            live[name] = data
    assert {name: holds(lrs, address) for name, address in ADDRESSES_OF.items()} == live
    needed = for_ever(lrs) | {Content(data).sha2 for data in live.values() if data is not None}
    assert lrs.documents._blobs.sizes(needed).keys() == needed
    assert (counts(lrs), lrs.space.used()) == (len(needed), sizes(lrs))
    assert lrs.pruning.check().faults == []
    lrs.close()


def for_ever(lrs: Lrs) -> set[str]:
    """The hashes of all profiles and attachments that there ever were."""
    found: set[str] = set()
    for fact in lrs.ledger.events_of([DocumentStored, StatementStored]):
        if isinstance(fact, StatementStored):
            found.update(fact.attachments)
        elif isinstance(fact, DocumentStored) and fact.kind != DocumentKind.STATE:
            found.add(fact.sha2)
    return found


def counts(lrs: Lrs) -> int:
    """How many different bytes there are."""
    with lrs.databases[0].read.connect() as connection:
        return connection.scalar(select(func.count()).select_from(blob)) or 0


def sizes(lrs: Lrs) -> int:
    """Of all of them together."""
    with lrs.databases[0].read.connect() as connection:
        return int(connection.scalar(select(func.sum(blob.c.size))) or 0)


def change(lrs: Lrs, address: Address, data: bytes | None) -> None:
    """Store these bytes, or delete the document."""
    if data is not None:
        put(lrs, address, data)
    else:
        lrs.documents.delete(address, Condition(), WRITER)


def test_a_document_that_is_gone_is_not_found(lrs: Lrs) -> None:
    """As before its bytes went."""
    put(lrs, STATE, b"x")
    lrs.documents.delete(STATE, Condition(), WRITER)
    prune(lrs)
    with pytest.raises(DocumentNotFound):
        lrs.documents.get(STATE, WRITER)
