"""The evidence for certification in a transcript line."""

from __future__ import annotations

from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.time import date_of
from lrs.domain.training.hours import time_spent
from lrs.domain.training.line_state import LineState
from lrs.domain.training.reference import Reference
from lrs.domain.training.sittings import TimeSpent, all_sittings


def evidence_in(course: str, state: LineState) -> list[Evidence]:
    """The evidence of a line with this state in the course: verdicts and scores, sittings attended,
    and time spent, each on its own day.
    """
    sittings = all_sittings(state.sessions.values())
    found = [
        Evidence(
            course,
            entry.kind,
            entry.reference.instant,
            date_of(entry.reference.day),
            entry.reference.position,
            entry.attempt,
            entry.scaled,
            own=entry.own,
        )
        for entry in state.evidence
    ]
    found += [
        Evidence(course, "attended", shown.instant, date_of(sitting.day), shown.position)
        for sitting in sittings
        if (shown := sitting.present)
    ]
    found += [_spent(course, period) for period in time_spent(state, sittings)]
    return found


def _spent(course: str, period: TimeSpent) -> Evidence:
    first, *more = period.grounds
    day, supporting = date_of(period.day), tuple(ground.position for ground in more)
    return Evidence(
        course,
        "spent",
        first.instant,
        day,
        first.position,
        milliseconds=period.milliseconds,
        supporting=supporting,
    )


def first_activity(state: LineState) -> Reference | None:
    """The first attempt, waiver or presence in the line; enrolments and absences do not count."""
    activities = [attempt.first for attempt in state.attempts.values()]
    activities += [entry.reference for entry in state.evidence if entry.kind == "waived"]
    activities += [
        sitting.present for sitting in all_sittings(state.sessions.values()) if sitting.present
    ]
    return min(activities, default=None)
