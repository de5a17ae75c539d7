"""The time spent in a line: by stated durations, else by joining and leaving.

    a sitting        the duration of `attended`, else the time between joining and leaving
                     (lrs.domain.training.sittings); joining without leaving, or leaving without
                     joining, adds nothing
    an attempt       the sum of its parts, or the duration stated for the course itself, whichever
                     is greater (lrs.domain.training.spending)
    the classroom    a duration stated for the course itself before any online training covers the
                     sittings and the parts until then; again the greater of the two counts

Each period counts once, and on its own day: the total up to the end of a day does not depend on
later events.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrs.domain.training.line_state import LineState
from lrs.domain.training.sittings import Sitting, TimeSpent
from lrs.domain.training.spending import Spending, spendings

_ROUNDING = 1_000_000
"""In microseconds: players round durations to the second, so a smaller excess is no contradiction.
"""


def time_spent(state: LineState, sittings: Sequence[Sitting]) -> list[TimeSpent]:
    """All time spent in the line, each period counted once, without periods below a millisecond.
    `sittings` are the line's.
    """
    inside = [one.time_spent for one in sittings if one.time_spent]
    spent = spendings(attempt.durations for attempt in state.attempts.values())
    if not spent:
        return inside
    if any(one.whole and (one.parts or inside) for one in spent):
        return _larger(inside, spent, state.online_since)
    return [*inside, *(spell for one in spent for spell in (*one.whole, *one.parts))]


@dataclass(slots=True)
class _Sums:
    """The time of one attempt up to the end of a day, in milliseconds. `parts` is the time of all
    its parts, `tests` that of the parts before the first day of online training; `figure` and
    `whole` are the time stated for the course itself before and since that day.
    """

    parts: int = 0
    tests: int = 0
    whole: int = 0
    figure: int = 0

    def add(self, spell: TimeSpent, online: int | None, *, part: bool) -> None:
        offline = online is None or spell.day < online
        if part:
            self.parts += spell.milliseconds
            self.tests += spell.milliseconds if offline else 0
        elif offline:
            self.figure += spell.milliseconds
        else:
            self.whole += spell.milliseconds


def _larger(inside: list[TimeSpent], spent: list[Spending], online: int | None) -> list[TimeSpent]:
    """The time spent, day by day, where of two totals for the same time the greater counts."""
    days: dict[int, list[tuple[TimeSpent, int, bool]]] = {}
    for spell in inside:
        days.setdefault(spell.day, []).append((spell, -1, False))
    for attempt, one in enumerate(spent):
        for part, spells in ((True, one.parts), (False, one.whole)):
            for spell in spells:
                days.setdefault(spell.day, []).append((spell, attempt, part))
    sums, sat, before = [_Sums() for _ in spent], 0, 0
    found: list[TimeSpent] = []
    for _, of_day in sorted(days.items()):
        for spell, attempt, part in of_day:
            if attempt < 0:
                sat += spell.milliseconds
            else:
                sums[attempt].add(spell, online, part=part)
        total = _total(sat, sums)
        found += _up_to(total - before, [spell for spell, _, _ in of_day])
        before = total
    return found


def _total(sat: int, sums: Sequence[_Sums]) -> int:
    classroom = sum(max(0, one.figure - one.tests) for one in sums)
    return max(sat, classroom) + sum(max(one.parts, one.whole) for one in sums)


def _up_to(milliseconds: int, spells: Sequence[TimeSpent]) -> list[TimeSpent]:
    """The first of these periods up to a total of so many milliseconds."""
    found = []
    for spell in spells:
        taken = min(spell.milliseconds, milliseconds)
        if taken:
            found.append(spell._replace(milliseconds=taken))
        milliseconds -= taken
    return found


def exceeds(state: LineState) -> bool:
    """Whether some duration exceeds the time since the first known activity of its attempt."""
    return any(
        attempt.excess + attempt.first.instant > _ROUNDING
        for attempt in state.attempts.values()
        if attempt.excess is not None
    )
