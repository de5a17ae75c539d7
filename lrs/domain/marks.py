"""What of a line counts toward a programme: passes, failures, completions, scores and waivers.

A line's rule picks one attempt; a programme that has to be renewed looks at all of them. So a
line's state keeps these by time: [*reference, what, attempt, scaled], the latest MOST of them.
"""

from __future__ import annotations

from bisect import insort
from typing import Any

from lrs.domain.extremes import Reference, State

PASSED, FAILED, COMPLETED, SCORED, WAIVED = "p", "f", "c", "s", "w"

MOST = 100


def note(
    state: State, what: str, reference: Reference, attempt: str = "", scaled: Any = None
) -> None:
    """Keeps one more in a line's state, which is changed."""
    marks = state.setdefault("marks", [])
    insort(marks, [*reference, what, attempt, scaled], key=_when)
    if len(marks) > MOST:
        del marks[0]


def _when(mark: list[Any]) -> tuple[int, int]:
    return mark[0], mark[1]
