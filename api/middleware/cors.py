"""CORS: lets a module in a browser page of another origin use the store (fetch.spec.whatwg.org).

A key travels in a header that scripts set, never in a cookie, so credentials need no allowing.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

ANY = "*"
"""Every origin."""

_SENT = (
    "Authorization, Content-Type, X-Experience-API-Version, X-Experience-API-Hash, If-Match, "
    "If-None-Match, Accept-Language, X-Request-ID"
)
_EXPOSED = (
    "ETag, Last-Modified, X-Experience-API-Version, X-Experience-API-Consistent-Through, "
    "X-Zachetka-Signature, X-Zachetka-Unknown-Verb, X-Request-ID, Retry-After"
)
_PREFLIGHT = (
    ("Access-Control-Allow-Methods", "GET, HEAD, PUT, POST, DELETE"),
    ("Access-Control-Allow-Headers", _SENT),
    ("Access-Control-Max-Age", "600"),
    ("Content-Length", "0"),
)


def lets_in(origins: Collection[str], origin: str) -> bool:
    """Whether pages of that origin may use xAPI's resources."""
    return ANY in origins or origin.lower() in origins


def shared(app: WSGIApplication, origins: Collection[str]) -> WSGIApplication:
    """WSGI middleware: answers preflights of these origins, and adds CORS headers to all replies of
    xAPI's resources, errors too; modules need no other resources. Without origins it is the
    application itself.
    """
    if not origins:
        return app

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if not environ["PATH_INFO"].startswith("/xapi/"):
            return app(environ, start)
        origin = environ.get("HTTP_ORIGIN", "")
        allowed = bool(origin) and lets_in(origins, origin)
        marks = [("Vary", "Origin")]
        if allowed:
            marks.append(("Access-Control-Allow-Origin", origin))
        preflight = "HTTP_ACCESS_CONTROL_REQUEST_METHOD" in environ
        if environ["REQUEST_METHOD"] == "OPTIONS" and preflight:
            start("204 No Content", [*marks, *(_PREFLIGHT if allowed else ())])
            return ()
        if allowed:
            marks.append(("Access-Control-Expose-Headers", _EXPOSED))

        def begin(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            headers += marks
            return start(status, headers, exc_info) if exc_info else start(status, headers)

        return app(environ, begin)

    return wrapped
