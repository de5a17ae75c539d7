"""/api/v1/offices: the training of an office's people, who may serve, and visitors' ratings."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import as_of, languages, reports_known, reports_of, same_known
from api.reports.visits import PATH as VISITS
from lrs.service import Lrs
from schemas.links import link
from schemas.parameters import DAY, KNOWN, parsed
from schemas.reports.offices import month_view, office_view, readiness_view, visits_view

PATH = "/api/v1/offices"


def blueprint(lrs: Lrs) -> Blueprint:
    """Offices of a store."""
    bp = Blueprint("offices", __name__)
    reports_of(bp, lrs)

    @bp.get(PATH)
    def offices() -> Response:
        """Every office, with the figures of its people."""
        given = parsed(request.query_string, {"known": KNOWN})
        answer, spoken = reports_known(lrs, given).offices.all(), languages()
        listed = [office_view(office, spoken) for office in answer.value]
        return as_json({"offices": listed, "as_of": as_of(answer.consistency)})

    @bp.get(f"{PATH}/<code>")
    def office(code: str) -> Response:
        """One office, month by month, and its certificates as they are on a day."""
        given = parsed(request.query_string, {"on": DAY, "known": KNOWN})
        on = given.get("on") or lrs.clock.today()
        answer = reports_known(lrs, given).offices.one(code, on)
        report, spoken = answer.value, languages()
        address = link(same_known(VISITS, office=code))
        return as_json(
            {
                **office_view(report.office, spoken),
                "months": [month_view(month) for month in report.months],
                "certification": readiness_view(report.readiness, spoken),
                "visits": {
                    **visits_view(report.visits, answer.place_names, spoken),
                    "all": address,
                },
                "as_of": as_of(answer.consistency),
            }
        )

    return bp
