"""Statements as they are sent: exact bytes spliced from the log, or one of the other formats."""

from __future__ import annotations

import json
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime

import orjson
from flask import Response, request
from werkzeug.http import http_date

from lrs.domain.agent import JsonObject
from lrs.domain.format import accepted_languages, canonical, ids_only
from lrs.ledger import LoggedStatement
from schemas.query import Format, Shape

JSON = "application/json"


def one(row: LoggedStatement, shape: Shape) -> Response:
    """A single statement."""
    response = _answer(_rendered(row, shape), shape)
    response.headers["Last-Modified"] = http_date(datetime.fromtimestamp(row.stored / 1e6, UTC))
    return response


def many(rows: Sequence[LoggedStatement], more: str, shape: Shape) -> Response:
    """A StatementResult (1.0.3 part 2, 3.2): `more` is always there, empty at the end."""
    statements = b",".join([_rendered(row, shape) for row in rows])
    return _answer(b'{"statements":[%b],"more":%b}' % (statements, orjson.dumps(more)), shape)


def _answer(body: bytes, shape: Shape) -> Response:
    if not shape.attachments:
        return Response(body, content_type=JSON)
    boundary = secrets.token_hex(16)
    head = f"--{boundary}\r\nContent-Type: {JSON}\r\n\r\n".encode()
    tail = f"\r\n--{boundary}--\r\n".encode()
    return Response(head + body + tail, content_type=f'multipart/mixed; boundary="{boundary}"')


def _rendered(row: LoggedStatement, shape: Shape) -> bytes:
    exact = row.exact()
    if shape.format is Format.EXACT:
        return exact
    statement: JsonObject = json.loads(exact)
    if shape.format is Format.IDS:
        statement = ids_only(statement)
    else:
        languages = accepted_languages(request.headers.get("Accept-Language", ""))
        statement = canonical(statement, languages)
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()
