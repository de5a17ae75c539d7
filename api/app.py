"""The Flask application: made from a store, with nothing built at import."""

from __future__ import annotations

from collections.abc import Callable, Collection
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from flask import Flask, Request

from api import errors, health, metrics
from api.admin import catalogue
from api.admin import people as people
from api.admin import projections as projections
from api.auth import ATTEMPTS, authenticated
from api.failed_logins import Attempts
from api.middleware import alternate_syntax
from api.middleware.body_deadline import BodyDeadlines, in_time
from api.middleware.concurrency_limit import in_turn
from api.middleware.cors import shared
from api.middleware.foreign_pages import refused_to_foreign_pages
from api.middleware.memory_budget import MemoryBudget
from api.middleware.path_normalisation import normalised
from api.middleware.response_headers import enveloped
from api.middleware.route_words import words_of
from api.public_url import under
from api.reports import (
    certifications,
    courses,
    offices,
    replay,
    services,
    transcripts,
    unrecognised,
    visits,
)
from api.xapi import about, agents, documents, signatures, statements
from api.xapi.response_streaming import Streams
from lrs.domain.xapi.version import Version
from lrs.service import Lrs

_REPORTS = (transcripts, courses, certifications, offices, services, visits, unrecognised, replay)

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment


class Application(Flask):
    """Flask without what it does for coroutines, of which there are none here."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself; Flask would inspect it at every call."""
        return func


def create_app(lrs: Lrs) -> Flask:
    """The store as a WSGI application."""
    app = Application("zachetka", static_folder=None)
    app.url_map.merge_slashes = False  # a redirect breaks a preflight
    app.url_map.strict_slashes = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions[ATTEMPTS] = Attempts()
    errors.install(app)
    alternate_syntax.install(app)
    streams = Streams(max(1, lrs.settings.threads // 2))
    memory = MemoryBudget()
    reports = [module.blueprint(lrs) for module in _REPORTS]
    signed = signatures.Signatures(lrs)
    for blueprint in (
        statements.blueprint(lrs, streams, memory, signed),
        signatures.blueprint(lrs, signed),
        documents.blueprint(lrs, streams, memory),
        agents.blueprint(lrs),
        about.blueprint(),
        *reports,
        catalogue.blueprint(lrs, memory),
        people.blueprint(lrs),
        projections.blueprint(lrs),
        health.blueprint(lrs),
    ):
        app.register_blueprint(blueprint)
    paths = paths_of(app, {report.name for report in reports})
    inner: WSGIApplication = app.wsgi_app
    if lrs.settings.alternate_syntax:
        require_key = partial(_require_key, app, lrs)
        inner = alternate_syntax.understood(inner, lrs.settings.max_json_bytes, require_key)
    words = cache(lambda: words_of(app))
    app.wsgi_app = _surrounded(inner, lrs, paths, words)  # type: ignore[method-assign,assignment]
    metrics.install(app, lrs)
    return app


def paths_of(app: Flask, blueprints: Collection[str]) -> tuple[str, ...]:
    """The path prefixes of the blueprints of these names, up to their first parameter."""
    rules = [r.rule for r in app.url_map.iter_rules() if r.endpoint.partition(".")[0] in blueprints]
    return tuple({rule.partition("<")[0].rstrip("/") for rule in rules})


def _surrounded(
    app: WSGIApplication,
    lrs: Lrs,
    reports: tuple[str, ...],
    words: Callable[[], frozenset[str]],
) -> WSGIApplication:
    """The application wrapped in its middleware, from the inside out. `reports` are the path
    prefixes of reports, `words` returns the words of a path that the log may show.
    """
    settings = lrs.settings
    app = in_time(app, BodyDeadlines(settings.body_seconds, settings.body_rate))
    app = refused_to_foreign_pages(app, settings.cors_origins, settings.public_url)
    app = in_turn(app, settings.threads, lambda path: path.startswith(reports))
    app = shared(app, settings.cors_origins)
    default = Version(settings.xapi_version)
    app = enveloped(app, lambda: lrs.statements.through, default, words)
    return under(normalised(app), settings.public_url)


def _require_key(app: Flask, lrs: Lrs, environ: WSGIEnvironment) -> None:
    with app.app_context():
        authenticated(lrs, Request(environ))
