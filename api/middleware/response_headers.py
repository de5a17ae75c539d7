"""The headers of every reply, and its log entry.

This is WSGI middleware and no Flask hook: it also covers replies without a view, and costs a tenth.
"""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache
from itertools import count
from typing import TYPE_CHECKING, Any

import structlog

from api.middleware.request_id import REQUEST_ID
from api.middleware.route_words import shown
from api.xapi.versions import HEADER, spoken
from lrs.domain.time import iso
from lrs.domain.xapi.version import Version

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

THROUGH = "zachetka.through"
"""The environment's key for the instant up to which the reply is complete, in microseconds, if a
view sets it.
"""

CONSISTENT_THROUGH = "X-Experience-API-Consistent-Through"

_NOBODYS = frozenset({"/", "/health", "/xapi/about"})
"""Paths whose replies hold no personal data."""

_iso = lru_cache(maxsize=64)(iso)
_LONGEST_ID = 64


def enveloped(
    app: WSGIApplication,
    through: Callable[[], int],
    default: Version,
    words: Callable[[], frozenset[str]],
) -> WSGIApplication:
    """WSGI middleware: an id for each request, headers on each answer, refusals in the log.

    `through` gives Consistent-Through if no view has set it. `default` is the version in the reply
    to a request that named none. `words` returns the words of a path that the log
    may show.
    """
    own, numbers = secrets.token_hex(5), count(1)

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        # Ids are not random each: asking the system for randomness releases the interpreter.
        id = _sensible(environ.get("HTTP_X_REQUEST_ID")) or f"{own}-{next(numbers):x}"
        environ[REQUEST_ID] = id

        def begin(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            headers += (("X-Request-ID", id), ("X-Content-Type-Options", "nosniff"))
            path = environ["PATH_INFO"]
            if path.startswith("/xapi/") or path == "/xapi":
                version = spoken(environ) or default
                complete = _iso(environ.get(THROUGH) or through())
                headers += ((HEADER, version.value), (CONSISTENT_THROUGH, complete))
            if path not in _NOBODYS:
                # Neither a proxy nor a browser may cache personal data.
                headers.append(("Cache-Control", "no-store"))
            # Successes are frequent and of little interest; a proxy in front can log them.
            if status[0] in "45":
                _note(environ, status, began, words())
            return start(status, headers, exc_info) if exc_info else start(status, headers)

        return app(environ, begin)

    return wrapped


def _sensible(id: str | None) -> str | None:
    """An id that a proxy gave, if it can stand in a header and a log."""
    good = id and 8 <= len(id) <= _LONGEST_ID and id.isascii() and id.isprintable()
    return id if good else None


def _note(environ: WSGIEnvironment, status: str, began: float, words: frozenset[str]) -> None:
    with suppress(Exception):  # a full disk may take no log entry either
        log.info(
            "request",
            method=environ["REQUEST_METHOD"],
            path=shown(environ["PATH_INFO"], words),
            status=int(status[:3]),
            ms=round((time.perf_counter() - began) * 1000, 1),
        )
