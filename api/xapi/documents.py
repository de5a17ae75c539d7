"""State, Agent Profile and Activity Profile (xAPI 1.0.3 part 3, 2.3, 2.6 and 2.7; 2.0, 4.1.6.2,
4.1.6.5 and 4.1.6.6): one resource under three addresses.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import UTC, datetime
from itertools import chain

from flask import Blueprint, Response, g, request
from flask.views import MethodView
from werkzeug.datastructures import ETags
from werkzeug.http import http_date

from api.middleware.memory_budget import MemoryBudget, parsed_weight
from api.rendering import as_json, no_content
from api.xapi.bodies import JSON, media_type, spooled
from api.xapi.request_buffer import Spool
from api.xapi.request_guards import entered
from api.xapi.response_streaming import Streams
from lrs.domain.errors import InvalidDocument, TooLarge, Unavailable
from lrs.domain.xapi.document import ANY, Address, Condition, DocumentKind
from lrs.service import Document, Lrs
from schemas import parse_json
from schemas.rules import is_content_type
from schemas.xapi.documents import asked_documents, deleted_documents, one_document

PATHS = {
    DocumentKind.STATE: "/activities/state",
    DocumentKind.AGENT_PROFILE: "/agents/profile",
    DocumentKind.ACTIVITY_PROFILE: "/activities/profile",
}

_UNKNOWN_TYPE = "application/octet-stream"
_LONGEST_TYPE = 1_000


def blueprint(lrs: Lrs, streams: Streams, memory: MemoryBudget) -> Blueprint:
    """The three document resources of a store."""
    bp = Blueprint("documents", __name__, url_prefix="/xapi")
    bp.before_request(entered(lrs))
    for kind, path in PATHS.items():
        bp.add_url_rule(path, view_func=_Documents.as_view(kind.value, lrs, kind, streams, memory))
    return bp


class _Documents(MethodView):
    init_every_request = False

    def __init__(
        self, lrs: Lrs, kind: DocumentKind, streams: Streams, memory: MemoryBudget
    ) -> None:
        self._lrs = lrs
        self._streams = streams
        self._kind = kind
        self._memory = memory

    def get(self) -> Response:
        collection, name, since = asked_documents(self._kind, request.query_string)
        if name is None:
            listed = as_json(self._lrs.documents.names(collection, since, g.credential))
            listed.add_etag()
            return listed
        document = self._lrs.documents.get(Address(collection, name), g.credential)
        return _answer(document, self._streams)

    def put(self) -> Response:
        address = one_document(self._kind, request.query_string)
        content_type = _content_type()
        with self._body() as spool:
            etag = self._lrs.documents.put(
                address, content_type, spool, _condition(), g.credential, g.xapi_version
            )
        return _stored(etag)

    def post(self) -> Response:
        address = one_document(self._kind, request.query_string)
        content_type = _content_type()
        if media_type(request) != JSON:
            raise InvalidDocument("document-not-json")
        with self._body() as spool, self._memory.held(parsed_weight(spool.chunks())):
            if type(parse_json(b"".join(spool.chunks()))) is not dict:
                raise InvalidDocument("document-not-object")
            etag = self._lrs.documents.merge(
                address, content_type, spool, _condition(), g.credential
            )
        return _stored(etag)

    def delete(self) -> Response:
        collection, name = deleted_documents(self._kind, request.query_string)
        if name is None:
            self._lrs.documents.clear(collection, g.credential)
        else:
            self._lrs.documents.delete(Address(collection, name), _condition(), g.credential)
        return no_content()

    def _body(self) -> AbstractContextManager[Spool]:
        self._lrs.documents.require_writer(self._kind, g.credential)
        limit = self._lrs.settings.max_document_bytes
        return spooled(request, limit, lambda: TooLarge("document-too-large", limit=limit))


def _content_type() -> str:
    """The Content-Type as sent: it goes into answers as it is. Raises InvalidDocument."""
    content_type = request.content_type or _UNKNOWN_TYPE
    good = len(content_type) <= _LONGEST_TYPE and content_type.isascii()
    if not (good and is_content_type(content_type)):
        raise InvalidDocument("content-type-malformed")
    return content_type


def _stored(etag: str) -> Response:
    response = no_content()
    response.set_etag(etag)
    return response


def _condition() -> Condition:
    """RFC 9110, 13.1. ETags without quotation marks count too, as tincanjs sends them, and weak
    ones, which a compressing proxy makes of strong ones.
    """
    headers = request.headers
    return Condition(
        if_match=_tags(request.if_match) if "If-Match" in headers else None,
        # A header without an ETag counts as missing; otherwise PUT would overwrite a document
        # unnoticed.
        if_none_match=_tags(request.if_none_match) or None,
    )


def _tags(tags: ETags) -> frozenset[str]:
    return frozenset({ANY}) if tags.star_tag else frozenset(tags.as_set(include_weak=True))


def _answer(document: Document, streams: Streams) -> Response:
    response = Response(content_type=document.content.content_type)
    response.set_etag(document.etag)
    response.headers["Last-Modified"] = http_date(
        datetime.fromtimestamp(document.stored / 1e6, UTC)
    )
    # A document is whatever somebody sent: a browser must not run it as a page of this origin.
    response.headers["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response.headers["Content-Disposition"] = "attachment"
    if request.if_none_match.contains_weak(document.etag):
        response.status_code = 304
        return response
    chunks = document.chunks()
    first = next(chunks, b"")
    if not first and document.content.size:
        raise Unavailable("bytes-missing")
    return streams.send(response, chain((first,), chunks), document.content.size)
