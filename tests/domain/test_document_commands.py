"""What is decided on a document's state, and what events make of it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import reduce
from uuid import UUID

import pytest

from lrs.domain.aggregates.credential import MODULE, Credential
from lrs.domain.aggregates.document import (
    MERGED_VALUES,
    DocumentState,
    MergeLimits,
    delete,
    evolve,
    merge,
    put,
    require_for_merge,
)
from lrs.domain.errors import DocumentConflict, Forbidden, LrsError, PreconditionFailed
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.domain.xapi.document import ANY, Address, Condition, Content, DocumentCollection
from lrs.domain.xapi.document import DocumentKind as Kind
from lrs.domain.xapi.version import Version

STREAM = UUID(int=7)
STATE = Address(DocumentCollection(Kind.STATE, "mbox|mailto:a@b.org", "https://a/1"), "bookmark")
PROFILE = Address(DocumentCollection(Kind.ACTIVITY_PROFILE, activity="https://a/1"), "highscores")
FIRST, OTHER = (Credential(UUID(int=n), "module", frozenset(MODULE), {}) for n in (1, 2))
OTHERS_HEIR = replace(OTHER, continues=(FIRST.id.hex,))
NEW, ALWAYS = DocumentState(STREAM), Condition()
LIMITS = MergeLimits(together=1_000_000, result=500_000)
PAGE_5, PAGE_6 = (Content.of("text/plain", text) for text in (b"page 5", b"page 6"))

Change = DocumentStored | DocumentDeleted


def after(*events: Change) -> DocumentState:
    return reduce(evolve, events, NEW)


def stored(
    state: DocumentState = NEW,
    content: Content = PAGE_5,
    address: Address = STATE,
    by: Credential = FIRST,
) -> DocumentStored:
    """A PUT of 1.0.3 that nothing stands against."""
    condition = Condition(if_none_match={"never"})
    return put(state, address, content, condition, Version.V1_0_3, by)


def deleted(state: DocumentState) -> DocumentDeleted:
    event = delete(state, ALWAYS, FIRST)
    assert event is not None
    return event


def merging(
    old: bytes | None,
    new: bytes,
    limits: MergeLimits = LIMITS,
    types: Sequence[str] = ("application/json", "application/json"),
) -> bytes:
    """The bytes that a merge makes of these; `old` is None where no document is there."""
    state = NEW if old is None else after(stored(NEW, Content.of(types[0], old)))
    sent = Content.of(types[1], new)
    event, result = merge(state, STATE, sent, ALWAYS, FIRST, limits, old=old or b"", new=new)
    assert after(event).content == Content.of(types[1], result)
    return result


def code(call: Callable[[], object]) -> str:
    """The code of what a call is refused with."""
    with pytest.raises(LrsError) as refused:
        call()
    return refused.value.code


def test_a_document_is_what_was_stored_last() -> None:
    first = stored()
    assert after(first).content == PAGE_5
    second = stored(after(first), PAGE_6)
    assert [first.originator_version, second.originator_version] == [1, 2]
    assert {first.originator_id, second.originator_id} == {STREAM}
    assert after(first, second).content == PAGE_6
    assert after(first, second).etag == PAGE_6.sha1


def test_the_last_event_is_the_whole_state() -> None:
    """So that the stream is never read from its beginning."""
    events: list[Change] = []
    for _ in range(3):
        events.append(stored(after(*events)))
        events.append(deleted(after(*events)))
    for count in range(1, len(events) + 1):
        assert after(*events[:count]) == evolve(NEW, events[count - 1])


def test_a_deleted_document_is_gone_and_may_be_stored_again() -> None:
    """The stream goes on counting."""
    first = stored()
    gone = deleted(after(first))
    state = after(first, gone)
    assert (state.version, state.content, state.etag) == (2, None, None)
    assert stored(state).originator_version == 3


@pytest.mark.parametrize("events", [0, 2])
def test_deleting_what_is_not_there_is_no_event(events: int) -> None:
    history: list[Change] = [stored(), deleted(after(stored()))]
    assert delete(after(*history[:events]), ALWAYS, OTHER) is None


def test_every_command_asks_the_condition() -> None:
    """RFC 9110, 13.1; the ETag is that of the state which the event will follow."""
    state, other = after(stored()), Condition(if_match={PAGE_6.sha1})
    with pytest.raises(PreconditionFailed):
        put(state, STATE, PAGE_6, other, Version.V2_0_0, FIRST)
    with pytest.raises(PreconditionFailed):
        merge(state, STATE, PAGE_6, other, FIRST, LIMITS, old=b"page 5", new=b"page 6")
    with pytest.raises(PreconditionFailed):
        delete(state, other, FIRST)
    with pytest.raises(PreconditionFailed):
        delete(NEW, Condition(if_match={ANY}), FIRST)
    assert delete(state, Condition(if_match={PAGE_5.sha1}), FIRST) is not None


def test_a_put_asks_what_the_version_and_the_resource_want() -> None:
    """2.0, 4.1.6: nothing is overwritten unawares."""
    with pytest.raises(DocumentConflict):
        put(after(stored()), STATE, PAGE_6, ALWAYS, Version.V2_0_0, FIRST)
    assert put(NEW, STATE, PAGE_6, ALWAYS, Version.V2_0_0, FIRST).sha1 == PAGE_6.sha1


def test_a_document_stays_that_of_the_key_which_stored_it_first() -> None:
    """A key that continues it writes without taking it over."""
    first = stored()
    second = stored(after(first), PAGE_6, by=OTHERS_HEIR)
    assert {first.keeper, second.keeper} == {FIRST.id.hex}
    third = stored(after(first, second, deleted(after(first, second))), by=OTHER)
    assert third.keeper == OTHER.id.hex


def test_another_keys_document_is_neither_seen_nor_changed() -> None:
    state, json = after(stored()), Content.of("application/json", b"{}")
    assert (state.may_be_seen(FIRST), state.may_be_seen(OTHER)) == (True, False)
    with pytest.raises(Forbidden):
        stored(state, by=OTHER)
    with pytest.raises(Forbidden):
        merge(state, STATE, json, ALWAYS, OTHER, LIMITS, old=b"page 5", new=b"{}")
    with pytest.raises(Forbidden):
        delete(state, ALWAYS, OTHER)


def test_a_document_about_no_agent_is_every_keys() -> None:
    state = after(stored(address=PROFILE))
    assert state.may_be_seen(OTHER)
    assert stored(state, PAGE_6, PROFILE, OTHER).keeper == FIRST.id.hex


def test_nothing_is_seen_where_nothing_is() -> None:
    assert not NEW.may_be_seen(FIRST)
    assert not DocumentState(STREAM, 3).may_be_seen(FIRST)


def test_a_merge_stores_the_properties_of_both() -> None:
    """1.0.3 part 3, 2.2.s7; where nothing is there, the bytes stay as they came."""
    assert merging(b'{"a":1,"b":1}', b'{"b":2}') == b'{"a":1,"b":2}'
    assert merging(None, b'{ "b": 2 }') == b'{ "b": 2 }'


@pytest.mark.parametrize("types", [("text/plain", "application/json"), ("application/json", "a/b")])
def test_only_json_is_merged(types: tuple[str, str]) -> None:
    assert code(lambda: merging(b"{}", b"{}", types=types)) == "document-not-json"


def test_a_merge_has_limits() -> None:
    """Of the bytes of both and of the result, and of the values that are in memory meanwhile."""
    old, new = b'{"a":1}', b'{"b":2}'
    exact = MergeLimits(together=len(old + new), result=len(b'{"a":1,"b":2}'))
    merging(old, new, exact)
    tight = replace(exact, together=exact.together - 1)
    assert code(lambda: merging(old, new, tight)) == "merged-too-large"
    tight = replace(exact, result=exact.result - 1)
    assert code(lambda: merging(old, new, tight)) == "document-too-large"
    many = b'{"c":[' + b"1," * MERGED_VALUES + b"1]}"
    assert code(lambda: merging(old, many)) == "too-many-values"


def test_what_is_too_large_is_refused_before_its_bytes_are_read() -> None:
    """By the sizes alone, which the event and the request say."""
    state = after(stored(NEW, Content("application/json", 600_000, "ab" * 32, "cd" * 20)))
    sent = Content("application/json", 600_000, "ab" * 32, "cd" * 20)
    refused = code(lambda: require_for_merge(state, sent, ALWAYS, FIRST, LIMITS))
    assert refused == "merged-too-large"
