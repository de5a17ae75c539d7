"""What reports answer: the shapes of /api/v1, described in docs/reports.md.

Hours are decimal hours, times ISO 8601 with the offset under which they happened, texts in the
reader's language with all languages beside them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from urllib.parse import quote
from uuid import UUID

from marshmallow import Schema, fields

from lrs.domain.format import preferred
from lrs.domain.line import Line
from lrs.domain.moment import Moment
from lrs.domain.statistics import Rate
from lrs.projections.courses import Course
from lrs.projections.people import Trainee
from lrs.projections.transcripts import Correction
from schemas.dumping import Dumping

DEFAULT_LANGUAGES = ("ru", "en")


class MomentField(fields.Field[Any]):
    """A Moment as ISO 8601 with its offset."""

    def _serialize(self, value: Moment | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else str(value)


class HoursField(fields.Field[Any]):
    """Seconds as hours, to the hundredth."""

    def _serialize(self, value: int | None, attr: str | None, obj: Any, **_: Any) -> Any:
        return None if value is None else round(value / 3600, 2)


class RateField(fields.Field[Any]):
    """A share with its parts, so that nobody has to guess the denominator."""

    def _serialize(self, value: Rate | None, attr: str | None, obj: Any, **_: Any) -> Any:
        if value is None:
            return None
        share = value.value
        rounded = None if share is None else round(share, 4)
        return {"value": rounded, "part": value.part, "of": value.base}


class ScoreView(Schema):
    scaled = fields.Raw()
    raw = fields.Raw()
    min = fields.Raw()
    max = fields.Raw()


class AgentView(Schema):
    key = fields.Raw()
    name = fields.Raw()


class PlaceView(Schema):
    id = fields.Raw()
    title = fields.Raw()


class LineView(Schema):
    """One line of a transcript, without its course."""

    status = fields.Raw()
    kind = fields.Raw()
    success = fields.Raw()
    first_activity = MomentField()
    last_activity = MomentField()
    completed = MomentField()
    attempts = fields.Raw()
    score = fields.Nested(ScoreView)
    best_score = fields.Nested(ScoreView)
    last_score = fields.Nested(ScoreView)
    first_score = fields.Nested(ScoreView)
    hours = HoursField()
    hours_exceed_elapsed = fields.Raw()
    hours_cut = fields.Raw()
    sessions_attended = fields.Raw()
    sessions_missed = fields.Raw()
    instructor = fields.Nested(AgentView)
    place = fields.Nested(PlaceView)
    attempt_rule = fields.Raw(attribute="rule")
    voided_count = fields.Raw()


class TotalsView(Schema):
    """A transcript's totals."""

    hours = HoursField()
    hours_by_year = fields.Dict(keys=fields.String(), values=HoursField())
    hours_by_kind = fields.Dict(values=HoursField())
    courses_by_status = fields.Raw()


class FiguresView(Schema):
    """A course's figures."""

    kind = fields.Raw()
    trainees = fields.Raw()
    enrolled = fields.Raw()
    started = fields.Raw()
    attended = fields.Raw()
    missed = fields.Raw()
    by_status = fields.Raw()
    attempts = fields.Raw()
    hours = HoursField()
    completion = RateField()
    passing = RateField()
    scores = fields.Raw()
    first_scores = fields.Raw()
    attempt_rule = fields.Raw(attribute="rule")


_LINE, _TOTALS, _FIGURES = Dumping(LineView()), Dumping(TotalsView()), Dumping(FiguresView())


def trainee_view(trainee: Trainee) -> dict[str, Any]:
    """Who, and where the transcript is."""
    return {
        "key": trainee.key,
        "name": trainee.name,
        "personnel_number": trainee.personnel,
        "transcript": "/api/v1/transcripts/" + quote(trainee.key, safe=":@"),
    }


def course_view(course: Course, languages: Sequence[str]) -> dict[str, Any]:
    """Which course: number, IRI, and its title as the reader likes it."""
    best = preferred(course.title, [*languages, *DEFAULT_LANGUAGES])
    return {
        "number": course.id,
        "id": course.iri,
        "title": next(iter(best.values()), None),
        "titles": course.title,
    }


def correction_view(
    correction: Correction, ids: Mapping[int, UUID], languages: Sequence[str]
) -> dict[str, Any]:
    """A course of which every statement was voided: the `ids` of the latest of them."""
    voided = [str(ids[position]) for position in correction.statements]
    return {"course": course_view(correction.course, languages), "voided": voided}


def line_view(line: Line, ids: Mapping[int, UUID]) -> Any:
    """A line, with the `ids` of the statements that it names by position."""
    named = {"evidence": line.evidence, "voided": line.voided}
    return {**_LINE.dump(line), **{k: [str(ids[p]) for p in v] for k, v in named.items()}}


def totals_view(transcript: object) -> Any:
    return _TOTALS.dump(transcript)


def figures_view(figures: object) -> Any:
    """The figures, with the score histograms as ten bins from -1 or 0 to 1."""
    return _FIGURES.dump(figures)
