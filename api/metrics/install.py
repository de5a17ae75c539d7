"""/metrics and the access log, in an application.

Requests are counted by route, the program's own rule such as `/api/v1/transcripts/<trainee>`, as
paths name people. Flask puts a request's route and key into its environment for the middleware,
which is the outermost and so sees every reply.
"""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import lru_cache, partial
from typing import TYPE_CHECKING, Any

import structlog
from flask import Flask, Response, g, request

from api.errors import CODE
from api.metrics.resource import blueprint
from api.metrics.shared import Exchange
from api.metrics.snapshot import take
from api.metrics.tally import RequestTally, SeriesKey
from lrs.service import Lrs

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

log = structlog.get_logger(__name__)

RULE, KEY = "zachetka.rule", "zachetka.key"
OTHER = "other"
"""The route of requests without a view, and the method of those with an unusual one."""

_METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS"})


def install(app: Flask, lrs: Lrs) -> None:
    """Count the requests of the application as it is by now, and show the figures at /metrics."""
    tally = RequestTally()
    exchange = Exchange(partial(take, os.getpid(), tally, lrs))
    app.register_blueprint(blueprint(lrs, exchange))
    app.url_value_preprocessor(_note_rule)
    note = _logged if lrs.settings.access_log else None
    if note is not None:
        app.after_request(_note_key)
    inner: WSGIApplication = app.wsgi_app
    app.wsgi_app = counted(inner, tally, note)  # type: ignore[method-assign,assignment]


def _note_rule(_endpoint: str | None, _values: dict[str, Any] | None) -> None:
    if request.url_rule is not None:
        request.environ[RULE] = _plain(request.url_rule.rule)


@lru_cache(maxsize=256)
def _plain(rule: str) -> str:
    """A rule without the kinds of its parts: `<path:trainee>` is `<trainee>`."""
    return re.sub(r"<\w+:", "<", rule)


def _note_key(response: Response) -> Response:
    """The name of the request's authenticated key; never a name that was only claimed."""
    credential = g.get("credential")
    if credential is not None:
        request.environ[KEY] = credential.id.hex
    return response


def counted(
    app: WSGIApplication, tally: RequestTally, note: Callable[..., None] | None
) -> WSGIApplication:
    """WSGI middleware: adds each request to the tally, and to the log where that is wanted."""

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()
        method = environ["REQUEST_METHOD"]
        answered: list[Any] = ["500", ()]

        def begin(
            status: str, headers: list[tuple[str, str]], exc_info: Any = None
        ) -> Callable[[bytes], object]:
            answered[:] = status, headers
            return start(status, headers, exc_info) if exc_info else start(status, headers)

        try:
            return app(environ, begin)
        finally:
            seconds = time.perf_counter() - began
            status = answered[0]
            route = environ.get(RULE, OTHER)
            key = SeriesKey(route, method if method in _METHODS else OTHER, f"{status[0]}xx")
            tally.add(key, seconds, environ.get(CODE))
            if note is not None:
                note(environ, key, status, answered[1], seconds)

    return wrapped


def _logged(
    environ: WSGIEnvironment,
    key: SeriesKey,
    status: str,
    headers: Iterable[tuple[str, str]],
    seconds: float,
) -> None:
    """An entry of the access log. `bytes` is null for an answer whose length nobody knows yet."""
    length = next((value for name, value in headers if name.lower() == "content-length"), None)
    with suppress(Exception):  # a full disk may take no log entry
        log.info(
            "access",
            key=environ.get(KEY),
            route=key.route,
            method=key.method,
            status=int(status[:3]),
            ms=round(seconds * 1000, 1),
            bytes=None if length is None else int(length),
        )
