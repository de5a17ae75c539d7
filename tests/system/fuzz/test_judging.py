from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha1, sha256
from typing import Any

import pytest

from tests.system.fuzz.judging import faults
from tests.system.fuzz.messages import message
from tests.system.fuzz.wire import Answer
from tests.system.fuzz.world import World

ASKED = replace(
    message(0, World(0, ("QQ==",))),
    method=b"GET",
    target=b"/xapi/statements",
    expects=frozenset(),
    proper=True,
)
HEADERS = {
    "x-request-id": "1",
    "x-experience-api-version": "2.0.0",
    "x-experience-api-consistent-through": "2026-03-01T00:00:00.000000Z",
    "content-type": "application/json",
}
MIXED = "multipart/mixed; boundary=b"
PROBLEM = {"status": 400, "code": "iri", "detail": "Give an absolute IRI.", "request_id": "1"}


def said(status: int, body: bytes = b"{}", **headers: str | None) -> list[str]:
    """What is found wrong with an answer; a header of None is left out."""
    others = {name.replace("_", "-"): value for name, value in headers.items()}
    sent = {name: value for name, value in {**HEADERS, **others}.items() if value is not None}
    return list(faults(ASKED, Answer(status, sent, body)))


def test_to_be_put_off_is_no_fault() -> None:
    """With the instant to come again; and for one of the reasons that many requests at once are."""
    busy = {**PROBLEM, "status": 503, "title": "Service Unavailable", "code": "reports-busy"}
    body, kind = json.dumps(busy).encode(), "application/problem+json"
    assert said(503, body, content_type=kind, retry_after="2") == []
    assert "status 503" in said(503, body, content_type=kind)
    other = json.dumps({**busy, "code": "unavailable"}).encode()
    assert "status 503" in said(503, other, content_type=kind, retry_after="2")


def test_the_answer_to_head_says_by_a_header_alone_that_it_is_put_off() -> None:
    head = replace(ASKED, method=b"HEAD")
    busy = {**HEADERS, "content-type": "application/problem+json"}
    assert list(faults(head, Answer(503, {**busy, "retry-after": "2"}, b""))) == []
    assert "status 503" in list(faults(head, Answer(503, busy, b"")))


def refused(kind: str = "application/problem+json", real: int = 400, **parts: Any) -> list[str]:
    return said(real, json.dumps({**PROBLEM, **parts}).encode(), content_type=kind)


def parts(content: bytes, sha2: str) -> bytes:
    head = f"--b\r\n\r\n{{}}\r\n--b\r\nX-Experience-API-Hash: {sha2}\r\n\r\n"
    return head.encode() + content + b"\r\n--b--\r\n"


def test_good_answers_are_found_good() -> None:
    """JSON, a problem, a document, attachments, and what the server itself says to no HTTP."""
    document = {"content_disposition": "attachment", "etag": f'"{sha1(b"x").hexdigest()}"'}
    assert said(200) == refused() == said(200, b"x", **document) == []
    assert said(200, parts(b"x", sha256(b"x").hexdigest()), content_type=MIXED) == []
    improper = replace(ASKED, proper=False)
    assert list(faults(improper, Answer(400, {"content-length": "0"}, b""))) == []


@pytest.mark.parametrize(
    ("found", "fault"),
    [
        (said(500), "status 500"),
        (said(503), "status 503"),
        (said(308), "status 308"),
        (said(200, x_request_id=None), "200, not from the application"),
        (said(200, x_experience_api_version=None), "no version"),
        (said(200, x_experience_api_consistent_through="2026"), "no Consistent-Through"),
        (said(200, b"{"), "no JSON"),
        (said(200, content_type="text/html"), "content of type 'text/html'"),
        (said(200, b"x", content_disposition="attachment", etag='"y"'), "not what its ETag says"),
        (said(200, parts(b"x", "0" * 64), content_type=MIXED), "not what its hash says"),
        (said(200, b"--b--", content_type=MIXED), "multipart without its boundaries"),
        (refused(kind="text/html"), "400 that is no problem"),
        (refused(status=404), "400 without its problem"),
        (refused(code="unheard-of"), "400 with the code unheard-of"),
        (refused(request_id="2"), "another request_id"),
        (refused(real=401, status=401), "401 without WWW-Authenticate"),
        (refused(real=405, status=405), "405 without Allow"),
        (list(faults(replace(ASKED, expects=frozenset({204})), Answer(200, HEADERS, b"{}"))),
         "200 instead of [204]"),
        (list(faults(replace(ASKED, proper=False), Answer(502, {}, b""))),
         "502, not from the application"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_an_answer_is_found(found: list[str], fault: str) -> None:
    """A judge that finds nothing would let everything pass."""
    assert any(one.endswith(fault) for one in found)
