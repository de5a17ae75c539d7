"""Reading a request's body within its limits, before it is ever held whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from flask import Request

from api.xapi.spool import Spool, Spooled, TooMuch
from lrs.domain.errors import Invalid, TooLarge, UnsupportedMedia

_CHUNK = 65_536
_AT_ONCE = 1_048_576
JSON = "application/json"
MULTIPART = "multipart/mixed"


def media_type(request: Request) -> str:
    """The body's media type, without parameters, in lower case."""
    return JSON if request.content_type == JSON else request.mimetype


def json_body(request: Request, limit: int) -> bytes:
    """The body as sent. Raises TooLarge from Content-Length or while reading, UnsupportedMedia
    for a compressed body, Invalid for one that is not declared as JSON.
    """
    if media_type(request) != JSON:
        raise Invalid("content-type-not-json")
    return b"".join(chunks(request, limit, lambda: TooLarge("body-too-large", limit=limit)))


def chunks(request: Request, limit: int, too_large: TooMuch) -> Iterator[bytes]:
    """The body in parts, `limit` bytes in all. Raises what `too_large` gives, UnsupportedMedia, and
    Invalid for a body shorter than its Content-Length: its client went away.
    """
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia("unsupported-content-encoding")
    length = request.content_length
    if length is not None and length > limit:
        raise too_large()
    size = 0
    # Asked for as much as there is, and no more: each reading lets another thread in between.
    at_once = min(length or _CHUNK, limit + 1, _AT_ONCE)
    while size != length and (chunk := request.stream.read(at_once)):
        size += len(chunk)
        if size > limit:
            raise too_large()
        yield chunk
    # A server that ends the input by itself does not tell the end from a cut.
    if length is not None and size < length:
        raise Invalid("bad-request")


@contextmanager
def spooled(request: Request, limit: int, too_large: TooMuch) -> Iterator[Spool]:
    """The whole body, digested. Raises as `chunks` does, and StorageFull."""
    with closing(Spooled()) as file:
        spool = Spool(file, limit, too_large)
        for chunk in chunks(request, limit, too_large):
            spool.write(chunk)
        yield spool
