"""/api/v1/courses and /api/v1/statistics: the courses and their statistics."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, request

from api.rendering import as_json
from api.reports.access import (
    MOST,
    as_of,
    languages,
    limit_of,
    more,
    position_of,
    reports_known,
    reports_of,
    same_known,
)
from lrs.domain.errors import InvalidQuery
from lrs.service import Lrs
from lrs.service.reports import CourseReport, SliceBy
from lrs.service.reports.snapshot import ReportAnswer
from lrs.service.reports.transcripts import Slices
from schemas.parameters import ANY, KNOWN, NUMBER, one_of, parsed
from schemas.reports.courses import course_view
from schemas.reports.figures import OWN, figures_view, slice_figures, slice_view

COURSES, STATISTICS = "/api/v1/courses", "/api/v1/statistics"

_PAGES = {"after": ANY, "limit": NUMBER}
_KNOWN = {"known": KNOWN}
_OF_COURSE = {
    "by": one_of(SliceBy.SESSION, SliceBy.OFFICE, SliceBy.INSTRUCTOR, SliceBy.MONTH),
    **_PAGES,
    **_KNOWN,
}
_OF_ALL = {"by": one_of(SliceBy.OFFICE, SliceBy.INSTRUCTOR, SliceBy.MONTH), **_PAGES, **_KNOWN}


def blueprint(lrs: Lrs) -> Blueprint:
    """Courses of a store."""
    bp = Blueprint("courses", __name__)
    reports_of(bp, lrs)

    @bp.get(COURSES)
    def courses() -> Response:
        """Every course, with the number of trainees whose transcripts show it."""
        given = parsed(request.query_string, _KNOWN)
        answer = reports_known(lrs, given).transcripts.courses()
        spoken = languages()
        listed = [
            {
                **course_view(entry.course, spoken),
                "kind": entry.kind,
                "trainees": entry.trainees,
                "statistics": same_known(f"{COURSES}/{entry.course.id}/statistics"),
            }
            for entry in answer.value
        ]
        return as_json({"courses": listed, "as_of": as_of(answer.consistency)})

    @bp.get(f"{COURSES}/<path:course>/statistics")
    def statistics(course: str) -> Response:
        """One course's figures, or those of its slices: by its number, or its IRI
        percent-encoded.
        """
        given = parsed(request.query_string, _OF_COURSE)
        if "by" not in given:
            for name in given.keys() & _PAGES.keys():
                raise InvalidQuery("pages-without-slices", parameter=name)
            known = position_of(lrs, given.get("known"))
            return _whole(lrs.transcripts.course_statistics(course, known))
        by, page = SliceBy(given["by"]), (given.get("after"), _limit(given))
        if by is SliceBy.INSTRUCTOR:  # whose names only a replica knows as they were
            reports = reports_known(lrs, given).transcripts
            return _sliced(reports.course_slices(course, by, *page), by)
        known = position_of(lrs, given.get("known"))
        return _sliced(lrs.transcripts.course_slices(course, by, *page, known), by)

    @bp.get(STATISTICS)
    def all_courses() -> Response:
        """The figures of all courses together."""
        given = parsed(request.query_string, _OF_ALL, required=("by",))
        by = SliceBy(given["by"])
        reports = reports_known(lrs, given).transcripts
        return _sliced(reports.slices(by, given.get("after"), _limit(given)), by)

    return bp


def _limit(given: dict[str, Any]) -> int:
    return limit_of(given, default=MOST)


def _whole(answer: ReportAnswer[CourseReport]) -> Response:
    report = answer.value
    last = report.last_activity
    return as_json(
        {
            "course": course_view(report.course, languages()),
            **figures_view(report.figures),
            "kind": report.course.kind or report.figures.kind,
            "last_activity": None if last is None else str(last),
            "as_of": as_of(answer.consistency),
        }
    )


def _sliced(answer: ReportAnswer[Slices], by: SliceBy) -> Response:
    found, spoken = answer.value, languages()
    course, path = found.course, STATISTICS
    if course:
        path = f"{COURSES}/{course.id}/statistics"
    last = found.slices[-1].value if found.more else None
    return as_json(
        {
            **({"course": course_view(course, spoken)} if course else {}),
            "by": by.value,
            "attempt_rule": course.rule if course else OWN,
            "slices": [
                {
                    **slice_view(one, by, found.names, answer.place_names.offices, spoken),
                    **slice_figures(one, by, of_course=course is not None),
                }
                for one in found.slices
            ],
            "more": more(path, last),
            "as_of": as_of(answer.consistency),
        }
    )
