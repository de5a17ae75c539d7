"""Reading a request's JSON body within its limit, before it is ever held whole."""

from __future__ import annotations

from flask import Request

from lrs.domain.errors import Invalid, TooLarge, UnsupportedMedia

_CHUNK = 65_536
_JSON = "application/json"


def json_body(request: Request, limit: int) -> bytes:
    """The body as sent. Raises TooLarge from Content-Length or while reading, UnsupportedMedia
    for a compressed body, Invalid for one that is not declared as JSON.
    """
    if request.environ.get("HTTP_CONTENT_ENCODING", "identity").lower() != "identity":
        raise UnsupportedMedia("unsupported-content-encoding")
    media_type = _JSON if request.content_type == _JSON else request.mimetype
    if media_type == "multipart/mixed":
        raise Invalid("attachments-not-taken")
    if media_type != _JSON:
        raise Invalid("content-type-not-json")
    length = request.content_length
    if length is not None and length > limit:
        raise TooLarge("body-too-large", limit=limit)
    parts: list[bytes] = []
    size = 0
    # Asked for as much as there is, and no more: each reading lets another thread in between.
    while size != length and (chunk := request.stream.read(min(length or _CHUNK, limit + 1))):
        size += len(chunk)
        if size > limit:
            raise TooLarge("body-too-large", limit=limit)
        parts.append(chunk)
    return parts[0] if len(parts) == 1 else b"".join(parts)
