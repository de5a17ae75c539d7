"""The time spent in an attempt, from the `result.duration` of its statements, in any order.

The durations of one part do not add up. `completed` and `passed` of a part state the same time, so
each duration is the time so far, and the longest counts. What a later statement adds counts on its
own day; the time of an earlier day stays on that day.

Sessions do add up. A session has an id (cmi5 9.6.3.1), and the statement that ends it states its
duration (9.5.4.1 `terminated`, 9.5.4.2 `abandoned`), which includes all other durations in the
session, also those of pages and parts. A session without an end took as long as the longest
duration in it. cmi5 leaves open whether `completed`, `passed` and `failed` state the time of the
session or of all sessions so far. So the time is the sum of the sessions or the longest duration in
any of them, whichever is greater.

Without a registration an attempt cannot be distinguished from one in the next year; then each year
is an attempt.

An attempt keeps points of time by the key "year part"; with a registration the year is always 0.
For durations in a session the key has `.session` instead of the part, for a session's end
`!session`. There is a point for each day on which the stated time grew. Beyond MOST_PARTS keys the
longest are kept, each with its last point alone; those of the course itself are never dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.reference import Reference
from lrs.domain.training.sittings import TimeSpent

MOST_PARTS = 400


class DurationPoint(NamedTuple):
    """The time so far by a statement, in milliseconds."""

    milliseconds: int
    reference: Reference

    @property
    def day(self) -> int:
        """The local day of the statement, in days since 1970-01-01."""
        return self.reference.day


Durations = dict[str, list[DurationPoint]]
"""Points by year and part, see the module's docstring."""

WITHIN, ENDED = ".", "!"
"""The first characters of a session in a key; no IRI begins with them."""

_MARKS = (WITHIN, ENDED)
_ENDS = frozenset({"ended", "abandoned"})


_Sessions = dict[str, list[DurationPoint]]
"""The points of one attempt by mark and session."""


class Spending(NamedTuple):
    """The time spent in one attempt, or without a registration in one year: by statements on the
    course itself, and by those on its parts and sessions.
    """

    whole: list[TimeSpent]
    parts: list[TimeSpent]


def add_duration(
    durations: Durations, outcome: Outcome, point: DurationPoint, *, shortened: bool
) -> tuple[bool, bool]:
    """Adds an outcome's duration to an attempt's points, which are changed. `shortened` is whether
    each key keeps only its last point. Gives the new value of `shortened`, and whether a key was
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
    """The longest point of each day, by day, without those that are not longer than all of earlier
    days.
    """
    rising: list[DurationPoint] = []
    for point in sorted(points, key=lambda p: (p.day, -p.milliseconds, p.reference)):
        if not rising or (
            point.milliseconds > rising[-1].milliseconds and point.day > rising[-1].day
        ):
            rising.append(point)
    return rising


def _shorten(durations: Durations) -> bool:
    """Keeps each key's last point alone, and drops the shortest key if there are too many; whether
    one was dropped. The result does not depend on the order of arrival, since the duration of a
    key's last point only grows.
    """
    for key, points in durations.items():
        durations[key] = points[-1:]
    parts = [key for key in durations if key.partition(" ")[2]]
    if len(durations) <= MOST_PARTS or not parts:
        return False
    del durations[min(parts, key=lambda key: (durations[key][-1].milliseconds, key))]
    return True


def spendings(attempts: Iterable[Durations]) -> list[Spending]:
    """The time spent in several attempts."""
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
    """The time that each point adds to the one before."""
    found, before = [], 0
    for point in points:
        if point.milliseconds > before:
            found.append(TimeSpent(point.milliseconds - before, (point.reference,), point.day))
        before = point.milliseconds
    return found


def _of_sessions(sessions: Mapping[str, Sequence[DurationPoint]]) -> list[TimeSpent]:
    """The time that each day adds to the days before, over the sessions of an attempt. The time so
    far is the sum of the sessions, each by its end or else by the longest duration in it; or the
    longest duration in any session, if that is greater.
    """
    days: dict[int, list[tuple[DurationPoint, str]]] = {}
    for key, points in sessions.items():
        for point in points:
            days.setdefault(point.day, []).append((point, key))
    found: list[TimeSpent] = []
    durations: dict[str, int] = {}
    ended: set[str] = set()
    total = before = 0
    for day in sorted(days):
        longest_first = sorted(days[day], reverse=True)
        for point, key in longest_first:
            session = key[1:]
            if key[0] == ENDED:
                ended.add(session)
            elif session in ended:
                continue
            total += point.milliseconds - durations.get(session, 0)
            durations[session] = point.milliseconds
        now = max(before, total, longest_first[0][0].milliseconds)
        if now > before:
            grounds = tuple(point.reference for point, _ in longest_first)
            found.append(TimeSpent(now - before, grounds, day))
        before = now
    return found
