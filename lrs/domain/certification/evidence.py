"""What of a transcript line counts toward certification, as marks."""

from __future__ import annotations

from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.time import date_of
from lrs.domain.training.hours import time_spent
from lrs.domain.training.line_state import LineState
from lrs.domain.training.reference import Reference
from lrs.domain.training.sittings import TimeSpent, all_sittings


def evidence_in(course: str, state: LineState) -> list[Evidence]:
    """The marks of a line with this state in the course: verdicts and scores, sittings attended,
    and time spent, each on its own day.
    """
    sittings = all_sittings(state.sessions.values())
    marks = [
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
    marks += [
        Evidence(course, "attended", one.present.instant, date_of(one.day), one.present.position)
        for one in sittings
        if one.present
    ]
    marks += [_spent(course, spell) for spell in time_spent(state, sittings)]
    return marks


def _spent(course: str, spell: TimeSpent) -> Evidence:
    first, *more = spell.grounds
    day, supporting = date_of(spell.day), tuple(ground.position for ground in more)
    return Evidence(
        course,
        "spent",
        first.instant,
        day,
        first.position,
        milliseconds=spell.milliseconds,
        supporting=supporting,
    )


def first_activity(state: LineState) -> Reference | None:
    """The reference to the first thing that was done: an enrolment or an absence is none."""
    done = [attempt.first for attempt in state.attempts.values()]
    done += [entry.reference for entry in state.evidence if entry.kind == "waived"]
    done += [one.present for one in all_sittings(state.sessions.values()) if one.present]
    return min(done, default=None)
