"""Bodies in parts: statements and the bytes of their attachments (1.0.3 part 3, 1.5.2)."""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import new as new_hash
from typing import Any

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import ALGORITHMS
from tests.api.caller import STATEMENTS, Answer, Caller

BOUNDARY = "-------314159265358979323846"
JSON = "application/json"


def digest(data: bytes, algorithm: str = "sha256") -> str:
    return new_hash(algorithm, data).hexdigest()


def attachment(data: bytes, **others: Any) -> JsonObject:
    """What a statement says of an attachment that holds these bytes; `others` replace or add."""
    return {
        "usageType": "https://example.org/usage/photo",
        "display": {"en-US": "A photo"},
        "contentType": "application/octet-stream",
        "length": len(data),
        "sha2": digest(data),
        **others,
    }


def part(data: bytes, **headers: str | None) -> bytes:
    """A part that holds an attachment's bytes; `Content_Type=None` leaves a header out."""
    fields: dict[str, str | None] = {
        "Content_Type": "application/octet-stream",
        "Content_Transfer_Encoding": "binary",
        "X_Experience_API_Hash": digest(data),
        **headers,
    }
    return raw_part(data, fields)


def first(statements: Any, **headers: str | None) -> bytes:
    """The part that holds the statements: JSON of a value, or the very bytes."""
    body = statements if isinstance(statements, bytes) else json.dumps(statements).encode()
    return raw_part(body, {"Content_Type": JSON, **headers})


def raw_part(data: bytes, headers: dict[str, str | None]) -> bytes:
    lines = [f"{n.replace('_', '-')}: {v}\r\n" for n, v in headers.items() if v is not None]
    return "".join(lines).encode() + b"\r\n" + data


def joined(parts: Sequence[bytes], boundary: str = BOUNDARY) -> bytes:
    """Parts with the boundary before each, and the closing one at the end."""
    line = f"--{boundary}".encode()
    return b"".join(line + b"\r\n" + each + b"\r\n" for each in parts) + line + b"--\r\n"


def multipart(*parts: bytes, boundary: str = BOUNDARY, quoted: bool = False) -> dict[str, Any]:
    """What to send a body of these parts with."""
    named = f'"{boundary}"' if quoted else boundary
    return {
        "data": joined(parts, boundary),
        "content_type": f"multipart/mixed; boundary={named}",
    }


def carrying(statements: Any, *contents: bytes) -> dict[str, Any]:
    """What to send statements and these bytes with."""
    return multipart(first(statements), *(part(data) for data in contents))


def posted(caller: Caller, statements: Any, *contents: bytes) -> Answer:
    return caller.send("POST", STATEMENTS, **carrying(statements, *contents))


@dataclass(frozen=True)
class Part:
    """A part of an answer: its headers, names in lower case, and its bytes."""

    headers: dict[str, str]
    data: bytes


def parts_of(answer: Answer) -> list[Part]:
    """The parts of an answer, read by nothing but RFC 2046, 5.1."""
    named = re.fullmatch(r'multipart/mixed; boundary="?([\w-]+)"?', answer.headers["Content-Type"])
    assert named, answer.headers["Content-Type"]
    line = b"\r\n--" + named[1].encode()
    before, *parts, after = (b"\r\n" + answer.data).split(line)
    assert (before, after) == (b"", b"--\r\n")
    return [_part(each) for each in parts]


def _part(text: bytes) -> Part:
    assert text.startswith(b"\r\n")
    head, blank, data = text[2:].partition(b"\r\n\r\n")
    assert blank
    lines = [line.partition(": ") for line in head.decode().split("\r\n")]
    return Part({name.lower(): value for name, _, value in lines}, data)


def attached(answer: Answer) -> tuple[Any, dict[str, bytes]]:
    """The JSON of an answer's first part, and the bytes of the others by their hashes."""
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Length"] == str(len(answer.data))
    head, *others = parts_of(answer)
    assert head.headers == {"content-type": JSON}
    found = {each.headers["x-experience-api-hash"]: each.data for each in others}
    assert len(found) == len(others), "an attachment's bytes are sent once"
    for each in others:
        assert each.headers["content-transfer-encoding"] == "binary"
        named = each.headers["x-experience-api-hash"].lower()
        assert named == digest(each.data, ALGORITHMS[len(named)])
        assert set(each.headers) == {
            "content-type",
            "content-transfer-encoding",
            "x-experience-api-hash",
        }
    return json.loads(head.data), found
