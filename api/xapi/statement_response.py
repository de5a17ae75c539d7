"""Statements as they are sent: exact bytes spliced from the log, or one of the other formats."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime

import orjson
from flask import Response, g, request
from werkzeug.http import http_date

from api.xapi.bodies import JSON
from api.xapi.response_streaming import Streams, pieces
from lrs.domain.xapi.activity_definition import activities
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.formats import accepted_languages, canonical, ids_only
from lrs.service import Attached, DefinitionService, LoggedStatement
from schemas.xapi.query import Format, Shape


class Answers:
    """Writes statements for a store's clients."""

    def __init__(self, definitions: DefinitionService, streams: Streams) -> None:
        self._definitions = definitions
        self._streams = streams

    def one(
        self, row: LoggedStatement, shape: Shape, attached: Sequence[Attached] = ()
    ) -> Response:
        """A single statement."""
        response = self._answer(self._rendered([row], shape)[0], shape, attached)
        changed = datetime.fromtimestamp(row.stored / 1e6, UTC)
        response.headers["Last-Modified"] = http_date(changed)
        return response

    def many(
        self,
        rows: Sequence[LoggedStatement],
        more: str,
        shape: Shape,
        attached: Sequence[Attached] = (),
    ) -> Response:
        """A StatementResult (1.0.3 part 2, 3.2): `more` is always there, empty at the end."""
        statements = b",".join(self._rendered(rows, shape))
        body = b'{"statements":[%b],"more":%b}' % (statements, orjson.dumps(more))
        return self._answer(body, shape, attached)

    def _answer(self, body: bytes, shape: Shape, attached: Sequence[Attached]) -> Response:
        if not shape.attachments:
            response = Response(content_type=JSON)
            return self._streams.send(response, pieces(body), len(body), len(body))
        boundary = secrets.token_hex(16)
        first = f"--{boundary}\r\nContent-Type: {JSON}\r\n\r\n".encode() + body
        heads = [_head(boundary, part) for part in attached]
        tail = f"\r\n--{boundary}--\r\n".encode()

        def parts() -> Iterator[bytes]:
            yield from pieces(first)
            for head, part in zip(heads, attached, strict=True):
                yield head
                yield from part.chunks()
            yield tail

        # Without quotation marks, which tincanjs takes for a part of the boundary.
        response = Response(content_type=f"multipart/mixed; boundary={boundary}")
        fixed = len(first) + sum(map(len, heads)) + len(tail)
        size = fixed + sum(part.size for part in attached)
        return self._streams.send(response, parts(), size, fixed)

    def _rendered(self, rows: Sequence[LoggedStatement], shape: Shape) -> list[bytes]:
        exact = [row.exact() for row in rows]
        if shape.format is Format.EXACT:
            return exact
        statements: list[JsonObject] = [json.loads(text) for text in exact]
        if shape.format is Format.IDS:
            return [_written(ids_only(statement)) for statement in statements]
        languages = accepted_languages(request.headers.get("Accept-Language", ""))
        named = {a["id"] for s in statements for a in activities(s)}
        known = self._definitions.known(named, g.credential)
        return [_written(canonical(statement, languages, known)) for statement in statements]


def _head(boundary: str, part: Attached) -> bytes:
    """What stands before an attachment's bytes (1.0.3 part 3, 1.5.2)."""
    lines = (
        "",
        f"--{boundary}",
        f"Content-Type: {part.content_type}",
        "Content-Transfer-Encoding: binary",
        f"X-Experience-API-Hash: {part.sha2}",
    )
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


def _written(statement: JsonObject) -> bytes:
    return json.dumps(statement, ensure_ascii=False, separators=(",", ":")).encode()
