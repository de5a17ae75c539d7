from __future__ import annotations

import json
from dataclasses import replace
from itertools import product
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.aggregates.document import stored
from lrs.domain.errors import (
    DocumentConflict,
    InvalidDocument,
    LrsError,
    PreconditionFailed,
)
from lrs.domain.xapi.document import (
    ANY,
    Address,
    Condition,
    Content,
    DocumentCollection,
    DocumentKind,
    merged,
    require_for_put,
)
from lrs.domain.xapi.version import Version

REGISTRATION = UUID(int=7)
STATE = DocumentCollection(DocumentKind.STATE, "mbox|mailto:a@b.org", "https://a/1", REGISTRATION)
CONTENT = Content("text/plain", 3, "ab" * 32, "cd" * 20)


def refusal(condition: Condition, etag: str | None) -> str | None:
    """Why a change is refused; None if it may be made."""
    try:
        condition.require(etag)
    except PreconditionFailed as error:
        return error.code
    return None


@pytest.mark.parametrize(
    ("if_match", "if_none_match", "absent", "there"),
    [
        (None, None, None, None),
        ({"e"}, None, "etag-mismatch", None),
        ({"x", "e"}, None, "etag-mismatch", None),
        ({"x"}, None, "etag-mismatch", "etag-mismatch"),
        (set(), None, "etag-mismatch", "etag-mismatch"),
        ({ANY}, None, "etag-mismatch", None),
        (None, {ANY}, None, "document-exists"),
        (None, {"e"}, None, "etag-mismatch"),
        (None, {"x"}, None, None),
        (None, set(), None, None),
        ({"e"}, {"x"}, "etag-mismatch", None),
        ({"e"}, {ANY}, "etag-mismatch", "document-exists"),
        ({ANY}, {ANY}, "etag-mismatch", "document-exists"),
    ],
)
def test_a_condition_is_true_or_says_why_not(
    if_match: set[str] | None, if_none_match: set[str] | None, absent: str | None, there: str | None
) -> None:
    """RFC 9110, 13.1.1 and 13.1.2: `*` is any document that is there."""
    condition = Condition(if_match, if_none_match)
    assert (refusal(condition, None), refusal(condition, "e")) == (absent, there)


RULES: dict[tuple[Version, DocumentKind, bool], type[LrsError] | None] = {
    (Version.V1_0_3, DocumentKind.STATE, False): None,
    (Version.V1_0_3, DocumentKind.STATE, True): None,
    (Version.V1_0_3, DocumentKind.AGENT_PROFILE, False): InvalidDocument,
    (Version.V1_0_3, DocumentKind.AGENT_PROFILE, True): DocumentConflict,
    (Version.V1_0_3, DocumentKind.ACTIVITY_PROFILE, False): InvalidDocument,
    (Version.V1_0_3, DocumentKind.ACTIVITY_PROFILE, True): DocumentConflict,
    **{(Version.V2_0_0, kind, False): None for kind in DocumentKind},
    **{(Version.V2_0_0, kind, True): DocumentConflict for kind in DocumentKind},
}


@pytest.mark.parametrize(("version", "kind", "there"), list(RULES))
def test_a_put_that_says_nothing_overwrites_only_what_it_may(
    version: Version, kind: DocumentKind, there: bool
) -> None:
    """1.0.3 part 3, 3.1: State alone; 2.0, 4.1.6: nothing at all."""
    etag, expected = ("e" if there else None), RULES[version, kind, there]
    if expected is None:
        require_for_put(kind, version, Condition(), etag)
    else:
        with pytest.raises(expected):
            require_for_put(kind, version, Condition(), etag)


@pytest.mark.parametrize(("version", "kind"), list(product(Version, DocumentKind)))
def test_a_put_that_says_something_is_held_to_that_alone(
    version: Version, kind: DocumentKind
) -> None:
    """1.0.3 part 3, 3.1.s4: neither 400 nor 409 where the condition is true."""
    require_for_put(kind, version, Condition(if_match={"e"}), "e")
    require_for_put(kind, version, Condition(if_none_match={ANY}), None)
    with pytest.raises(PreconditionFailed):
        require_for_put(kind, version, Condition(if_match={"x"}), "e")


