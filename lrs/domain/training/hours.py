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
    inside = [sitting.time_spent for sitting in sittings if sitting.time_spent]
    spent = spendings(attempt.durations for attempt in state.attempts.values())
    if not spent:
        return inside
    if any(attempt.whole and (attempt.parts or inside) for attempt in spent):
        return _larger(inside, spent, state.online_since)
    return [*inside, *(period for a in spent for period in (*a.whole, *a.parts))]


@dataclass(slots=True)
class _Sums:
    """The time of one attempt up to the end of a day, in milliseconds. `parts` is the time of all
    its parts, `offline_parts` that before the first day of online training; `offline_whole` and
    `online_whole` are the time stated for the course itself before and since that day.
    """

    parts: int = 0
    offline_parts: int = 0
    online_whole: int = 0
    offline_whole: int = 0

    def add(self, period: TimeSpent, first_online: int | None, *, is_part: bool) -> None:
        is_offline = first_online is None or period.day < first_online
        if is_part:
            self.parts += period.milliseconds
            self.offline_parts += period.milliseconds if is_offline else 0
        elif is_offline:
            self.offline_whole += period.milliseconds
        else:
            self.online_whole += period.milliseconds


def _larger(
    inside: list[TimeSpent], spent: list[Spending], first_online: int | None
) -> list[TimeSpent]:
    """The time spent, day by day, where of two totals for the same time the greater counts."""
    days: dict[int, list[tuple[TimeSpent, int, bool]]] = {}
    for period in inside:
        days.setdefault(period.day, []).append((period, -1, False))
    for attempt, spending in enumerate(spent):
        for is_part, stated in ((True, spending.parts), (False, spending.whole)):
            for period in stated:
                days.setdefault(period.day, []).append((period, attempt, is_part))
    sums, in_sittings, before = [_Sums() for _ in spent], 0, 0
    found: list[TimeSpent] = []
    for _, periods in sorted(days.items()):
        for period, attempt, is_part in periods:
            if attempt < 0:
                in_sittings += period.milliseconds
            else:
                sums[attempt].add(period, first_online, is_part=is_part)
        total = _total(in_sittings, sums)
        found += _up_to(total - before, [period for period, _, _ in periods])
        before = total
    return found


def _total(in_sittings: int, sums: Sequence[_Sums]) -> int:
    classroom = sum(max(0, s.offline_whole - s.offline_parts) for s in sums)
    return max(in_sittings, classroom) + sum(max(s.parts, s.online_whole) for s in sums)


def _up_to(milliseconds: int, periods: Sequence[TimeSpent]) -> list[TimeSpent]:
    """The first of these periods up to a total of so many milliseconds."""
    found = []
    for period in periods:
        taken = min(period.milliseconds, milliseconds)
        if taken:
            found.append(period._replace(milliseconds=taken))
        milliseconds -= taken
    return found


def exceeds(state: LineState) -> bool:
    """Whether some duration exceeds the time since the first known activity of its attempt."""
    return any(
        attempt.excess + attempt.first.instant > _ROUNDING
        for attempt in state.attempts.values()
        if attempt.excess is not None
    )
