"""Transcripts: lines, corrections and totals."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import Schema, fields

from lrs.domain.training.line import NamedPlace
from lrs.domain.xapi.agent import JsonObject
from lrs.service.reports import Correction, TranscriptEntry
from schemas.fast_serializer import Dumping
from schemas.reports.authorities import authority_view
from schemas.reports.courses import course_view
from schemas.reports.fields import HoursField, MomentField, title_view


class ScoreView(Schema):
    scaled = fields.Raw()
    raw = fields.Raw()
    min = fields.Raw()
    max = fields.Raw()


class AgentView(Schema):
    key = fields.Raw()
    name = fields.Raw()


class LineView(Schema):
    """One line of a transcript, without its course."""

    status = fields.Raw()
    success = fields.Raw()
    first_activity = MomentField()
    last_activity = MomentField()
    reached = MomentField()
    completed = MomentField()
    attempts = fields.Raw()
    score = fields.Nested(ScoreView)
    best_score = fields.Nested(ScoreView)
    last_score = fields.Nested(ScoreView)
    first_score = fields.Nested(ScoreView)
    hours = HoursField()
    hours_exceed_elapsed = fields.Raw()
    success_contradicted = fields.Raw()
    hours_cut = fields.Raw()
    enrolled = fields.Raw()
    sessions_attended = fields.Raw()
    sessions_missed = fields.Raw()
    instructor = fields.Nested(AgentView)
    valid_until = fields.Raw()
    attempt_rule = fields.Raw(attribute="rule")
    voided_count = fields.Raw()


class TotalsView(Schema):
    """A transcript's totals."""

    hours = HoursField()
    hours_by_year = fields.Dict(keys=fields.String(), values=HoursField())
    hours_by_kind = fields.Dict(values=HoursField())
    courses_by_status = fields.Raw()


_LINE, _TOTALS = Dumping(LineView()), Dumping(TotalsView())


def line_view(
    entry: TranscriptEntry,
    ids: Mapping[int, str],
    authorities: Mapping[int, JsonObject],
    position: int,
    languages: Sequence[str],
) -> Any:
    """A line with its course, the `ids` of the statements that it names by position, who vouches
    for those that it rests on, and the log position as of which it holds.
    """
    line = entry.line
    named = {"evidence": line.evidence, "voided": line.voided}
    return {
        "course": course_view(entry.course, languages),
        "kind": entry.kind,
        **_LINE.dump(line),
        "place": _place(line.place, languages),
        **{name: [ids[p] for p in positions] for name, positions in named.items()},
        "authority": authority_view(line.evidence, authorities),
        "position": position,
    }


def _place(place: NamedPlace | None, languages: Sequence[str]) -> Any:
    return None if place is None else {"id": place.id, **title_view(place.title or {}, languages)}


def correction_view(
    correction: Correction, ids: Mapping[int, str], languages: Sequence[str]
) -> dict[str, Any]:
    """A course of which every statement was voided: the `ids` of the latest of them."""
    voided = [ids[position] for position in correction.statements]
    return {"course": course_view(correction.course, languages), "voided": voided}


def totals_view(transcript: object) -> Any:
    return _TOTALS.dump(transcript)
