"""The Flask application: made from a store, with nothing built at import."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Flask

from api import errors, health
from api.attempts import Attempts
from api.auth import ATTEMPTS
from api.catalogue import resource
from api.cors import shared
from api.envelope import enveloped
from api.paths import normalised
from api.people import resource as people
from api.projections import resource as projections
from api.public_url import under
from api.reports import (
    certifications,
    courses,
    offices,
    services,
    transcripts,
    unrecognised,
    visits,
)
from api.xapi import about, agents, alternate, documents, statements
from api.xapi.streams import Streams
from lrs.domain.version import Version
from lrs.service import Lrs


class Application(Flask):
    """Flask without what it does for coroutines, of which there are none here."""

    def ensure_sync(self, func: Callable[..., Any]) -> Callable[..., Any]:
        """The function itself; Flask would inspect it at every call."""
        return func


def create_app(lrs: Lrs) -> Flask:
    """The store as a WSGI application."""
    app = Application("zachetka", static_folder=None)
    app.url_map.merge_slashes = False  # a redirect breaks a preflight; paths.py collapses them
    app.url_map.strict_slashes = False
    app.config["PROPAGATE_EXCEPTIONS"] = False
    app.extensions[ATTEMPTS] = Attempts()
    errors.install(app)
    alternate.install(app)
    streams = Streams(max(1, lrs.settings.threads // 2))
    for blueprint in (
        statements.blueprint(lrs, streams),
        documents.blueprint(lrs, streams),
        agents.blueprint(lrs),
        about.blueprint(),
        transcripts.blueprint(lrs),
        courses.blueprint(lrs),
        certifications.blueprint(lrs),
        offices.blueprint(lrs),
        services.blueprint(lrs),
        visits.blueprint(lrs),
        unrecognised.blueprint(lrs),
        resource.blueprint(lrs),
        people.blueprint(lrs),
        projections.blueprint(lrs),
        health.blueprint(lrs),
    ):
        app.register_blueprint(blueprint)
    default = Version(lrs.settings.xapi_version)
    inner = alternate.understood(app.wsgi_app, lrs.settings.max_json_bytes)
    open_to_pages = shared(inner, lrs.settings.cors_origins)
    stamped = enveloped(open_to_pages, lambda: lrs.statements.through, default)
    reached = under(normalised(stamped), lrs.settings.public_url)
    app.wsgi_app = reached  # type: ignore[method-assign,assignment]
    return app
