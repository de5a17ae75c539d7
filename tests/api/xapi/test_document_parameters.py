"""What a request for documents may say, and how much it may bring."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.api.caller import Answer, Caller, fresh
from tests.api.opening import caller_of, opened
from tests.api.xapi.documents import JSON, KINDS, Doc, document
from tests.api.xapi.streams import Streamed, announced, unannounced
from tests.api.xapi.test_bad_bodies import SECRET, head, refused
from tests.conftest import Place

pytestmark = pytest.mark.rules

METHODS = ("GET", "HEAD", "PUT", "POST", "DELETE")
AGENT = '{"mbox":"mailto:anna@example.org"}'
each_kind = pytest.mark.parametrize("kind", KINDS)
each_method = pytest.mark.parametrize("method", METHODS)


def asked(doc: Doc, method: str, query: str) -> Answer:
    """A request with this query string; where it has a body, one that would be taken."""
    sent: dict[str, Any] = {}
    if method in ("PUT", "POST"):
        sent = {"data": b"{}", "content_type": JSON, "headers": {"If-None-Match": "*"}}
    return doc.by.send(method, doc.path, query_string=query, **sent)


def told(
    answer: Answer, code: str, parameter: str | None = None, pointer: str | None = None
) -> None:
    """A 400 with that code, which names the parameter at fault."""
    if answer.request.method == "HEAD":
        assert (answer.status_code, answer.data) == (400, b"")
        return
    refused(answer, 400, code, pointer)
    assert answer.json.get("parameter") == parameter
    assert (answer.json.get("pointer") is None) is (pointer is None)


def may_miss(kind: str, method: str, name: str) -> bool:
    """What is no error: ids are listed, and all State is deleted, by the other parameters."""
    lists = method in ("GET", "HEAD") or (kind, method) == ("state", "DELETE")
    return name == "registration" or (lists and name in ("stateId", "profileId"))


@each_method
@each_kind
def test_each_parameter_that_is_required_is_missed(client: Caller, kind: str, method: str) -> None:
    """1.0.3 part 3, 2.3, 2.6 and 2.7: the tables of parameters; 3.2: 400."""
    before, doc = head(client), document(client, kind)
    for name in doc.where:
        rest = {k: v for k, v in doc.where.items() if k != name}
        answer = asked(doc, method, urlencode(rest))
        if may_miss(kind, method, name):
            assert answer.status_code in (200, 204)
        else:
            told(answer, "missing-parameter", name)
    assert head(client) == before


@each_method
@each_kind
def test_what_is_no_parameter_here_is_refused(client: Caller, kind: str, method: str) -> None:
    """1.0.3 part 3, 3.2: 400 for what is not known in this place, or is in another case."""
    before, doc = head(client), document(client, kind)
    good = urlencode(doc.where)
    strangers = ["color=red", f"{SECRET}={SECRET}", "method=GET", "limit=1"]
    strangers += [f"{name[0].upper()}{name[1:]}=x" for name in doc.where]
    strangers.append("profileId=x" if kind == "state" else f"stateId={SECRET}")
    if kind != "state":
        strangers.append(f"registration={fresh()}")
    if kind == "agent-profile":
        strangers.append("activityId=urn:x")
    if method not in ("GET", "HEAD"):
        strangers.append("since=2026-03-01T00:00:00Z")
    for stranger in strangers:
        told(asked(doc, method, f"{good}&{stranger}"), "unknown-parameter")
    assert head(client) == before


@each_method
@each_kind
def test_a_parameter_is_said_once(client: Caller, kind: str, method: str) -> None:
    """1.0.3 part 3, 3.2: of two values nobody knows which is meant, be they the same."""
    doc = document(client, kind)
    good = urlencode(doc.where)
    for name, value in doc.where.items():
        twice = f"{good}&{name}={quote(value)}"
        told(asked(doc, method, twice), "repeated-parameter", name)


BAD: dict[str, tuple[str, str, str | None]] = {
    "an activity that is no IRI": (f"activityId={SECRET}", "invalid-parameter", None),
    "an activity that is empty": ("activityId=", "invalid-parameter", None),
    "an agent that is no JSON": ("agent=not%20JSON", "malformed-json", ""),
    "an agent that is broken": ('agent={"mbox""mailto:a@b.org"}', "malformed-json", ""),
    "an agent with a key twice": (
        'agent={"mbox":"mailto:a@b.org","mbox":"mailto:c@d.org"}',
        "duplicate-key",
        "",
    ),
    "an agent that is true": ("agent=true", "not-an-object", ""),
    "an agent that nobody is": ('agent={"name":"Anna"}', "identifier-count", ""),
    "an agent who is two": (
        'agent={"mbox":"mailto:a@b.org","openid":"https://a.b/"}',
        "identifier-count",
        "",
    ),
    "an agent with a bad identifier": (f'agent={{"mbox":"{SECRET}"}}', "mbox", "/mbox"),
    "a crowd": (
        'agent={"objectType":"Group","member":[{"mbox":"mailto:a@b.org"}]}',
        "identifier-count",
        "",
    ),
    "a registration that is no UUID": ("registration=true", "invalid-parameter", None),
    "a registration in braces": (f"registration={{{fresh()}}}", "invalid-parameter", None),
    "an id that is empty": ("stateId=", "invalid-parameter", None),
    "an id with U+0000": ("stateId=a%00b", "invalid-parameter", None),
    "a profile's id that is empty": ("profileId=", "invalid-parameter", None),
    "a profile's id with U+0000": ("profileId=a%00b", "invalid-parameter", None),
}

HAS = {
    "state": {"activityId", "agent", "registration", "stateId"},
    "agent-profile": {"agent", "profileId"},
    "activity-profile": {"activityId", "profileId"},
}


@pytest.mark.parametrize(
    ("kind", "case"),
    [(kind, case) for kind in KINDS for case in BAD if BAD[case][0].partition("=")[0] in HAS[kind]],
)
@each_method
def test_a_parameter_that_is_malformed_is_refused_by_name(
    client: Caller, kind: str, method: str, case: str
) -> None:
    """1.0.3 part 3, 2.3, 2.6 and 2.7; the pointer is into an agent's JSON."""
    parameter, code, pointer = BAD[case]
    name = parameter.partition("=")[0]
    doc = document(client, kind, **({"registration": fresh()} if kind == "state" else {}))
    before = head(client)
    rest = {k: v for k, v in doc.where.items() if k != name}
    answer = asked(doc, method, f"{urlencode(rest)}&{quote(parameter, safe='=%')}")
    told(answer, code, name, pointer)
    assert head(client) == before


