"""The time that an attempt took, as its statements say: `result.duration`, in any order.

`completed` and `passed` of one part speak of the same time, so what is said of one part does not
add up: it is the time so far, and the longest counts. What a later statement adds counts on its own
day; the time of an earlier day stays there.

Sessions of studying do add up. A session has an id (cmi5 9.6.3.1), and what ends it says how long
it took (9.5.4.1 `terminated`, 9.5.4.2 `abandoned`): that includes whatever else was told in it, of
pages and parts, too. A session that nothing ended took as long as the longest duration told in it.
cmi5 leaves open whether `completed`, `passed` and `failed` tell the time of the session or of all
sessions so far: so the sessions took as long as all of them together, or as the longest duration
told in any, whichever is more.

Without a registration nothing tells next year's attempt from this one: then attempts are told apart
by the year.

An attempt keeps points of time by "year part", with a registration all years as 0; instead of the
part `.session` for what is told in a session, `!session` for what ended it. There is a point for
each day on which more is said than before. Beyond MOST_PARTS keys the longest stay, each with its
last point alone; the whole course's own are never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.reference import Reference
from lrs.domain.training.sittings import TimeSpent

MOST_PARTS = 400


class DurationPoint(NamedTuple):
    """How long something had taken when that was said, in milliseconds."""

    milliseconds: int
    reference: Reference

    @property
    def day(self) -> int:
        """The local day on which it was said, in days since 1970-01-01."""
        return self.reference.day


Durations = dict[str, list[DurationPoint]]
"""Points by year and part, see above."""

WITHIN, ENDED = ".", "!"
"""What no IRI begins with: marks of keys that are sessions."""

_MARKS = (WITHIN, ENDED)
_ENDS = frozenset({"ended", "abandoned"})


_Sessions = dict[str, list[DurationPoint]]
"""Points of one attempt by mark and session."""


class Spending(NamedTuple):
    """The time of one attempt, without a registration in one year: what was said of the course
    itself, and of its parts and sessions.
    """

    whole: list[TimeSpent]
    parts: list[TimeSpent]


def add_duration(
    durations: Durations, outcome: Outcome, point: DurationPoint, *, shortened: bool
) -> tuple[bool, bool]:
    """Adds what an outcome says of time to an attempt's points, which are changed. `shortened` is
    whether each key keeps its last point alone: whether that is so now, and whether a key was
    dropped.
    """
    key = _key_of(outcome, point)
    known = durations.get(key)
    durations[key] = [point] if known is None else _rising([*known, point])
    if not shortened and len(durations) <= MOST_PARTS:
        return False, False
    return True, _shorten(durations)


def _key_of(outcome: Outcome, point: DurationPoint) -> str:
    year = 0 if outcome.attempt else point.reference.moment.year
    if outcome.session:
        return f"{year} {ENDED if outcome.kind in _ENDS else WITHIN}{outcome.session}"
    return f"{year} {outcome.tried or outcome.part}"


def _rising(points: list[DurationPoint]) -> list[DurationPoint]:
    """The points that say more than all of earlier days, of each day the longest, by day."""
    kept: list[DurationPoint] = []
    for point in sorted(points, key=lambda p: (p.day, -p.milliseconds, p.reference)):
        if not kept or (point.milliseconds > kept[-1].milliseconds and point.day > kept[-1].day):
            kept.append(point)
    return kept


def _shorten(durations: Durations) -> bool:
    """Keeps each key's last point alone, and drops the shortest key if there are too many. What
    stays does not depend on the order of arrival: how long a key's last point says only grows.
    """
    for key, points in durations.items():
        durations[key] = points[-1:]
    parts = [key for key in durations if key.partition(" ")[2]]
    if len(durations) <= MOST_PARTS or not parts:
        return False
    del durations[min(parts, key=lambda key: (durations[key][-1].milliseconds, key))]
    return True


def spendings(attempts: Iterable[Durations]) -> list[Spending]:
    """All time said of attempts."""
    return [spending for durations in attempts for spending in _of_attempt(durations)]


def _of_attempt(durations: Durations) -> list[Spending]:
    years: dict[str, Spending] = {}
    sessions: dict[str, _Sessions] = {}
    for key in sorted(durations):
        year, _, part = key.partition(" ")
        if year not in years:
            years[year] = Spending([], [])
        if not part:
            years[year].whole.extend(_increments(durations[key]))
        elif part[0] in _MARKS:
            sessions.setdefault(year, {})[part] = durations[key]
        else:
            years[year].parts.extend(_increments(durations[key]))
    for year, points in sessions.items():
        years[year].parts.extend(_of_sessions(points))
    return list(years.values())


def _increments(points: Sequence[DurationPoint]) -> list[TimeSpent]:
    """What each point says beyond the one before."""
    found, before = [], 0
    for point in points:
        if point.milliseconds > before:
            found.append(TimeSpent(point.milliseconds - before, (point.reference,), point.day))
        before = point.milliseconds
    return found


def _of_sessions(sessions: Mapping[str, Sequence[DurationPoint]]) -> list[TimeSpent]:
    """What each day says beyond the days before, of the sessions of an attempt: how long each
    took, as what ended it says, else the longest said in it; or the longest said in any.
    """
    days: dict[int, list[tuple[DurationPoint, str]]] = {}
    for key, points in sessions.items():
        for point in points:
            days.setdefault(point.day, []).append((point, key))
    found: list[TimeSpent] = []
    each: dict[str, int] = {}
    ended: set[str] = set()
    together = before = 0
    for day in sorted(days):
        longest_first = sorted(days[day], reverse=True)
        for point, key in longest_first:
            session = key[1:]
            if key[0] == ENDED:
                ended.add(session)
            elif session in ended:
                continue
            together += point.milliseconds - each.get(session, 0)
            each[session] = point.milliseconds
        now = max(before, together, longest_first[0][0].milliseconds)
        if now > before:
            grounds = tuple(point.reference for point, _ in longest_first)
            found.append(TimeSpent(now - before, grounds, day))
        before = now
    return found
