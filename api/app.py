"""The Flask application: made from a store, with nothing built at import."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable
from itertools import count

import structlog
from flask import Flask, Response, g, request

from api import errors, health, paths
from api.reports import courses, transcripts
from api.xapi import statements
from lrs.service import Lrs

log = structlog.get_logger(__name__)


def create_app(lrs: Lrs) -> Flask:
    """The store as a WSGI application."""
    app = Flask("zachetka", static_folder=None)
    app.url_map.merge_slashes = False  # a redirect breaks a preflight; paths.py collapses them
    app.url_map.strict_slashes = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    errors.install(app)
    app.before_request(_beginning())
    app.after_request(_end)
    for blueprint in (
        statements.blueprint(lrs),
        transcripts.blueprint(lrs),
        courses.blueprint(lrs),
        health.blueprint(lrs),
    ):
        app.register_blueprint(blueprint)
    app.wsgi_app = paths.normalised(app.wsgi_app)  # type: ignore[method-assign,assignment]
    return app


def _beginning() -> Callable[[], None]:
    """What begins each request. An id is the process's own random part and a count: to ask the
    system for randomness lets go of the interpreter, which then has to be waited for.
    """
    own, numbers = secrets.token_hex(5), count(1)

    def begin() -> None:
        """Give the request an id, taken over from a proxy if it sent a sensible one."""
        given = request.headers.get("X-Request-ID", "")
        sensible = 8 <= len(given) <= 64 and given.isascii() and given.isprintable()
        g.request_id = given if sensible else f"{own}-{next(numbers):x}"
        g.began = time.perf_counter()
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=g.request_id)

    return begin


def _end(response: Response) -> Response:
    response.headers["X-Request-ID"] = g.request_id
    response.headers["X-Content-Type-Options"] = "nosniff"
    # Successes are many and tell little; a proxy in front logs them better.
    note = log.info if response.status_code >= 400 else log.debug
    note(
        "request",
        method=request.method,
        path=request.path,
        status=response.status_code,
        ms=round((time.perf_counter() - g.began) * 1000, 1),
    )
    return response
