"""A quota over HTTP: what is too much is refused whole, and all else goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Answer, Caller, said
from tests.api.opening import caller_of, opened
from tests.api.test_metrics import of
from tests.api.xapi.documents import JSON, KINDS, document
from tests.api.xapi.parts import attachment, first, multipart, part
from tests.api.xapi.test_bad_bodies import head, refused
from tests.conftest import Place

ROOM = 1_000


@pytest.fixture
def small(made: Place) -> Iterator[Lrs]:
    """A store for a thousand bytes, of which a key may bring six hundred."""
    with opened(made, quota_bytes=f"{ROOM}", key_quota_bytes="600") as lrs:
        yield lrs


def sent(by: Caller, *contents: bytes) -> Answer:
    """A statement with these attachments."""
    statement = said(attachments=[attachment(data) for data in contents])
    return by.send("POST", STATEMENTS, **multipart(first(statement), *map(part, contents)))


@pytest.mark.parametrize("kind", KINDS)
def test_a_document_beyond_a_quota_is_refused(small: Lrs, kind: str) -> None:
    """507 without Retry-After, as it does not pass; what was there before stays as it was."""
    by = caller_of(small)
    doc = document(by, kind).holding(b'{"a":1}', JSON)
    before = head(by)
    for answer in (doc.put(b"x" * 600, if_match="*"), doc.post(b'{"b":"%s"}' % (b"x" * 590))):
        refused(answer, 507, "key-quota-exceeded")
        assert "Retry-After" not in answer.headers
    assert (head(by), small.space.used()) == (before, 7)
    assert doc.holds(b'{"a":1}', JSON)
    assert doc.delete(if_match="*").status_code == 204


def test_of_attachments_beyond_a_quota_nothing_is_stored(small: Lrs) -> None:
    """Neither the statement nor those that would have had room; statements without are taken."""
    by = caller_of(small)
    before = head(by)
    refused(sent(by, b"a" * 300, b"b" * 301), 507, "key-quota-exceeded")
    assert (head(by), small.space.used()) == (before, 0)
    assert sent(by, b"a" * 300, b"b" * 300).status_code == 200
    assert by.post(said()).status_code == 200
    assert sent(by, b"a" * 300).status_code == 200  # which is there already


def test_all_keys_together_find_the_stores_end(small: Lrs) -> None:
    """One key's room may be another's; /metrics says how much there is."""
    one, other = caller_of(small), caller_of(small, Scope.STATEMENTS_WRITE)
    assert sent(one, b"a" * 600).status_code == 200
    refused(sent(other, b"b" * 401), 507, "quota-exceeded")
    assert sent(other, b"b" * 400).status_code == 200
    figures = of(replace(other, key=one.key))
    assert (figures["zachetka_blob_bytes"], figures["zachetka_blob_quota_bytes"]) == (ROOM, ROOM)
    assert figures['zachetka_refusals_total{code="quota-exceeded"}'] == 1
