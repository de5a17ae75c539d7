"""Reading a request's body within its limits, before it is ever held whole."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager

from flask import Request

from api.middleware.memory_budget import MemoryBudget, parsed_weight
from api.xapi.request_buffer import BufferFull, Spool, Spooled
from lrs.domain.errors import Invalid, TooLarge, UnsupportedMedia

_CHUNK = 65_536
JSON = "application/json"
MULTIPART = "multipart/mixed"


def media_type(request: Request) -> str:
    """The body's media type, without parameters, in lower case."""
    return JSON if request.content_type == JSON else request.mimetype


@contextmanager
def json_body(request: Request, limit: int, memory: MemoryBudget) -> Iterator[bytes]:
    """The body as sent, while it is parsed and used. Raises TooLarge from Content-Length or while
    reading, UnsupportedMedia for a compressed body, Invalid for one that is not declared as JSON,
    Unavailable while others take too much memory.
    """
    if media_type(request) != JSON:
        raise Invalid("content-type-not-json")
    sent = chunks(request, limit, lambda: TooLarge("body-too-large", limit=limit))
    if (request.content_length or limit) <= _CHUNK:
        yield b"".join(sent)
        return
    with closing(Spooled()) as file:
        # A large body waits in a file: a slow client would occupy memory for long.
        size = weight = 0
        for piece in sent:
            size += len(piece)
            weight += parsed_weight([piece])
            file.append(piece)
        with memory.held(weight):
            yield file.read(0, size)


def chunks(request: Request, limit: int, too_large: BufferFull) -> Iterator[bytes]:
    """The body in parts, `limit` bytes in all. Raises what `too_large` gives, UnsupportedMedia, and
    Invalid for a body shorter than its Content-Length: its client went away.
    """
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia("unsupported-content-encoding")
    length = request.content_length
    if length is not None and length > limit:
        raise too_large()
    size = 0
    at_once = min(length or _CHUNK, limit + 1, _CHUNK)
    while size != length and (chunk := request.stream.read(at_once)):
        size += len(chunk)
        if size > limit:
            raise too_large()
        yield chunk
    # If the server ends the input by itself, its end and a lost connection look the same.
    if length is not None and size < length:
        raise Invalid("bad-request")


@contextmanager
def spooled(request: Request, limit: int, too_large: BufferFull) -> Iterator[Spool]:
    """The whole body, digested. Raises as `chunks` does, and StorageFull."""
    with closing(Spooled()) as file:
        spool = Spool(file, limit, too_large)
        for chunk in chunks(request, limit, too_large):
            spool.write(chunk)
        yield spool
