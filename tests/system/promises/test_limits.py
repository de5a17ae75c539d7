"""Limits of one request, over HTTP, in a store with the settings that nobody gave."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import STATEMENTS, Answer, Caller, said
from tests.api.xapi.documents import JSON, document
from tests.api.xapi.mixed import MIXED, attachment, body, part, post
from tests.api.xapi.streams import Streamed, announced
from tests.api.xapi.test_bad_bodies import refused
from tests.system.promises.reading import promised

pytestmark = pytest.mark.rules


def values_of(parsed: Any) -> int:
    """How many JSON values a value is, with all that it holds."""
    members = parsed.values() if isinstance(parsed, dict) else parsed
    return 1 + (sum(map(values_of, members)) if isinstance(parsed, dict | list) else 0)


def holding(values: int) -> JsonObject:
    """A statement of so many JSON values."""
    rest: list[int] = []
    extensions = {"https://example.org/list": rest}
    statement = said(result={"extensions": extensions})
    rest += [0] * (values - values_of(statement))
    return statement


def attached(client: Caller, *contents: bytes) -> Answer:
    statement = said(attachments=[attachment(data) for data in contents])
    return post(client, statement, *map(part, contents))


def in_parts(client: Caller, count: int) -> Answer:
    return attached(client, *(bytes([number]) for number in range(count - 1)))


def statements(client: Caller, count: int) -> Answer:
    """So many, the last of which is none: what is counted first is how many there are."""
    return client.post([*[said()] * (count - 1), {}])


def announcing(client: Caller, size: int) -> Answer:
    """A body in parts of which so much is announced and less comes."""
    how = announced(Streamed(body(said())), size)
    return client.send("POST", STATEMENTS, content_type=MIXED, **how)


def values(client: Caller, count: int) -> Answer:
    """Statements of so many values, fewer in each than one may have, the last of which is none."""
    each = 90_000
    none = {"x": 0}
    whole, rest = divmod(count - 1 - values_of(none), each)
    return client.post([*[holding(each)] * whole, holding(rest), none])


def in_one(client: Caller, count: int) -> Answer:
    """One statement of so many values."""
    return client.post(holding(count))


def saved(client: Caller, size: int) -> Answer:
    return document(client, "state").put(b"x" * size)


def merged(client: Caller, size: int) -> Answer:
    """A small document merged into a large one, so many bytes together."""
    small = b'{"a": 1}'
    large = b'{"b": 2}'.ljust(size - len(small))
    return document(client, "state").holding(large, JSON).post(small)


@dataclass(frozen=True)
class Limit:
    """Where the docs say it, what sends so much, and the code of what refuses more."""

    code: str
    send: Callable[[Caller, int], Answer]
    said: tuple[tuple[str, str], ...]


LIMITS = (
    Limit("body-too-large", lambda c, size: c.post(json.dumps(said()).encode().ljust(size)), (
        ("operators.md", "an attachment, (.*?) a document or the JSON of a request"),
        ("modules.md", "over a limit: (.*?) of JSON"),
    )),
    Limit("too-many-statements", statements, (("modules.md", r"of JSON, (\S+) statements"),)),
    Limit("attachment-too-large", lambda c, size: attached(c, b"x" * size), (
        ("operators.md", r"limits are settings: (\d+ MB) an attachment"),
        ("modules.md", r"The limits are (\d+ MB) an attachment"),
        ("modules.md", r"statements, (\d+ MB) an attachment \|"),
    )),
    Limit("too-many-parts", in_parts, (
        ("operators.md", r"100 MB and (\d+) parts in all"),
        ("modules.md", r"an attachment, (\d+) parts and"),
    )),
    Limit("multipart-too-large", announcing, (
        ("operators.md", r"a request, (\d+ MB) and 64 parts in all"),
        ("operators.md", r"`LRS_MAX_BODY_BYTES` \((\d+ MB)\) through"),
        ("modules.md", r"parts and (\d+ MB) a request"),
    )),
    Limit("document-too-large", saved, (
        ("operators.md", "an attachment, (.*?) a document or the JSON of a request"),
        ("modules.md", r"usually JSON, up to (\d+ MB)"),
    )),
    Limit("merged-too-large", merged, (
        ("security.md", r"at most `LRS_MAX_MERGED_BYTES` \((.*?)\)"),
    )),
    Limit("too-many-values", values, (
        ("security.md", r"at most `LRS_MAX_VALUES` JSON values \((.*?)\)"),
    )),
)  # fmt: skip


@pytest.mark.parametrize("limit", LIMITS, ids=lambda limit: limit.code)
def test_so_much_is_taken_and_one_more_is_not(client: Caller, limit: Limit) -> None:
    """Every place of the docs names the same limit, and the store keeps it."""
    (most,) = {promised(*place) for place in limit.said}
    at_most = limit.send(client, most)
    assert at_most.status_code < 300 or at_most.json["code"] != limit.code
    refused(limit.send(client, most + 1), 413, limit.code)


def test_a_statement_may_hold_a_tenth_of_the_values_of_a_body(client: Caller) -> None:
    most = promised("security.md", r"at most `LRS_MAX_VALUES` JSON values \((.*?)\)")
    most //= promised("security.md", r"JSON values \(.*?\), and a statement (a tenth) of that")
    assert in_one(client, most).status_code == 200
    refused(in_one(client, most + 1), 413, "too-many-values")
