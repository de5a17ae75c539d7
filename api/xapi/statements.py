"""/xapi/statements (xAPI 1.0.3 part 3, 2.1; 2.0, 4.1.6.1)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from urllib.parse import urlencode
from uuid import UUID

import orjson
from flask import Blueprint, Response, g, request

from api.middleware.memory_budget import MemoryBudget, parsed_weight
from api.middleware.response_headers import THROUGH
from api.rendering import no_content
from api.xapi.bodies import JSON, MULTIPART, chunks, json_body, media_type
from api.xapi.large_reads import LargeReads
from api.xapi.multipart import Multipart
from api.xapi.request_guards import entered
from api.xapi.response_streaming import Streams
from api.xapi.signatures import HEADER as SIGNATURE
from api.xapi.signatures import Signatures, is_signed
from api.xapi.statement_response import Answers
from api.xapi.unknown_verbs import HEADER, unknown_verbs
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import Invalid, InvalidStatement, TooLarge
from lrs.domain.xapi.agent import JsonObject
from lrs.service import Lrs, StatementPage
from schemas import check_statement, check_statements, parse_statements
from schemas.links import link
from schemas.parameters import parameters
from schemas.xapi.attachments import check_attachments
from schemas.xapi.query import Format, Shape, asked, shape, statement_id


def blueprint(
    lrs: Lrs, streams: Streams, memory: MemoryBudget, signatures: Signatures
) -> Blueprint:
    """The statement resource of a store."""
    bp = Blueprint("statements", __name__, url_prefix="/xapi")
    bp.before_request(entered(lrs))
    large = LargeReads()
    large.of(bp)
    views = _Statements(lrs, streams, memory, large, signatures)
    bp.get("/statements")(views.get)
    bp.put("/statements")(views.put)
    bp.post("/statements")(views.post)
    bp.get("/more/<token>")(views.more)
    return bp


class _Statements:
    def __init__(
        self,
        lrs: Lrs,
        streams: Streams,
        memory: MemoryBudget,
        large: LargeReads,
        signatures: Signatures,
    ) -> None:
        self._statements = lrs.statements
        self._answers = Answers(lrs.definitions, streams)
        self._settings = lrs.settings
        self._words = lrs.vocabulary
        self._memory = memory
        self._signatures = signatures
        self._before_large = large.begin

    def post(self) -> Response:
        parameters(request.query_string, frozenset())
        ids = self._take(None)
        return _told(Response(orjson.dumps([str(id) for id in ids]), content_type=JSON))

    def put(self) -> Response:
        self._take(statement_id(request.query_string))
        return _told(no_content())

    def get(self) -> Response:
        query = asked(request.query_string, self._settings.max_page)
        if query.more is not None:
            return self._follow(query.more, query.shape, query.beside)
        if query.query is not None:
            page = self._statements.find(query.query, g.credential, self._before_large)
            return self._page(page, query.shape)
        if query.statement_id is not None:
            row, reach = self._statements.get(query.statement_id, g.credential, self._before_large)
        else:
            assert query.voided_id is not None
            row, reach = self._statements.get_voided(
                query.voided_id, g.credential, self._before_large
            )
        request.environ[THROUGH] = reach.through
        attached = self._statements.attached([row]) if query.shape.attachments else ()
        answer = self._answers.one(row, query.shape, attached)
        if is_signed(row):
            answer.headers[SIGNATURE] = self._signatures.state(row)
        return answer

    def more(self, token: str) -> Response:
        """The form that `more` had before it became a parameter: such links are still in use."""
        return self._follow(token, shape(request.query_string), {})

    def _follow(self, token: str, form: Shape, beside: Mapping[str, object]) -> Response:
        most = self._settings.max_page
        page = self._statements.follow(token, g.credential, most, beside, self._before_large)
        return self._page(page, form)

    def _take(self, id: UUID | None) -> list[UUID]:
        """Store the request's statements, with the bytes of attachments if they were sent. The id
        is that of a PUT.
        """
        self._statements.require_writer(g.credential)
        settings = self._settings
        if media_type(request) != MULTIPART:
            with json_body(request, settings.max_json_bytes, self._memory) as body:
                return self._store(body, {}, id)
        limit = settings.max_body_bytes
        sent = chunks(request, limit, lambda: TooLarge("multipart-too-large", limit=limit))
        with (
            Multipart(request.mimetype_params.get("boundary"), sent, settings) as multipart,
            self._memory.held(parsed_weight(multipart.parts[0].spool.chunks())),
        ):
            return self._store(multipart.statements, multipart.attachments, id)

    def _store(
        self, body: bytes, carried: Mapping[str, BinaryContent], id: UUID | None
    ) -> list[UUID]:
        received, is_batch = parse_statements(
            body,
            max_statements=self._settings.max_statements,
            max_values=self._settings.max_values,
        )
        values = [r.value for r in received]
        if id is not None:
            _require_one(values, is_batch, id)
        elif is_batch:
            check_statements(values, g.xapi_version)
        else:
            check_statement(values[0], g.xapi_version)
        check_attachments(values, carried, g.xapi_version, batch=is_batch)
        ids = None if id is None else [id]
        stored = self._statements.store(
            received, g.credential, g.xapi_version, ids=ids, carried=carried, batch=is_batch
        )
        g.unknown_verbs = unknown_verbs(values, self._words)
        return stored.ids

    def _page(self, found: StatementPage, wanted: Shape) -> Response:
        request.environ[THROUGH] = found.through
        more = ""
        if found.next is not None:
            query = urlencode({"more": found.next.encode(), **_shown(wanted)})
            more = link(f"/xapi/statements?{query}")
        rows = found.statements
        attached = self._statements.attached(rows) if wanted.attachments else ()
        return self._answers.many(rows, more, wanted, attached)


def _told(answer: Response) -> Response:
    """The reply to a write, with the header for verbs that are probably misspelt."""
    if g.unknown_verbs:
        answer.headers[HEADER] = g.unknown_verbs
    return answer


def _require_one(values: Sequence[JsonObject], is_batch: bool, id: UUID) -> None:
    """Check that a PUT holds one statement, with the id of its parameter or without an id."""
    if is_batch:
        raise Invalid("not-one-statement")
    check_statement(values[0], g.xapi_version)
    if values[0].get("id", str(id)).lower() != str(id):
        raise InvalidStatement("id-mismatch", pointer="/id")


def _shown(wanted: Shape) -> dict[str, str]:
    """The parameters of a shape that are not the default."""
    kept = {}
    if wanted.format is not Format.EXACT:
        kept["format"] = wanted.format.value
    if wanted.attachments:
        kept["attachments"] = "true"
    return kept
