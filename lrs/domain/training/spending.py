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

An attempt's state keeps `spent`: {"year part": points}, with a registration all years as 0; instead
of the part `.session` for what is told in a session, `!session` for what ended it. A point is [ms,
*reference]: one for each day on which more is said than before. Beyond MOST_PARTS keys the longest
stay, each with its last point alone (`brief`); the whole course's own are never dropped.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

from lrs.domain.moment import Moment, day_of
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.sittings import TimeSpent
from lrs.domain.training.state_reducers import Reference, State

MOST_PARTS = 400

Point = list[Any]
"""[milliseconds, *reference]"""

WITHIN, ENDED = ".", "!"
"""What no IRI begins with: marks of keys that are sessions."""

_MARKS = (WITHIN, ENDED)
_ENDS = frozenset({"ended", "abandoned"})


_Sessions = dict[str, list[Point]]
"""Points of one attempt by mark and session."""


class Spending(NamedTuple):
    """The time of one attempt, without a registration in one year: what was said of the course
    itself, and of its parts and sessions.
    """

    whole: list[TimeSpent]
    parts: list[TimeSpent]


def spend(state: State, attempt: State, outcome: Outcome, reference: Reference) -> None:
    """Notes an outcome's duration in the attempt's state."""
    spent: State = attempt.setdefault("spent", {})
    point: Point = [outcome.duration, *reference]
    year = 0 if outcome.attempt else Moment(reference[0], reference[2]).year
    if outcome.session:
        key = f"{year} {ENDED if outcome.kind in _ENDS else WITHIN}{outcome.session}"
    else:
        key = f"{year} {outcome.tried or outcome.part}"
    points = spent.get(key)
    spent[key] = [point] if points is None else _risen([*points, point])
    if "brief" in attempt or len(spent) > MOST_PARTS:
        _shorten(state, attempt, spent)


def _risen(points: list[Point]) -> list[Point]:
    """The points that say more than all of earlier days, of each day the longest, by day."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (_day(point), -point[0], point[1:])):
        if not kept or (point[0] > kept[-1][0] and _day(point) > _day(kept[-1])):
            kept.append(point)
    return kept


def _shorten(state: State, attempt: State, spent: State) -> None:
    """Drops what is too much. What stays does not depend on the order of arrival: how long a key's
    last point says only grows.
    """
    attempt["brief"] = True
    for key, points in spent.items():
        spent[key] = points[-1:]
    parts = [key for key in spent if key.partition(" ")[2]]
    if len(spent) > MOST_PARTS and parts:
        del spent[min(parts, key=lambda key: (spent[key][-1][0], key))]
        state["cut"] = True


def spendings(state: State) -> list[Spending]:
    """All time said of a line's attempts."""
    found = []
    for attempt in state.get("attempts", {}).values():
        spent = attempt.get("spent")
        if spent:
            found += _of_attempt(spent)
    return found


def _of_attempt(spent: State) -> list[Spending]:
    years: dict[str, Spending] = {}
    sessions: dict[str, _Sessions] = {}
    for key in sorted(spent):
        year, _, part = key.partition(" ")
        if year not in years:
            years[year] = Spending([], [])
        if not part:
            years[year].whole.extend(_rise(spent[key]))
        elif part[0] in _MARKS:
            sessions.setdefault(year, {})[part] = spent[key]
        else:
            years[year].parts.extend(_rise(spent[key]))
    for year, told in sessions.items():
        years[year].parts.extend(_of_sessions(told))
    return list(years.values())


def _rise(points: Sequence[Point]) -> list[TimeSpent]:
    """What each point says beyond the one before."""
    found, before = [], 0
    for point in points:
        if point[0] > before:
            found.append(TimeSpent(point[0] - before, (point[1:],), _day(point)))
        before = point[0]
    return found


def _of_sessions(told: _Sessions) -> list[TimeSpent]:
    """What each day says beyond the days before, of the sessions of an attempt: how long each
    took, as what ended it says, else the longest said in it; or the longest said in any.
    """
    days: dict[int, list[tuple[Point, str]]] = {}
    for key, points in told.items():
        for point in points:
            days.setdefault(_day(point), []).append((point, key))
    found: list[TimeSpent] = []
    each: dict[str, int] = {}
    ended: set[str] = set()
    together = before = 0
    for day in sorted(days):
        news = sorted(days[day], reverse=True)
        for point, key in news:
            session = key[1:]
            if key[0] == ENDED:
                ended.add(session)
            elif session in ended:
                continue
            together += point[0] - each.get(session, 0)
            each[session] = point[0]
        now = max(before, together, news[0][0][0])
        if now > before:
            found.append(TimeSpent(now - before, tuple(point[1:] for point, _ in news), day))
        before = now
    return found


def _day(point: Point) -> int:
    return day_of(point[1], point[3])
