"""The store's health and its entry points."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.admin.projection_view import log_view
from api.auth import authenticated
from api.rendering import as_json
from lrs import __version__
from lrs.domain.errors import LrsError
from lrs.service import Health, Lrs
from schemas.links import link


def blueprint(lrs: Lrs) -> Blueprint:
    """`/` and `/health`, which need no key. Without a key they only show that the store answers."""
    bp = Blueprint("health", __name__)

    def is_stranger() -> bool:
        try:
            authenticated(lrs, request)
        except LrsError:
            return True
        return False

    @bp.get("/")
    def index() -> Response:
        """The entry points of the store."""
        return as_json(_entry_points())

    @bp.get("/health")
    def health() -> Response:
        """200 while the store answers. With a key also whether the log has lost events, the state
        of each projection, its lag in events, and the number of events in quarantine.
        """
        health = lrs.health()
        return as_json({"status": "ok"} if is_stranger() else _health_view(health))

    return bp


def _entry_points() -> dict[str, str]:
    return {
        "name": "Zachetka",
        "xapi": link("/xapi/statements"),
        "transcripts": link("/api/v1/transcripts"),
        "courses": link("/api/v1/courses"),
        "projections": link("/api/v1/projections"),
        "health": link("/health"),
    }


def _health_view(health: Health) -> dict[str, Any]:
    """The store's health for a client that has a key."""
    return {
        "status": "attention" if health.is_wrong else "ok",
        "version": __version__,
        "events": health.head,
        "log": log_view(health.divergences),
        "projections": [
            {
                "name": p.name,
                "version": p.version,
                "state": p.state,
                "position": p.position,
                "lag": p.lag,
                "lag_seconds": p.lag_seconds,
            }
            for p in health.projections
        ],
        "quarantined": len(health.quarantined),
    }
