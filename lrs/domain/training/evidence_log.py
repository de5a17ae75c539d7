"""What of a line's attempts counts toward a programme: passes, failures, completions and scores,
and waivers of the course.

A line's rule picks one attempt; a programme that has to be renewed looks at all of them. So a
line's state keeps these by time: [*reference, what, attempt, scaled, 1 if the course's own else 0].
MOST are kept: the latest, and what may achieve a course before failures and scores alone.
"""

from __future__ import annotations

from bisect import insort
from typing import Any

from lrs.domain.training.state_reducers import Reference, State

PASSED, FAILED, COMPLETED, SCORED, WAIVED = "p", "f", "c", "s", "w"

MOST = 500
_FLEETING = (FAILED, SCORED)


def note_evidence(
    state: State,
    what: str,
    reference: Reference,
    attempt: str = "",
    scaled: Any = None,
    *,
    own: bool = True,
) -> None:
    """Keeps one more in a line's state, which is changed."""
    marks = state.setdefault("marks", [])
    insort(marks, [*reference, what, attempt, scaled, 1 if own else 0], key=_when)
    if len(marks) > MOST:
        # which go does not depend on the order of arrival: the least of all, by one order
        marks.remove(min(marks, key=lambda mark: (mark[3] not in _FLEETING, *_when(mark))))


def attempts_until_pass(state: State) -> int:
    """The failures before the first pass, and that pass: of the course's own verdicts if it has
    any, else of those of its tests.
    """
    verdicts = [mark for mark in state.get("marks", ()) if mark[3] in (PASSED, FAILED)]
    count = 1
    for mark in [mark for mark in verdicts if mark[6]] or verdicts:
        if mark[3] == PASSED:
            break
        count += 1
    return count


def renewals(state: State) -> list[Reference]:
    """The passes of the course itself; and its completions, but of an attempt that failed last."""
    own = [mark for mark in state.get("marks", ()) if mark[6]]
    last = {mark[4]: mark[3] for mark in own if mark[3] in (PASSED, FAILED)}
    return [
        mark[:3]
        for mark in own
        if mark[3] == PASSED or (mark[3] == COMPLETED and last.get(mark[4]) != FAILED)
    ]


def _when(mark: list[Any]) -> tuple[int, int]:
    return mark[0], mark[1]
