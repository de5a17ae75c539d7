"""How long a line's training took: what was said, else what joining and leaving shows.

    a sitting        as long as `attended` says, else the time between joining and leaving
                     (lrs.domain.training.sittings); who never left, or never came in, adds nothing
    an attempt       as long as its parts together, or as its statements on the course itself say,
                     whichever is more (lrs.domain.training.spending)
    the classroom    what is said of the course itself before anything was done online speaks of its
                     sittings and parts: of the two, too, the larger counts

Every stretch counts once, and on its own day: how much there was by the end of a day does not
depend on what happened later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lrs.domain.training.line_state import LineState
from lrs.domain.training.sittings import Sitting, TimeSpent
from lrs.domain.training.spending import Spending, spendings

_ROUNDING = 1_000_000
"""Players round a duration to the second: up to that, it contradicts nothing."""


def time_spent(state: LineState, sittings: Sequence[Sitting]) -> list[TimeSpent]:
    """All time spent, each stretch counted once; nothing shorter than a millisecond. `sittings`
    are the line's.
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
    """Milliseconds of one attempt by the end of a day: of its parts, `tests` those before the first
    day online; said of the course itself, `figure` before that day and `whole` since.
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
    """Of two figures for the same time the larger, day by day."""
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
    """So much of these spells, the first ones first."""
    found = []
    for spell in spells:
        taken = min(spell.milliseconds, milliseconds)
        if taken:
            found.append(spell._replace(milliseconds=taken))
        milliseconds -= taken
    return found


def exceeds(state: LineState) -> bool:
    """Whether some duration is longer than the time since its attempt's first known activity."""
    return any(
        attempt.excess + attempt.first.instant > _ROUNDING
        for attempt in state.attempts.values()
        if attempt.excess is not None
    )
