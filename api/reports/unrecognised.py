"""/api/v1/unrecognised: verbs and types of recent statements that count in no transcript."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import limit_of, reports_of
from lrs.service import Lrs
from schemas.parameters import NUMBER, parsed
from schemas.reports.unrecognised import unrecognised_view

PATH = "/api/v1/unrecognised"

DAYS = 30
MOST_DAYS = 3_660


def blueprint(lrs: Lrs) -> Blueprint:
    """The unrecognised verbs and types of a store's statements."""
    bp = Blueprint("unrecognised", __name__)
    reports_of(bp, lrs)

    @bp.get(PATH)
    def unrecognised() -> Response:
        """Verbs and object types of the last days that gave no outcome, the commonest first."""
        given = parsed(request.query_string, {"days": NUMBER, "limit": NUMBER})
        days = min(given.get("days") or DAYS, MOST_DAYS)
        found = lrs.unrecognised.found(days)
        return as_json(unrecognised_view(found, limit_of(given)))

    return bp
