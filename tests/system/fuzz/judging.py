"""What every answer must be, whatever was asked."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from hashlib import sha1, sha256
from typing import Any

from lrs.domain.error_catalogue import PROBLEMS
from tests.system.fuzz.framing import Message
from tests.system.fuzz.wire import Answer

CODES = {code for group in PROBLEMS.values() for code in group.sentences}
EVER = {200, 204, 304, 400, 401, 403, 404, 405, 409, 412, 413, 415, 429}
"""The statuses that the application has in a good world."""

BUSY = {"bodies-awaited", "forms-awaited", "memory-busy", "reports-busy", "streaming", "too-busy"}

SERVERS_OWN = {400, 414, 431}
"""What the web server says by itself, without a body, to what is no HTTP or too much of it."""

_THROUGH = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z").fullmatch
_LARGE = 20_000
"""Bytes of a body beyond which only one in eight is read."""


def faults(message: Message, answer: Answer) -> Iterator[str]:
    """What is wrong with an answer."""
    status, headers = answer.status, answer.headers
    if "x-request-id" not in headers:
        if message.proper or status not in SERVERS_OWN or answer.body:
            yield f"{status}, not from the application"
        return
    if _is_busy(message, answer):
        pass  # a client comes again
    elif status not in EVER:
        yield f"status {status}"
    elif message.expects and status not in message.expects:
        yield f"{status} instead of {sorted(message.expects)}"
    if "x-experience-api-version" in headers or message.is_xapi:
        yield from _of_xapi(headers)
    if status >= 400:
        yield from _of_problem(message, answer)
    elif message.verb != b"HEAD" and status == 200:
        yield from _of_content(message, answer)


def _is_busy(message: Message, answer: Answer) -> bool:
    """Whether so many ask at once that this request was put off, before anything was done. The
    answer to HEAD has no body that says so.
    """
    if answer.status != 503 or "retry-after" not in answer.headers:
        return False
    return message.verb == b"HEAD" or any(f'"{code}"'.encode() in answer.body for code in BUSY)


def _of_xapi(headers: dict[str, str]) -> Iterator[str]:
    if headers.get("x-experience-api-version") not in ("1.0.3", "2.0.0"):
        yield "no version"
    if not _THROUGH(headers.get("x-experience-api-consistent-through", "")):
        yield "no Consistent-Through"


def _of_problem(message: Message, answer: Answer) -> Iterator[str]:
    """RFC 9457."""
    if answer.headers.get("content-type") != "application/problem+json":
        yield f"{answer.status} that is no problem"
        return
    if answer.status == 401 and "www-authenticate" not in answer.headers:
        yield "401 without WWW-Authenticate"
    if answer.status == 429 and "retry-after" not in answer.headers:
        yield "429 without Retry-After"
    if answer.status == 405 and "allow" not in answer.headers:
        yield "405 without Allow"
    if message.verb == b"HEAD":
        return
    problem = _json(answer.body)
    if not isinstance(problem, dict) or problem.get("status") != answer.status:
        yield f"{answer.status} without its problem"
    elif problem.get("code") not in CODES or len(problem.get("detail", "")) < 10:
        yield f"{answer.status} with the code {problem.get('code')}"
    elif problem.get("request_id") != answer.headers["x-request-id"]:
        yield "another request_id"


def _of_content(message: Message, answer: Answer) -> Iterator[str]:
    headers, body = answer.headers, answer.body
    if "content-disposition" in headers:  # a document
        if headers.get("etag") != f'"{sha1(body).hexdigest()}"':
            yield "a document that is not what its ETag says"
        return
    if len(body) > _LARGE and message.seed % 8:
        return
    kind = headers.get("content-type", "")
    if kind.startswith("multipart/mixed"):
        yield from _of_parts(kind, body)
    elif kind.startswith("application/json"):
        if _json(body) is None:
            yield "no JSON"
    elif message.verb != b"OPTIONS":
        yield f"content of type {kind!r}"


def _of_parts(kind: str, body: bytes) -> Iterator[str]:
    """1.0.3 part 3, 1.5.2."""
    line = b"\r\n--" + kind.partition("boundary=")[2].strip('"').encode()
    nothing, *parts, end = (b"\r\n" + body).split(line)
    if nothing or not parts or end != b"--\r\n":
        yield "multipart without its boundaries"
        return
    if _json(parts[0].partition(b"\r\n\r\n")[2]) is None:
        yield "multipart without its JSON"
    for part in parts[1:]:
        head, _, content = part.partition(b"\r\n\r\n")
        if sha256(content).hexdigest().encode() not in head:
            yield "a part that is not what its hash says"


def _json(text: bytes) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return None
