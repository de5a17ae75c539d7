"""What of a transcript line counts toward certification, as marks."""

from __future__ import annotations

from collections.abc import Mapping

from lrs.domain.achievement import Mark, What
from lrs.domain.extremes import Reference, State
from lrs.domain.hours import presences, spells
from lrs.domain.marks import COMPLETED, FAILED, PASSED, SCORED, WAIVED
from lrs.domain.moment import Moment

_WHAT: Mapping[str, What] = {
    PASSED: "passed",
    FAILED: "failed",
    COMPLETED: "completed",
    SCORED: "scored",
    WAIVED: "waived",
}


def credit(course: str, state: State) -> list[Mark]:
    """The marks of a line with this state in the course: verdicts and scores, sessions attended,
    and time spent.
    """
    marks = [
        _mark(course, _WHAT[what], [instant, position, offset], attempt, scaled)
        for instant, position, offset, what, attempt, scaled in state.get("marks", ())
    ]
    marks += [_mark(course, "attended", reference) for reference in presences(state)]
    if "modes" in state:
        marks += [
            _mark(course, "spent", spell.grounds[0])._replace(milliseconds=spell.milliseconds)
            for spell in spells(state)
        ]
    return marks


def _mark(
    course: str, what: What, reference: Reference, attempt: str = "", scaled: float | None = None
) -> Mark:
    instant, position, offset = reference[:3]
    return Mark(course, what, instant, Moment(instant, offset).day, position, attempt, scaled)
