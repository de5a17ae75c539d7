"""/api/v1/certifications: who is certified on a day, and who may serve visitors."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import (
    PAGES,
    as_of,
    languages,
    limit_of,
    more,
    position_of,
    reports_known,
    reports_of,
)
from lrs.domain.certification.verdict import STATUSES
from lrs.domain.errors import InvalidQuery
from lrs.service import Lrs
from lrs.service.reports.certifications import CertificatesQuery
from schemas.parameters import CODE, DAY, KNOWN, parsed, some_of
from schemas.reports.certificates import certificates_view, founded_view
from schemas.reports.people import coded_view

PATH = "/api/v1/certifications"

_OF_MANY = {
    "office": CODE,
    "programme": CODE,
    "status": some_of(*STATUSES),
    "on": DAY,
    "known": KNOWN,
    **PAGES,
}


def blueprint(lrs: Lrs) -> Blueprint:
    """Certificates of a store."""
    bp = Blueprint("certifications", __name__)
    reports_of(bp, lrs)

    @bp.get(PATH)
    def among() -> Response:
        """The people of an office or of a programme, or of both."""
        given = parsed(request.query_string, _OF_MANY)
        wanted, spoken = _wanted(lrs, given), languages()
        answer = reports_known(lrs, given).certifications.among(wanted)
        return as_json(
            {
                "on": wanted.on,
                "office": coded_view(wanted.office, answer.place_names.offices, spoken),
                **certificates_view(answer.value, answer.place_names, spoken),
                "more": more(PATH, answer.value.more),
                "as_of": as_of(answer.consistency),
            }
        )

    @bp.get(f"{PATH}/<path:trainee>")
    def of_trainee(trainee: str) -> Response:
        """One person in all programmes that concern them: by agent key or personnel number."""
        given = parsed(request.query_string, {"on": DAY, "known": KNOWN})
        on = given.get("on") or lrs.clock.today()
        known = position_of(lrs, given.get("known"))
        answer = lrs.certifications.of_trainee(trainee, on, known)
        shown = founded_view(answer.value, answer.place_names, languages())
        return as_json({"on": on, **shown, "as_of": as_of(answer.consistency)})

    return bp


def _wanted(lrs: Lrs, given: dict[str, Any]) -> CertificatesQuery:
    office, programme = given.get("office"), given.get("programme")
    if office is None and programme is None:
        raise InvalidQuery("office-or-programme")
    whole = office is not None and not given.get("limit")
    return CertificatesQuery(
        on=given.get("on") or lrs.clock.today(),
        office=office,
        programme=programme,
        statuses=given.get("status", frozenset()),
        after=given.get("after", 0),
        limit=None if whole else limit_of(given),
    )
