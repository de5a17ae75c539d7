"""/api/v1/visits: trainers' visits to offices."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import as_of, languages, limit_of, more, reports_known, reports_of
from lrs.service import Lrs
from lrs.service.reports.visits import VisitsQuery
from schemas.parameters import CODE, DAY, KNOWN, NUMBER, TEXT, VISIT, parsed
from schemas.reports.offices import visits_view

PATH = "/api/v1/visits"

_SOUGHT = {
    "office": CODE,
    "trainer": TEXT,
    "from": DAY,
    "to": DAY,
    "after": VISIT,
    "limit": NUMBER,
    "known": KNOWN,
}


def blueprint(lrs: Lrs) -> Blueprint:
    """Visits that a store's catalogue records."""
    bp = Blueprint("visits", __name__)
    reports_of(bp, lrs)

    @bp.get(PATH)
    def visits() -> Response:
        """Visits to an office, by a trainer, within days; with their hours."""
        given = parsed(request.query_string, _SOUGHT)
        sought = VisitsQuery(
            office=given.get("office"),
            trainer=given.get("trainer"),
            since=given.get("from"),
            until=given.get("to"),
            after=given.get("after"),
            limit=limit_of(given),
        )
        answer = reports_known(lrs, given).visits.visits(sought)
        last = answer.value.more
        return as_json(
            {
                **visits_view(answer.value, answer.place_names, languages()),
                "more": more(PATH, " ".join(last) if last else None),
                "as_of": as_of(answer.consistency),
            }
        )

    return bp
