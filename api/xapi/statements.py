"""/xapi/statements (xAPI 1.0.3 part 3, 2.1; 2.0, 4.1.6.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import Blueprint, Response, g, request

from api.envelope import THROUGH
from api.xapi import answers
from api.xapi.bodies import JSON, MULTIPART, chunks, json_body, media_type
from api.xapi.entry import entered
from api.xapi.multipart import Multipart
from lrs.domain.errors import Invalid, InvalidStatement, TooLarge
from lrs.ledger import Bytes
from lrs.service import Lrs, Received, StatementPage
from lrs.settings import Settings
from schemas import check_statement, check_statements, parse_statements
from schemas.attachments import check_attachments
from schemas.parameters import parameters
from schemas.query import Format, Shape, asked, shape, statement_id


def blueprint(lrs: Lrs) -> Blueprint:
    """The statement resource of a store."""
    bp = Blueprint("statements", __name__, url_prefix="/xapi")
    bp.before_request(entered(lrs))
    views = _Statements(lrs)
    bp.get("/statements")(views.get)
    bp.put("/statements")(views.put)
    bp.post("/statements")(views.post)
    bp.get("/more/<token>")(views.more)
    return bp


class _Statements:
    def __init__(self, lrs: Lrs) -> None:
        self._statements = lrs.statements
        self._settings = lrs.settings

    def post(self) -> Response:
        parameters(request.query_string, frozenset())
        with _body(self._settings) as sent:
            sent.check()
            ids = self._statements.store(
                sent.statements, g.credential, g.xapi_version, carried=sent.carried
            )
        return Response(orjson.dumps([str(id) for id in ids]), content_type=JSON)

    def put(self) -> Response:
        id = statement_id(request.query_string)
        with _body(self._settings) as sent:
            if sent.is_batch:
                raise Invalid("not-one-statement")
            sent.check()
            _require_id(sent.statements[0], id)
            self._statements.store(
                sent.statements, g.credential, g.xapi_version, id=id, carried=sent.carried
            )
        return Response(status=204)

    def get(self) -> Response:
        wanted = asked(request.query_string, self._settings.max_page)
        if wanted.query is not None:
            return self._page(self._statements.find(wanted.query, g.credential), wanted.shape)
        if wanted.statement_id is not None:
            row, reach = self._statements.get(wanted.statement_id, g.credential)
        else:
            assert wanted.voided_id is not None
            row, reach = self._statements.get_voided(wanted.voided_id, g.credential)
        request.environ[THROUGH] = reach.through
        attached = self._statements.attached([row]) if wanted.shape.attachments else ()
        return answers.one(row, wanted.shape, attached)

    def more(self, token: str) -> Response:
        wanted = shape(request.query_string)
        found = self._statements.follow(token, g.credential, self._settings.max_page)
        return self._page(found, wanted)

    def _page(self, found: StatementPage, wanted: Shape) -> Response:
        request.environ[THROUGH] = found.through
        link = ""
        if found.next is not None:
            link = f"{request.script_root}/xapi/more/{found.next.encode()}{_suffix(wanted)}"
        rows = found.statements
        attached = self._statements.attached(rows) if wanted.attachments else ()
        return answers.many(rows, link, wanted, attached)


@dataclass(frozen=True, slots=True)
class _Sent:
    """What a request holds: statements, whether as an array, and the bytes of attachments."""

    statements: Sequence[Received]
    is_batch: bool
    carried: Mapping[str, Bytes]

    def check(self) -> None:
        """Raises InvalidStatement, InvalidAttachments."""
        values = [r.value for r in self.statements]
        if self.is_batch:
            check_statements(values, g.xapi_version)
        else:
            check_statement(values[0], g.xapi_version)
        check_attachments(values, self.carried, g.xapi_version, batch=self.is_batch)


@contextmanager
def _body(settings: Settings) -> Iterator[_Sent]:
    """The body of the request: JSON, or multipart with the JSON in its first part."""
    if media_type(request) != MULTIPART:
        body = json_body(request, settings.max_json_bytes)
        yield _Sent(*parse_statements(body, max_statements=settings.max_statements), {})
        return
    boundary = request.mimetype_params.get("boundary")
    limit = settings.max_body_bytes
    parts = chunks(request, limit, lambda: TooLarge("multipart-too-large", limit=limit))
    with Multipart(boundary, parts, settings) as multipart:
        statements, is_batch = parse_statements(
            multipart.statements, max_statements=settings.max_statements
        )
        yield _Sent(statements, is_batch, multipart.attachments)


def _require_id(statement: Received, id: UUID) -> None:
    if statement.value.get("id", str(id)).lower() != str(id):
        raise InvalidStatement("id-mismatch", pointer="/id")


def _suffix(wanted: Shape) -> str:
    kept = {}
    if wanted.format is not Format.EXACT:
        kept["format"] = wanted.format.value
    if wanted.attachments:
        kept["attachments"] = "true"
    return f"?{urlencode(kept)}" if kept else ""
