"""Bodies of statements together with the bytes of their attachments (1.0.3 part 3, 1.5.2)."""

from __future__ import annotations

import json
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

from lrs.domain.xapi.agent import JsonObject
from tests.api.caller import Answer, Caller, said

BOUNDARY = "parts"
MIXED = f"multipart/mixed; boundary={BOUNDARY}"


def attachment(data: bytes, **parts: Any) -> JsonObject:
    """What a statement says of an attachment of those bytes."""
    return {
        "usageType": "https://example.org/attachments/scan",
        "display": {"ru": "Скан"},
        "contentType": "image/png",
        "length": len(data),
        "sha2": sha256(data).hexdigest(),
        **parts,
    }


def part(data: bytes, sha2: str | None = None) -> bytes:
    """The part of an attachment, under its hash or under another."""
    lines = (
        "Content-Type: image/png",
        "Content-Transfer-Encoding: binary",
        f"X-Experience-API-Hash: {sha2 or sha256(data).hexdigest()}",
    )
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + data


def body(statements: Any, parts: Iterable[bytes] = ()) -> bytes:
    """A body of statements, as JSON or in the very bytes, and parts as `part` gives them."""
    text = statements if isinstance(statements, bytes) else json.dumps(statements).encode()
    first = b"Content-Type: application/json\r\n\r\n" + text
    sep = b"--" + BOUNDARY.encode()
    return b"".join(sep + b"\r\n" + p + b"\r\n" for p in (first, *parts)) + sep + b"--\r\n"


def post(caller: Caller, statements: Any, *parts: bytes, **options: Any) -> Answer:
    """POST such a body."""
    return caller.post(body(statements, parts), content_type=MIXED, **options)


def stored_with(caller: Caller, data: bytes, **parts: Any) -> JsonObject:
    """A statement that is stored with an attachment of those bytes."""
    statement = said(attachments=[attachment(data)], **parts)
    response = post(caller, statement, part(data))
    assert response.status_code == 200, response.text
    return statement


def read(answer: Answer) -> tuple[Any, list[bytes]]:
    """The JSON of an answer with attachments, and the bytes of these."""
    assert (answer.status_code, answer.mimetype) == (200, "multipart/mixed"), answer.text
    boundary = answer.mimetype_params["boundary"].encode()
    before, *pieces, after = (b"\r\n" + answer.data).split(b"\r\n--" + boundary)
    assert (before, after) == (b"", b"--\r\n")
    first, *others = (piece.partition(b"\r\n\r\n")[2] for piece in pieces)
    return json.loads(first), others
