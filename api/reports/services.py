"""/api/v1/services: which courses teach a service of the city, and who has mastered it."""

from __future__ import annotations

from urllib.parse import quote

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import PAGES, as_of, languages, limit_of, more, reports_known, reports_of
from lrs.service import Lrs
from schemas.parameters import CODE, KNOWN, parsed
from schemas.reports.offices import master_view, service_view

PATH = "/api/v1/services"


def blueprint(lrs: Lrs) -> Blueprint:
    """Services that a store's catalogue describes."""
    bp = Blueprint("services", __name__)
    reports_of(bp, lrs)

    @bp.get(PATH)
    def services() -> Response:
        """Every service, with the courses that teach it."""
        given = parsed(request.query_string, {"known": KNOWN})
        answer, spoken = reports_known(lrs, given).services.all(), languages()
        listed = [service_view(service, spoken) for service in answer.value]
        return as_json({"services": listed, "as_of": as_of(answer.consistency)})

    @bp.get(f"{PATH}/<code>")
    def service(code: str) -> Response:
        """One service, and those who have mastered it, a page at a time."""
        given = parsed(request.query_string, {"office": CODE, "known": KNOWN, **PAGES})
        place = given.get("office"), given.get("after", 0), limit_of(given)
        answer, spoken = reports_known(lrs, given).services.mastered(code, *place), languages()
        found = answer.value
        return as_json(
            {
                **service_view(found.service, spoken),
                "mastered_by": found.people,
                "people": [master_view(one, answer.place_names, spoken) for one in found.masters],
                "more": more(f"{PATH}/{quote(code)}", found.more),
                "as_of": as_of(answer.consistency),
            }
        )

    return bp
