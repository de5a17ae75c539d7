"""/api/v1/courses: which courses there are, and the figures of each."""

from __future__ import annotations

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import as_of, languages, require_reports
from lrs.service import Lrs
from schemas.parameters import parameters
from schemas.reports import course_view, figures_view


def blueprint(lrs: Lrs) -> Blueprint:
    """Courses of a store."""
    bp = Blueprint("courses", __name__, url_prefix="/api/v1")

    @bp.before_request
    def begin() -> None:
        require_reports(lrs)
        parameters(request.query_string, frozenset())

    @bp.get("/courses")
    def courses() -> Response:
        """Every course, with the number of trainees whose transcripts show it."""
        held = lrs.training.courses()
        spoken = languages()
        listed = [
            {
                **course_view(entry.course, spoken),
                "kind": entry.kind,
                "trainees": entry.trainees,
                "statistics": f"/api/v1/courses/{entry.course.id}/statistics",
            }
            for entry in held.value
        ]
        return as_json({"courses": listed, "as_of": as_of(held.reach)})

    @bp.get("/courses/<path:course>/statistics")
    def statistics(course: str) -> Response:
        """One course's figures: by its number, or its IRI percent-encoded."""
        held = lrs.training.course_statistics(course)
        report = held.value
        last = report.last_activity
        return as_json(
            {
                "course": course_view(report.course, languages()),
                **figures_view(report.figures),
                "last_activity": None if last is None else str(last),
                "as_of": as_of(held.reach),
            }
        )

    return bp