@each_method
def test_a_query_that_is_no_utf8_is_refused(client: Caller, method: str) -> None:
    """1.0.3 part 3, 1.4: all strings are UTF-8."""
    doc = document(client, "activity-profile")
    query = f"activityId={quote(doc.where['activityId'])}&profileId=%ff"
    told(asked(doc, method, query), "malformed-query")


@each_kind
@pytest.mark.parametrize("since", ["true", "yesterday", "2026-03-01", "2026-03-01T00:00:00-00:00"])
def test_since_is_a_timestamp(client: Caller, kind: str, since: str) -> None:
    """1.0.3 part 3, 2.3.s4, 2.6.s4 and 2.7.s4."""
    doc = document(client, kind)
    query = urlencode({**doc.around, "since": since})
    told(asked(doc, "GET", query), "invalid-parameter", "since")


@each_kind
def test_since_goes_with_lists_alone(client: Caller, kind: str) -> None:
    """1.0.3 part 3, 2.3.s3: a single document has no such parameter."""
    doc = document(client, kind).holding(b"x")
    query = urlencode({**doc.where, "since": "2020-01-01T00:00:00Z"})
    told(asked(doc, "GET", query), "since-with-id", "since")


@each_kind
def test_a_get_or_delete_may_say_a_type_and_bring_a_body(client: Caller, kind: str) -> None:
    """RFC 9110, 9.3: neither has a meaning there; common clients send one."""
    doc = document(client, kind).holding(b"x")
    assert doc.send("GET", media=JSON).data == b"x"
    assert doc.send("DELETE", b'{"what":"ever"', JSON).status_code == 204
    assert doc.get().status_code == 404


@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST"])
@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_a_compressed_document_is_not_taken(
    client: Caller, kind: str, method: str, coding: str
) -> None:
    """415: what a small body unfolds to is not bounded by its length."""
    doc = document(client, kind)
    answer = doc.send(method, gzip.compress(b"{}"), JSON, content_encoding=coding)
    refused(answer, 415, "unsupported-content-encoding")
    assert doc.get().status_code == 404


@pytest.fixture
def small(place: Place, own: Caller) -> Iterator[Caller]:
    """A client of a store where a document may have a thousand bytes."""
    with opened(place, max_document_bytes="1000") as lrs:
        yield caller_of(lrs)


@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_too_large_is_refused(small: Caller, kind: str, method: str) -> None:
    """1.0.3 part 3, 3.2: 413; exactly the limit passes, and what was there stays."""
    doc = document(small, kind)
    fitting = json.dumps({"a": "x" * 990}, separators=(",", ":")).ljust(1_000).encode()
    assert doc.send(method, fitting, JSON).status_code == 204
    refused(doc.send(method, fitting + b" ", JSON, if_match="*"), 413, "document-too-large")
    assert doc.holds(fitting, JSON)


@each_kind
@pytest.mark.parametrize("method", ["PUT", "POST"])
def test_a_document_too_large_is_refused_before_or_while_it_is_read(
    small: Caller, kind: str, method: str
) -> None:
    """413 from Content-Length alone, and where there is none as soon as it is too much."""
    doc, body = document(small, kind), Streamed(b"{", endless=True)
    sent: dict[str, Any] = {"query_string": doc.where, "content_type": JSON}
    answer = small.send(method, doc.path, **announced(body, 10**12), **sent)
    refused(answer, 413, "document-too-large")
    assert body.taken == 0
    answer = small.send(method, doc.path, **unannounced(body), **sent)
    refused(answer, 413, "document-too-large")
    assert 0 < body.taken < 100_000
    assert doc.get().status_code == 404


@each_kind
def test_a_merge_that_grows_too_large_is_refused(small: Caller, kind: str) -> None:
    """413, and the document is as it was: else it could be merged beyond every limit."""
    doc = document(small, kind).holding(b'{"a":"%s"}' % (b"x" * 600), JSON)
    before = doc.get().data
    refused(doc.post(b'{"b":"%s"}' % (b"y" * 600)), 413, "document-too-large")
    assert doc.post(b'{"b":"%s"}' % (b"y" * 300)).status_code == 204
    refused(doc.post(b'{"c":"%s"}' % (b"z" * 100)), 413, "document-too-large")
    assert doc.get().data == before[:-1] + b',"b":"%s"}' % (b"y" * 300)
