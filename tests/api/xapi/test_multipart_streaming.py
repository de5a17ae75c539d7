"""Parts are read as they come, and no further than their limits (1.0.3 part 3, 3.2)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from api.xapi.multipart import Multipart
from lrs.domain.errors import InvalidAttachments
from lrs.settings import Settings
from tests.api.caller import STATEMENTS, Caller, said
from tests.api.opening import caller_of, opened
from tests.api.xapi.parts import (
    BOUNDARY,
    attached,
    attachment,
    carrying,
    digest,
    first,
    joined,
    multipart,
    part,
    posted,
)
from tests.api.xapi.streams import Streamed, announced, unannounced
from tests.api.xapi.test_bad_bodies import head, refused
from tests.conftest import Place

pytestmark = pytest.mark.rules

TYPE = {"content_type": f"multipart/mixed; boundary={BOUNDARY}"}


@pytest.fixture
def small(place: Place, own: Caller) -> Iterator[Caller]:
    """A client of a store with low limits."""
    limits = {
        "max_json_bytes": "2000",
        "max_attachment_bytes": "1000",
        "max_parts": "4",
        "max_body_bytes": "5000",
    }
    with opened(place, **limits) as lrs:
        yield caller_of(lrs)


def declaring(*contents: bytes) -> dict[str, Any]:
    return said(attachments=[attachment(data) for data in contents])


def test_exactly_the_limits_pass(small: Caller) -> None:
    """1.0.3 part 3, 3.2.s3.b12: they are the store's to choose, and are what they say."""
    data = b"x" * 1_000
    assert posted(small, declaring(data), data).status_code == 200
    body = json.dumps(declaring(b"y")).ljust(2_000).encode()
    sent = multipart(first(body), part(b"y"))
    assert small.send("POST", STATEMENTS, **sent).status_code == 200
    few = [b"1", b"2", b"3"]
    assert posted(small, declaring(*few), *few).status_code == 200
    whole = carrying(declaring(b"z"), b"z")
    whole["data"] = whole["data"].ljust(5_000)  # an epilogue
    assert small.send("POST", STATEMENTS, **whole).status_code == 200


def beyond(what: str) -> tuple[dict[str, Any], bytes]:
    """A statement and a body that goes beyond one limit and no other."""
    contents = [b"1"]
    match what:
        case "attachment-too-large":
            contents = [b"x" * 1_001]
        case "too-many-parts":
            contents = [b"1", b"2", b"3", b"4"]
        case "multipart-too-large":
            contents = [bytes([n]) * 990 for n in range(3)]
    statement = declaring(*contents)
    text = json.dumps(statement)
    if what == "body-too-large":
        text = text.ljust(2_001)
    if what == "multipart-too-large":
        text = text.ljust(1_990)
    body = joined([first(text.encode()), *map(part, contents)])
    assert (len(body) > 5_000) is (what == "multipart-too-large")
    return statement, body


LIMITS = ["attachment-too-large", "too-many-parts", "body-too-large", "multipart-too-large"]


@pytest.mark.parametrize("streams", [False, True], ids=["with a length", "without a length"])
@pytest.mark.parametrize("limit", LIMITS)
def test_beyond_a_limit_is_refused(small: Caller, limit: str, streams: bool) -> None:
    """1.0.3 part 3, 3.2.s3.b11: 413; nothing is stored, and the id is as free as before."""
    (statement, body), before = beyond(limit), head(small)
    how = unannounced(Streamed(body, size=500)) if streams else {"data": body}
    refused(small.send("POST", STATEMENTS, **how, **TYPE), 413, limit)
    assert head(small) == before
    assert small.get(statementId=statement["id"]).status_code == 404
    again = {**declaring(b"1"), "id": statement["id"]}
    assert posted(small, again, b"1").json == [statement["id"]]


@pytest.mark.parametrize("place_in_body", ["in the JSON", "in an attachment", "after the end"])
def test_what_never_ends_is_not_waited_for(small: Caller, place_in_body: str) -> None:
    """413 as soon as it is too much, wherever that is; not much more is read."""
    whole = joined([first(declaring(b"1")), part(b"1")])
    within = whole.rindex(b"\r\n\r\n1") + 5
    ends = {"in the JSON": 150, "in an attachment": within, "after the end": len(whole)}
    body = Streamed(whole[: ends[place_in_body]], endless=True, size=700)
    answer = small.send("POST", STATEMENTS, **unannounced(body), **TYPE)
    assert answer.status_code == 413
    assert body.taken < 7_000


def test_a_length_beyond_all_is_refused_before_anything_is_read(small: Caller) -> None:
    """413 from Content-Length alone."""
    body = Streamed(b"", endless=True)
    answer = small.send("POST", STATEMENTS, **announced(body, 5_001), **TYPE)
    refused(answer, 413, "multipart-too-large")
    assert body.taken == 0


@pytest.mark.parametrize("size", [1, 7, 1_000])
def test_a_body_without_a_length_is_taken_like_any_other(client: Caller, size: int) -> None:
    """RFC 9112, 7.1: many clients do not know the length when they begin."""
    data = bytes(range(256)) * 3
    statement = declaring(data)
    body = Streamed(joined([first(statement), part(data)]), size=size)
    assert client.send("POST", STATEMENTS, **unannounced(body), **TYPE).json == [statement["id"]]
    answer = client.get(statementId=statement["id"], attachments="true")
    assert attached(answer)[1] == {digest(data): data}


def test_the_limit_of_statements_holds_in_parts_too(place: Place, own: Caller) -> None:
    """413, as for plain JSON."""
    with opened(place, max_statements="2") as lrs:
        few = caller_of(lrs)
        assert posted(few, [said(), said()]).status_code == 200
        refused(posted(few, [said() for _ in range(3)]), 413, "too-many-statements")


awkward = st.lists(
    st.sampled_from([b"\r", b"\n", b"-", b"--", b"b", b"\r\n", b"\r\n--", b"\r\n--b", b"x", b"\0"]),
    max_size=20,
).map(b"".join)
contents = st.lists(
    awkward.filter(lambda data: b"\r\n--bb" not in b"\r\n" + data + b"\r\n"), max_size=3
)


def cut(body: bytes, places: list[int]) -> Iterator[bytes]:
    edges = [0, *sorted(place % (len(body) + 1) for place in places), len(body)]
    for start, end in pairwise(edges):
        yield body[start:end]


@settings(deadline=None)
@given(contents, st.lists(st.integers(0, 10_000), max_size=30))
def test_a_body_may_come_in_any_pieces(contents: list[bytes], places: list[int]) -> None:
    """However a network cuts it, also within boundaries, the parts are the same."""
    body = joined([first([1, 2]), *map(part, contents)], "bb")
    with Multipart("bb", cut(body, places), Settings()) as read:
        assert read.statements == b"[1, 2]"
        found = {sha2: b"".join(spool.chunks()) for sha2, spool in read.attachments.items()}
    assert found == {digest(data): data for data in contents}


@settings(deadline=None)
@given(contents, st.integers(1, 10_000))
def test_a_body_that_breaks_off_is_never_taken(contents: list[bytes], rest: int) -> None:
    """Wherever a connection is lost, what came is not mistaken for all."""
    body = joined([first([1, 2]), *map(part, contents)], "bb")[:-4]
    with pytest.raises(InvalidAttachments):
        Multipart("bb", [body[: rest % (len(body) + 1)]], Settings())
