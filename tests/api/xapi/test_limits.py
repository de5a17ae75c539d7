"""Too much of anything: 413 from what is announced or while it streams (RFC 9110, 15.5.14)."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Answer, Caller, fresh, said
from tests.api.opening import caller_of, opened
from tests.api.xapi.mixed import MIXED, attachment, body, part, post
from tests.api.xapi.streams import Streamed, announced, unannounced
from tests.api.xapi.test_bad_bodies import head, refused
from tests.conftest import Place

pytestmark = pytest.mark.rules

SETTINGS = {
    "max_json_bytes": "4000",
    "max_statements": "3",
    "max_attachment_bytes": "3000",
    "max_body_bytes": "12000",
    "max_parts": "3",
}
FORM = "application/x-www-form-urlencoded"


@pytest.fixture
def small(place: Place, own_lrs: Lrs) -> Iterator[Caller]:
    """A client of a store with these limits."""
    with opened(place, **SETTINGS) as lrs:
        yield caller_of(lrs)


def padded(size: int) -> bytes:
    """A statement of that length."""
    return json.dumps(said()).encode().ljust(size)


def with_parts(*sizes: int) -> tuple[dict[str, Any], list[bytes]]:
    """A statement with attachments of these sizes, and their parts."""
    data = [bytes([number]) * size for number, size in enumerate(sizes)]
    return said(attachments=[attachment(d) for d in data]), [part(d) for d in data]


def whole(size: int) -> bytes:
    """A multipart body of that length: what follows the last part has no meaning."""
    return body(said()).ljust(size, b"\n")


LIMITS: dict[str, tuple[Callable[[Caller, int], Answer], str]] = {
    "JSON": (lambda c, over: c.post(padded(4000 + over)), "body-too-large"),
    "the first part": (lambda c, over: post(c, padded(4000 + over)), "body-too-large"),
    "statements": (lambda c, over: c.post([said() for _ in range(3 + over)]),
                   "too-many-statements"),
    "statements in a first part": (lambda c, over: post(c, [said() for _ in range(3 + over)]),
                                   "too-many-statements"),
    "an attachment": (lambda c, over: sent(c, with_parts(3000 + over)), "attachment-too-large"),
    "the second attachment": (lambda c, over: sent(c, with_parts(5, 3000 + over)),
                              "attachment-too-large"),
    "parts": (lambda c, over: sent(c, with_parts(*[5] * (2 + over))), "too-many-parts"),
    "a whole body": (lambda c, over: c.post(whole(12000 + over), content_type=MIXED),
                     "multipart-too-large"),
    # each byte as three but for the first, in 12,000 bytes or two more
    "a form": (lambda c, over: form(c, padded(3998), plain=1 - over), "form-too-large"),
}  # fmt: skip


def sent(caller: Caller, bodies: tuple[dict[str, Any], list[bytes]]) -> Answer:
    return post(caller, bodies[0], *bodies[1])


def form(caller: Caller, content: bytes, plain: int = 0) -> Answer:
    """A form with that content, percent-encoded but for the first bytes."""
    escaped = "".join(f"%{byte:02X}" for byte in content[plain:]).encode()
    data = b"content=" + content[:plain] + escaped
    query, old = {"method": "POST"}, caller.speaking("1.0.3")
    return old.send("POST", STATEMENTS, query_string=query, data=data, content_type=FORM)


@pytest.mark.parametrize("case", LIMITS)
def test_exactly_the_limit_passes_and_one_more_is_too_much(small: Caller, case: str) -> None:
    """1.0.3 part 3, 3.2: 413, nothing is stored, and the answer names the limit."""
    send, code = LIMITS[case]
    at_limit = send(small, 0)
    assert at_limit.status_code == 200, at_limit.text
    before = head(small)
    refused(send(small, 1), 413, code)
    assert head(small) == before


OPENED = body(said()).partition(b'{"id"')[0]
ATTACHED = body(said(attachments=[attachment(b"x")]), [part(b"x")]).rpartition(b"x\r\n")[0]
ENDLESS = {
    "JSON": ("application/json", b"[", 4000, "body-too-large"),
    "a first part": (MIXED, OPENED, 4000, "body-too-large"),
    "an attachment": (MIXED, ATTACHED, 4000, "attachment-too-large"),
    "after the last part": (MIXED, body(said()), 12000, "multipart-too-large"),
}


@pytest.mark.parametrize("case", ENDLESS)
def test_a_body_without_end_is_read_up_to_the_limit(small: Caller, case: str) -> None:
    """413 as soon as it is too much: no more is taken than the limit and what came with it."""
    content_type, begin, limit, code = ENDLESS[case]
    before, stream = head(small), Streamed(begin, size=1000, endless=True)
    answer = small.send("POST", STATEMENTS, content_type=content_type, **unannounced(stream))
    refused(answer, 413, code)
    assert limit - 1000 < stream.taken <= limit + 1000
    assert head(small) == before


@pytest.mark.parametrize("case", ENDLESS)
def test_what_is_announced_as_too_much_is_not_read_at_all(small: Caller, case: str) -> None:
    """413 from Content-Length; one part of a body alone is known only when it comes."""
    content_type, begin, _, code = ENDLESS[case]
    code = "multipart-too-large" if content_type == MIXED else code
    stream = Streamed(begin, endless=True)
    for method in ("POST", "PUT"):
        query = {"statementId": fresh()} if method == "PUT" else None
        options = {"content_type": content_type, **announced(stream, 10**10)}
        refused(small.send(method, STATEMENTS, query_string=query, **options), 413, code)
    assert stream.taken == 0


def test_a_form_too_large_is_not_read_at_all(small: Caller) -> None:
    """Before anybody's key is looked at, which may stand in the form: nor is one of no length."""
    stream = Streamed(b"content=", endless=True)
    nobody = Caller(small.http, None, "1.0.3")
    for length in (str(10**10), ""):
        how = {"input_stream": stream, "environ_overrides": {"CONTENT_LENGTH": length}}
        options = {"query_string": {"method": "POST"}, "content_type": FORM, **how}
        refused(nobody.send("POST", STATEMENTS, **options), 413, "form-too-large")
    assert stream.taken == 0


def test_a_body_shorter_than_announced_is_refused(small: Caller) -> None:
    """RFC 9112, 8: a client that went away has sent no statement, however whole it looks."""
    text = json.dumps(said()).encode()
    before = head(small)
    for content_type, data in (("application/json", text), (MIXED, body(said()))):
        how = announced(Streamed(data), len(data) + 1)
        answer = small.send("POST", STATEMENTS, content_type=content_type, **how)
        refused(answer, 400)
    assert head(small) == before
