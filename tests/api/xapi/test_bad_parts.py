"""Bodies whose parts or coding are not right (1.0.3 part 3, 1.5.2)."""

from __future__ import annotations

import gzip
import json
from typing import Any
from urllib.parse import urlencode

import pytest

from tests.api.caller import STATEMENTS, Caller, said, someone
from tests.api.xapi.documents import JSON, document
from tests.api.xapi.mixed import MIXED, attachment, body, part, post
from tests.api.xapi.test_bad_bodies import SECRET, head, refused

pytestmark = pytest.mark.rules

FORM = "application/x-www-form-urlencoded"
SCAN = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
WITH = said(attachments=[attachment(SCAN)])
PARTS: dict[str, tuple[Any, list[bytes], str, str | None]] = {
    "a part that is not its hash": (WITH, [part(SCAN + b"!", attachment(SCAN)["sha2"])],
                                    "attachment-hash", None),
    "an orphan": (said(), [part(SCAN)], "attachment-orphan", None),
    "an orphan beside": (WITH, [part(SCAN), part(b"x")], "attachment-orphan", None),
    "a missing part": (WITH, [], "attachment-missing", "/attachments/0"),
    "one of two missing": ([said(), said(attachments=[attachment(SCAN), attachment(b"x")])],
                           [part(SCAN)], "attachment-missing", "/1/attachments/1"),
    "no hash": (WITH, [part(SCAN).replace(b"X-Experience-API-Hash", b"X-Hash")],
                "attachment-header", None),
}  # fmt: skip


@pytest.mark.parametrize("case", PARTS)
def test_parts_and_statements_must_fit(client: Caller, case: str) -> None:
    """1.0.3 part 3, 1.5.2: 400; neither statements nor bytes are stored, by POST or PUT."""
    statements, parts, code, pointer = PARTS[case]
    before = head(client)
    answer = post(client, statements, *parts)
    refused(answer, 400, code, pointer)
    assert attachment(SCAN)["sha2"] not in answer.text
    if isinstance(statements, dict):
        sent = {"data": body(statements, parts), "content_type": MIXED}
        query = {"statementId": statements["id"]}
        refused(client.send("PUT", STATEMENTS, query_string=query, **sent), 400, code, pointer)
    assert head(client) == before


def test_an_attachment_as_json_needs_a_fileurl(client: Caller) -> None:
    """1.0.3 part 3, 1.5.1: without its bytes it must be elsewhere."""
    refused(client.post(WITH), 400, "attachment-missing", "/attachments/0")
    elsewhere = attachment(SCAN, fileUrl="https://example.org/scan.png")
    assert client.post(said(attachments=[elsewhere])).status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "x-unknown", "gzip, identity"])
def test_no_body_is_taken_compressed(client: Caller, coding: str) -> None:
    """415 for statements with attachments, forms and documents as for JSON."""
    before, headers = head(client), {"Content-Encoding": coding}
    refused(post(client, said(), headers=headers), 415, "unsupported-content-encoding")
    form = gzip.compress(urlencode({"content": json.dumps(said())}).encode())
    for method in ("POST", "GET"):
        options: Any = {"query_string": {"method": method}, "data": form, "content_type": FORM}
        answer = client.speaking("1.0.3").send("POST", STATEMENTS, headers=headers, **options)
        refused(answer, 415, "unsupported-content-encoding")
    doc = document(client, "activity-profile")
    refused(doc.put(b"x", JSON, content_encoding=coding), 415, "unsupported-content-encoding")
    assert head(client) == before


def test_a_bad_statement_takes_its_batch_with_it_at_every_door(client: Caller) -> None:
    """1.0.3 part 3, 2.1.2: all or nothing, also where the bytes of an attachment came along."""
    good = said(attachments=[attachment(SCAN)])
    valid, bad = said(), said(actor={"mbox": SECRET})
    client.store(valid)
    before = head(client)
    refused(post(client, [good, bad], part(SCAN)), 400, "mbox", "/1/actor/mbox")
    conflict = {**valid, "actor": someone()}
    refused(post(client, [good, conflict], part(SCAN)), 409, "statement-conflict")
    assert client.get(statementId=good["id"]).status_code == 404
    assert head(client) == before