objects = st.dictionaries(
    st.text(max_size=3),
    st.recursive(
        st.none()
        | st.booleans()
        | st.integers()
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.text(),
        lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
        max_leaves=5,
    ),
    max_size=5,
)


@settings(deadline=None)
@given(objects, objects, st.sampled_from([None, 1]), st.booleans())
def test_a_merge_has_the_properties_of_both(
    old: dict[str, Any], new: dict[str, Any], indent: int | None, escaped: bool
) -> None:
    """1.0.3 part 3, 2.2.s7: whatever they are, however the two texts are written."""
    texts = [json.dumps(o, indent=indent, ensure_ascii=escaped) for o in (old, new)]
    if any(0xD800 <= ord(c) <= 0xDFFF for c in "".join(texts)):
        return  # of which there is no UTF-8
    both = merged(*(text.encode() for text in texts))
    assert json.loads(both) == {**old, **new}
    assert merged(both, b"{}") == both


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"[]",
        b"1",
        b"null",
        b'"a"',
        b"{",
        b"{}{}",
        b'{"a":NaN}',
        b"\xff",
        b"\x00",
        b"[" * 10**6,
    ],
)
def test_what_is_no_object_is_merged_with_nothing(text: bytes) -> None:
    """1.0.3 part 3, 2.2.s8: on either side."""
    for pair in ((text, b"{}"), (b"{}", text)):
        with pytest.raises(InvalidDocument) as told:
            merged(*pair)
        assert told.value.code == "document-not-object"


@pytest.mark.parametrize(
    ("content_type", "is_json"),
    [
        ("application/json", True),
        ("application/json; charset=utf-8", True),
        ("APPLICATION/JSON ;x=y", True),
        (" application/json", True),
        ("application/jsonp", False),
        ("application/ld+json", False),
        ("text/json", False),
        ("text/plain; application/json", False),
        ("", False),
    ],
)
def test_json_is_one_media_type(content_type: str, is_json: bool) -> None:
    """RFC 9110, 8.3.1: in any case, with any parameters."""
    assert replace(CONTENT, content_type=content_type).is_json is is_json


def test_a_stream_is_of_one_document_and_one_key() -> None:
    """Every part of an address counts, none runs into the next, and the key decides."""
    addresses = [
        Address(STATE, "n"),
        Address(STATE, "N"),
        Address(replace(STATE, registration=None), "n"),
        Address(replace(STATE, registration=UUID(int=8)), "n"),
        Address(replace(STATE, agent=STATE.activity, activity=STATE.agent), "n"),
        Address(DocumentCollection(DocumentKind.AGENT_PROFILE, agent="x"), "n"),
        Address(DocumentCollection(DocumentKind.ACTIVITY_PROFILE, activity="x"), "n"),
        Address(DocumentCollection(DocumentKind.AGENT_PROFILE, agent='x", "'), "n"),
        Address(DocumentCollection(DocumentKind.AGENT_PROFILE, agent="x"), '", "n'),
    ]
    keys = [bytes(32), b"\1" * 32]
    streams = {address.stream(key) for address in addresses for key in keys}
    assert len(streams) == len(addresses) * len(keys)
    assert all(stream.version == 4 for stream in streams)


def test_the_owner_is_the_person_or_else_the_activity() -> None:
    """With a person's key all documents about the person can be made unfindable."""
    assert STATE.owner == STATE.agent
    assert DocumentCollection(DocumentKind.AGENT_PROFILE, agent="who").owner == "who"
    assert DocumentCollection(DocumentKind.ACTIVITY_PROFILE, activity="what").owner == "what"


def test_an_event_says_where_the_document_is_and_what_it_holds() -> None:
    """Enough to list it and to find its bytes; a text for each part, empty where there is none."""
    event = stored(Address(STATE, "n"), UUID(int=1), 3, CONTENT)
    content = Content(event.content_type, event.size, event.sha2, event.sha1)
    assert content == CONTENT
    assert (event.originator_id, event.originator_version) == (UUID(int=1), 3)
    place = (event.kind, event.agent, event.activity, event.registration, event.name)
    assert place == ("state", STATE.agent, STATE.activity, str(REGISTRATION), "n")
    bare = stored(
        Address(DocumentCollection(DocumentKind.AGENT_PROFILE, agent="a"), "n"),
        UUID(int=1),
        1,
        CONTENT,
    )
    assert (bare.activity, bare.registration) == ("", "")
