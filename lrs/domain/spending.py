"""The time that an attempt took, as its statements say: `result.duration`, in any order.

`completed` and `passed` of one part speak of the same time, so what is said of one part does not
add up: it is the time so far, and the longest counts. What a later statement adds counts on its own
day; the time of an earlier day stays there.

Sessions of studying do add up. A session has an id (cmi5 9.6.3.1), and what ends it says how long
it took (9.5.4.1 `terminated`, 9.5.4.2 `abandoned`); a session that nothing ended took as long as
its longest duration. cmi5 leaves open whether `completed`, `passed` and `failed` tell the time of
the session or of all sessions so far: so a part took as long as its sessions together, or as the
longest duration said of it, whichever is more.

Without a registration nothing tells next year's attempt from this one: then attempts are told apart
by the year.

An attempt's state keeps `spent`: {"year part": points}, with a registration all years as 0, and
`year part .session` for what is said in a session, `year part !session` for what ended it. A point
is [ms, *reference]: one for each day on which more is said than before. Beyond MOST_PARTS keys the
longest stay, each with its last point alone (`brief`); the whole course's own are never dropped.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from lrs.domain.extremes import Reference, State
from lrs.domain.moment import Moment, day_number
from lrs.domain.sittings import Spell
from lrs.domain.training import Outcome

MOST_PARTS = 400

Point = list[Any]
"""[milliseconds, *reference]"""

_ENDS = frozenset({"ended", "abandoned"})


class Spending(NamedTuple):
    """The time of one attempt, without a registration in one year: what was said of the course
    itself, and of each part; spells by day.
    """

    whole: list[Spell]
    parts: list[Spell]


def spend(state: State, attempt: State, outcome: Outcome, reference: Reference) -> None:
    """Notes an outcome's duration in the attempt's state."""
    spent: State = attempt.setdefault("spent", {})
    point: Point = [outcome.duration, *reference]
    year = 0 if outcome.attempt else Moment(reference[0], reference[2]).year
    key = f"{year} {outcome.part}"
    if outcome.session:
        key += f" {'!' if outcome.fact in _ENDS else '.'}{outcome.session}"
    points = spent.get(key)
    spent[key] = [point] if points is None else _risen([*points, point])
    if "brief" in attempt or len(spent) > MOST_PARTS:
        _shorten(state, attempt, spent)


def _risen(points: list[Point]) -> list[Point]:
    """The points that say more than all of earlier days, of each day the longest, by day."""
    kept: list[Point] = []
    for point in sorted(points, key=lambda point: (day_number(point[1:]), -point[0], point[1:])):
        longer = not kept or point[0] > kept[-1][0]
        if longer and not (kept and day_number(kept[-1][1:]) == day_number(point[1:])):
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
    by_part: dict[tuple[str, str], dict[str, list[Point]]] = {}
    for key, points in sorted(spent.items()):
        year, part, *session = key.split(" ", 2)
        by_part.setdefault((year, part), {})["".join(session)] = points
    for (year, part), said in by_part.items():
        spells = _rise(said[""]) if said.keys() == {""} else _of_sessions(said)
        spending = years.setdefault(year, Spending([], []))
        (spending.parts if part else spending.whole).extend(spells)
    return list(years.values())


def _rise(points: Sequence[Point]) -> list[Spell]:
    """What each point says beyond the one before."""
    if len(points) == 1:
        return [_spell(points[0], points[0][0])] if points[0][0] else []
    rises = pairwise([[0], *points])
    return [_spell(point, point[0] - before[0]) for before, point in rises if point[0] > before[0]]


def _spell(point: Point, milliseconds: int) -> Spell:
    return Spell(milliseconds, (point[1:],), day_number(point[1:]))


def _of_sessions(said: dict[str, list[Point]]) -> list[Spell]:
    """What each day says beyond the days before, of a part that was studied in sessions."""
    days: dict[int, list[tuple[Point, str]]] = {}
    for key, points in said.items():
        for point in points:
            days.setdefault(day_number(point[1:]), []).append((point, key))
    found: list[Spell] = []
    known: dict[str, int] = {}
    longest = before = 0
    for day, told in sorted(days.items()):
        known |= {key: point[0] for point, key in told}
        longest = max(longest, *(point[0] for point, _ in told))
        now = max(before, longest, sum(_sessions(known)))
        if now > before:
            grounds = sorted((point for point, _ in told), key=lambda point: (-point[0], point))
            found.append(Spell(now - before, tuple(point[1:] for point in grounds), day))
        before = now
    return found


def _sessions(known: dict[str, int]) -> Iterator[int]:
    """How long each session took: as what ended it says, else as the longest said in it."""
    for key, milliseconds in known.items():
        if key.startswith("!") or (key and "!" + key[1:] not in known):
            yield milliseconds
