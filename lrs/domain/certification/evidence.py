"""What of a transcript line counts toward certification, as marks."""

from __future__ import annotations

from collections.abc import Mapping

from lrs.domain.certification.requirement_check import Evidence, EvidenceKind
from lrs.domain.moment import date_of, day_number
from lrs.domain.training.evidence_log import COMPLETED, FAILED, PASSED, SCORED, WAIVED
from lrs.domain.training.hours import time_spent
from lrs.domain.training.sittings import TimeSpent, all_sittings
from lrs.domain.training.state_reducers import Reference, State

_WHAT: Mapping[str, EvidenceKind] = {
    PASSED: "passed",
    FAILED: "failed",
    COMPLETED: "completed",
    SCORED: "scored",
    WAIVED: "waived",
}


def evidence_in(course: str, state: State) -> list[Evidence]:
    """The marks of a line with this state in the course: verdicts and scores, sittings attended,
    and time spent, each on its own day.
    """
    sittings = all_sittings(state)
    marks = [
        Evidence(
            course,
            _WHAT[what],
            instant,
            date_of(day_number((instant, position, offset))),
            position,
            attempt,
            scaled,
            own=own == 1,
        )
        for instant, position, offset, what, attempt, scaled, own in state.get("marks", ())
    ]
    marks += [
        Evidence(course, "attended", one.present[0], date_of(one.day), one.present[1])
        for one in sittings
        if one.present
    ]
    marks += [_spent(course, spell) for spell in time_spent(state, sittings)]
    return marks


def _spent(course: str, spell: TimeSpent) -> Evidence:
    (instant, position, _), *more = spell.grounds
    day, supporting = date_of(spell.day), tuple(ground[1] for ground in more)
    return Evidence(
        course,
        "spent",
        instant,
        day,
        position,
        milliseconds=spell.milliseconds,
        supporting=supporting,
    )


def first_activity(state: State) -> Reference | None:
    """The reference to the first thing that was done: an enrolment or an absence is none."""
    done = [attempt["first"] for attempt in state.get("attempts", {}).values()]
    done += [mark[:3] for mark in state.get("marks", ()) if mark[3] == WAIVED]
    done += [one.present for one in all_sittings(state) if one.present]
    return min(done, default=None)
