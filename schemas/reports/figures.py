"""The statistics of courses and of their slices."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from lrs.domain.training.course_statistics import CourseStatistics
from lrs.service.reports import CurrentEntries, Slice, SliceBy
from schemas.fast_serializer import Dumping
from schemas.reports.fields import HoursField, RateField, SpreadField
from schemas.reports.people import agent_view, coded_view

OWN = "own"
"""The rule where lines of several courses are counted together: of each line its course's own."""


class SatisfactionField(fields.Field[Any]):
    """What people gave, in points from 1 to 5: the mean, how many, and how many gave each."""

    def _serialize(self, value: Any, attr: str | None, obj: Any, **_: Any) -> Any:
        mean = obj.satisfaction
        return {
            "mean": None if mean is None else round(mean, 2),
            "responses": sum(value),
            "distribution": {str(points): n for points, n in enumerate(value, start=1)},
        }


class FiguresView(Schema):
    """All figures of a course."""

    kind = fields.Raw()
    trainees = fields.Raw()
    enrolled = fields.Raw()
    started = fields.Raw()
    attended = fields.Raw()
    missed = fields.Raw()
    by_status = fields.Raw()
    attempts = fields.Raw()
    hours = HoursField()
    hours_delivered = HoursField(parts=60, attribute="delivered")
    completion = RateField()
    passing = RateField()
    attendance = RateField()
    no_show = RateField()
    scores = fields.Raw()
    score_quartiles = SpreadField(parts=100, attribute="score_spread")
    first_scores = fields.Raw()
    first_score_quartiles = SpreadField(parts=100, attribute="first_score_spread")
    tries_to_pass = fields.Dict(keys=fields.String(), attribute="tries")
    minutes_to_complete = SpreadField(attribute="minutes")
    satisfaction = SatisfactionField(attribute="ratings")
    attempt_rule = fields.Raw(attribute="rule")


_COURSE = Dumping(FiguresView())
_SLICE = Dumping(FiguresView(exclude=["hours_delivered"]))
_LINES = Dumping(FiguresView(exclude=["hours_delivered", "kind", "attempt_rule"]))
_SESSION = FiguresView(
    only=[
        "trainees",
        "enrolled",
        "attended",
        "missed",
        "hours",
        "hours_delivered",
        "attendance",
        "no_show",
        "satisfaction",
    ]
)


def figures_view(figures: CourseStatistics) -> Any:
    """The figures of a whole course."""
    return _COURSE.dump(figures)


def lines_view(figures: CourseStatistics) -> Any:
    """The figures of lines in several courses: whoever takes two courses counts twice."""
    shown = _LINES.dump(figures)
    lines = {"lines": shown.pop("trainees")}
    return {**lines, **shown, "attempt_rule": OWN}


def slice_view(
    one: Slice,
    by: SliceBy,
    names: Mapping[str, str],
    offices: CurrentEntries,
    languages: Sequence[str],
) -> dict[str, Any]:
    """What a slice is of; its figures are to follow."""
    value = one.value
    if by is SliceBy.OFFICE:
        return {"office": coded_view(value, offices, languages)}
    if by is SliceBy.INSTRUCTOR:
        return {"instructor": agent_view(value, names)}
    # a session without an IRI is what is said of the course itself
    return {by.value: value or None}


def slice_figures(one: Slice, by: SliceBy, *, of_course: bool) -> Any:
    """The figures of a slice; of a session those alone that a session has."""
    if by is SliceBy.SESSION:
        return _SESSION.dump(one.figures)
    return _SLICE.dump(one.figures) if of_course else lines_view(one.figures)
