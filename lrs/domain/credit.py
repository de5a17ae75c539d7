"""What of a transcript line counts toward certification, as marks."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from lrs.domain.achievement import Mark, What
from lrs.domain.extremes import Reference, State
from lrs.domain.hours import presences, spells
from lrs.domain.marks import ATTENDED, COMPLETED, FAILED, PASSED, SCORED, WAIVED
from lrs.domain.moment import Moment

_WHAT: Mapping[str, What] = {
    PASSED: "passed",
    FAILED: "failed",
    COMPLETED: "completed",
    SCORED: "scored",
    WAIVED: "waived",
}

TAKEN_BACK = 7 * 86_400_000_000
"""Microseconds: a word of absence so much later takes an attendance back. One that comes later
still is about another day of the same session, as of a meeting that recurs under one address.
"""


def credit(course: str, state: State) -> list[Mark]:
    """The marks of a line with this state in the course: verdicts and scores, sessions attended,
    and time spent.
    """
    marks = [
        Mark(
            course,
            _WHAT[what],
            instant,
            _day(instant, offset),
            position,
            attempt,
            scaled,
            own=own == 1,
        )
        for instant, position, offset, what, attempt, scaled, own in state.get("marks", ())
        if what != ATTENDED
    ]
    marks += [
        Mark(course, "attended", instant, _day(instant, offset), position)
        for instant, position, offset in attendances(state)
    ]
    if "modes" in state:
        for spell in spells(state):
            instant, position, offset = spell.grounds[0][:3]
            day, spent = _day(instant, offset), spell.milliseconds
            marks.append(Mark(course, "spent", instant, day, position, milliseconds=spent))
    return marks


def begun(state: State) -> Reference | None:
    """The reference to the first thing that was done: an enrolment or an absence is none."""
    done = [attempt["first"] for attempt in state.get("attempts", {}).values()]
    done += [mark[:3] for mark in state.get("marks", ()) if mark[3] == WAIVED]
    return min([*done, *attendances(state)], default=None)


def attendances(state: State) -> list[Reference]:
    """What says that somebody was there: of each session the last word, and what was said of
    earlier days of the same one and not taken back.
    """
    found = presences(state)
    last = {tuple(reference) for reference in found}
    sessions = state.get("sessions", {})
    for mark in state.get("marks", ()):
        if mark[3] == ATTENDED and tuple(mark[:3]) not in last:
            session = sessions.get(mark[4], {})
            if not _taken_back(mark[:3], session):
                found.append(mark[:3])
    return found


def _taken_back(attended: Reference, session: Mapping[str, Any]) -> bool:
    absent = session.get("absent")
    return absent is not None and attended < absent and absent[0] - attended[0] <= TAKEN_BACK


def _day(instant: int, offset: int) -> date:
    return Moment(instant, offset).day
