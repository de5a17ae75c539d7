"""/xapi/statements (xAPI 1.0.3 part 3, 2.1; 2.0, 4.1.6.1)."""

from __future__ import annotations

from urllib.parse import urlencode

import orjson
from flask import Blueprint, Response, g, request

from api.auth import authenticated
from api.envelope import THROUGH
from api.xapi import answers
from api.xapi.bodies import json_body
from api.xapi.versions import require_version
from lrs.domain.errors import Invalid, InvalidStatement
from lrs.service import Lrs, StatementPage
from schemas import check_statement, check_statements, parse_statements
from schemas.query import Format, Shape, asked, parameters, shape, statement_id


def blueprint(lrs: Lrs) -> Blueprint:
    """The statement resource of a store."""
    bp = Blueprint("statements", __name__, url_prefix="/xapi")
    settings = lrs.settings

    @bp.before_request
    def begin() -> None:
        if request.method == "OPTIONS":
            return
        g.xapi_version = require_version()
        g.credential = authenticated(lrs, request)

    @bp.post("/statements")
    def post() -> Response:
        parameters(request.query_string, frozenset())
        body = json_body(request, settings.max_json_bytes)
        received, is_batch = parse_statements(body, max_statements=settings.max_statements)
        if is_batch:
            check_statements([r.value for r in received], g.xapi_version)
        else:
            check_statement(received[0].value, g.xapi_version)
        ids = lrs.statements.store(received, g.credential, g.xapi_version)
        return Response(orjson.dumps([str(id) for id in ids]), content_type=answers.JSON)

    @bp.put("/statements")
    def put() -> Response:
        id = statement_id(request.query_string)
        body = json_body(request, settings.max_json_bytes)
        received, is_batch = parse_statements(body, max_statements=settings.max_statements)
        if is_batch:
            raise Invalid("not-one-statement")
        check_statement(received[0].value, g.xapi_version)
        if received[0].value.get("id", str(id)).lower() != str(id):
            raise InvalidStatement("id-mismatch", pointer="/id")
        lrs.statements.store(received, g.credential, g.xapi_version, id=id)
        return Response(status=204)

    @bp.get("/statements")
    def get() -> Response:
        wanted = asked(request.query_string, settings.max_page)
        if wanted.query is not None:
            return page(lrs.statements.find(wanted.query, g.credential), wanted.shape)
        if wanted.statement_id is not None:
            row, reach = lrs.statements.get(wanted.statement_id, g.credential)
        else:
            assert wanted.voided_id is not None
            row, reach = lrs.statements.get_voided(wanted.voided_id, g.credential)
        request.environ[THROUGH] = reach.through
        return answers.one(row, wanted.shape)

    @bp.get("/more/<token>")
    def more(token: str) -> Response:
        wanted = shape(request.query_string)
        return page(lrs.statements.follow(token, g.credential, settings.max_page), wanted)

    def page(found: StatementPage, wanted: Shape) -> Response:
        request.environ[THROUGH] = found.through
        link = ""
        if found.next is not None:
            link = f"{request.script_root}/xapi/more/{found.next.encode()}{_suffix(wanted)}"
        return answers.many(found.statements, link, wanted)

    return bp


def _suffix(wanted: Shape) -> str:
    kept = {}
    if wanted.format is not Format.EXACT:
        kept["format"] = wanted.format.value
    if wanted.attachments:
        kept["attachments"] = "true"
    return f"?{urlencode(kept)}" if kept else ""
