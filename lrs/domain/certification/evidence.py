"""What of a transcript line counts toward certification, as marks."""

from __future__ import annotations

from collections.abc import Mapping

from lrs.domain.certification.requirement_check import Mark, What
from lrs.domain.moment import date_of, day_number
from lrs.domain.training.evidence_log import COMPLETED, FAILED, PASSED, SCORED, WAIVED
from lrs.domain.training.hours import spells
from lrs.domain.training.sittings import Spell, all_sittings
from lrs.domain.training.state_reducers import Reference, State

_WHAT: Mapping[str, What] = {
    PASSED: "passed",
    FAILED: "failed",
    COMPLETED: "completed",
    SCORED: "scored",
    WAIVED: "waived",
}


def credit(course: str, state: State) -> list[Mark]:
    """The marks of a line with this state in the course: verdicts and scores, sittings attended,
    and time spent, each on its own day.
    """
    sittings = all_sittings(state)
    marks = [
        Mark(
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
        Mark(course, "attended", one.present[0], date_of(one.day), one.present[1])
        for one in sittings
        if one.present
    ]
    marks += [_spent(course, spell) for spell in spells(state, sittings)]
    return marks


def _spent(course: str, spell: Spell) -> Mark:
    (instant, position, _), *more = spell.grounds
    day, supporting = date_of(spell.day), tuple(ground[1] for ground in more)
    return Mark(
        course,
        "spent",
        instant,
        day,
        position,
        milliseconds=spell.milliseconds,
        supporting=supporting,
    )


def begun(state: State) -> Reference | None:
    """The reference to the first thing that was done: an enrolment or an absence is none."""
    done = [attempt["first"] for attempt in state.get("attempts", {}).values()]
    done += [mark[:3] for mark in state.get("marks", ()) if mark[3] == WAIVED]
    done += [one.present for one in all_sittings(state) if one.present]
    return min(done, default=None)
