"""The sittings of a session: one for each local day on which something is said of its address.

A meeting that recurs has one address and many sittings. What tells a sitting is address and day:

    a sheet            `attended`, with or without a duration; with `completion` false an absence.
                       The later word about the sitting counts, and the later duration
    joining, leaving   without a sheet they show presence, without a duration the time inside
    over midnight      a leaving that comes first on its day, at most NIGHT after a joining of the
                       day before that no leaving followed, belongs to that joining; so does what a
                       sheet says between the two
    too late           any other leaving that comes first on its day and follows a joining that was
                       left open says nothing: neither how long that sitting was nor who came today

So a joining reaches to a leaving of the same sitting or to none, a sheet and a log of one sitting
count once, and a word of absence takes back the sitting of its own day alone.

A session's state keeps `days`: {days since 1970-01-01: sitting}, the latest MOST_SITTINGS; a
sitting `attended`, `absent`: the latest reference; `timed`: [*reference, ms] of the latest
duration; `in`, `out`: references to joining and leaving by time, the earliest MOST_INSTANTS.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from operator import itemgetter
from typing import NamedTuple

from lrs.domain.moment import day_number, year_of
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.state_reducers import Reference, State, latest

MOST_SITTINGS = 500
MOST_INSTANTS = 100
NIGHT = 12 * 3_600_000_000
"""Microseconds: whoever seems to stay longer over midnight was not seen leaving."""

_INSTANT = itemgetter(0)
_TIME = itemgetter(0, 1)


class TimeSpent(NamedTuple):
    """Time spent, the references to the statements that say so, and the local day it counts on,
    in days since 1970-01-01.
    """

    milliseconds: int
    grounds: tuple[Reference, ...]
    day: int

    @property
    def year(self) -> int:
        """The year of that day."""
        return year_of(self.day)


class Sitting(NamedTuple):
    """One sitting: its day, in days since 1970-01-01; the reference to the last word, or to what
    shows presence without one; whether that is an absence; the time inside, which may be nothing.
    """

    day: int
    ground: Reference
    missed: bool
    time_spent: TimeSpent | None

    @property
    def present(self) -> Reference | None:
        """What shows that somebody was there, if they were."""
        return None if self.missed else self.ground


def attend(state: State, session: State, outcome: Outcome, reference: Reference) -> None:
    """Notes in a session's state what an outcome says of a sitting."""
    sitting = _sitting_of(state, session, str(day_number(reference)))
    match outcome.kind:
        case "attended":
            latest(sitting, "attended", reference)
            if outcome.duration is not None:
                latest(sitting, "timed", [*reference, outcome.duration])
        case "absent":
            latest(sitting, "absent", reference)
        case "came_in":
            _instant(state, sitting, "in", reference)
        case "went_out":
            _instant(state, sitting, "out", reference)


def _sitting_of(state: State, session: State, day: str) -> State:
    days: State = session.setdefault("days", {})
    sitting: State | None = days.get(day)
    if sitting is None:
        sitting = days[day] = {}
        if len(days) > MOST_SITTINGS:
            # which stay does not depend on the order of arrival: those of the latest days
            del days[min(days, key=int)]
            state["cut"] = True
    return sitting


def _instant(state: State, sitting: State, name: str, reference: Reference) -> None:
    """Keeps the earliest instants: which these are does not depend on the order of arrival."""
    known: list[Reference] = sitting.setdefault(name, [])
    at = bisect_left(known, reference[0], key=_INSTANT)
    if at < len(known) and known[at][0] == reference[0]:
        known[at] = min(known[at], reference, key=_TIME)
        return
    known.insert(at, reference)
    if len(known) > MOST_INSTANTS:
        known.pop()
        state["cut"] = True


def sittings(session: State) -> list[Sitting]:
    """A session's sittings by day."""
    days = session.get("days")
    if not days:
        return []
    if len(days) == 1:
        ((day, said),) = days.items()
        return [_sitting(int(day), said)]
    return [_sitting(day, said) for day, said in _apart(days)]


def all_sittings(state: State) -> list[Sitting]:
    """All sittings of a line with this state."""
    sessions = state.get("sessions")
    return [one for session in sessions.values() for one in sittings(session)] if sessions else []


def _apart(days: State) -> list[tuple[int, State]]:
    """What is said of each sitting, by day."""
    found: list[tuple[int, State]] = []
    for day, said in sorted(((int(day), said) for day, said in days.items()), key=_INSTANT):
        rest = said
        since = _left_open(found[-1][1]) if found else None
        leaving = _leaving_first(said) if since is not None else []
        if since is not None and leaving:
            yesterday = found[-1][0] == day - 1
            taken = [r for r in leaving if r[0] - since <= NIGHT] if yesterday else []
            if taken:
                night, rest = _over_midnight(found[-1][1], said, taken)
                found[-1] = (day - 1, night)
            else:
                rest = _without(said, leaving)
        if rest:
            found.append((day, rest))
    return found


def _left_open(said: State) -> int | None:
    """The instant of a joining that no leaving of the sitting follows."""
    return _inside(said["in"], said.get("out", ()))[1] if "in" in said else None


def _leaving_first(said: State) -> list[Reference]:
    """The leavings of a day before anybody joined on it."""
    leaving: list[Reference] = said.get("out", [])
    first = min(map(_INSTANT, said.get("in", ())), default=None)
    return leaving if first is None else [r for r in leaving if r[0] < first]


def _over_midnight(evening: State, morning: State, taken: list[Reference]) -> tuple[State, State]:
    """Two days' sittings, with all of the morning that belongs to the evening in the evening's:
    these leavings, and what a sheet says before the last of them.
    """
    night = {**evening, "out": [*evening.get("out", ()), *taken]}
    rest = _without(morning, taken)
    for name in ("attended", "absent", "timed"):
        if name in rest and rest[name][0] <= taken[-1][0]:
            latest(night, name, rest.pop(name))
    if "timed" in night:
        latest(night, "attended", night["timed"][:3])
    return night, rest


def _without(said: State, leaving: list[Reference]) -> State:
    rest = {name: value for name, value in said.items() if name != "out"}
    stays = said["out"][len(leaving) :]
    return rest | {"out": stays} if stays else rest


def _sitting(day: int, said: State) -> Sitting:
    attended, absent = said.get("attended"), said.get("absent")
    if absent is not None and (attended is None or absent > attended):
        return Sitting(day, absent, True, None)
    if attended is None:
        first = said["in"] if "in" in said else said["out"]
        return Sitting(day, first[0], False, _logged(day, said))
    timed = said.get("timed")
    if timed is None:
        return Sitting(day, attended, False, _logged(day, said))
    return Sitting(
        day, attended, False, TimeSpent(timed[3], (timed[:3],), day) if timed[3] else None
    )


def _logged(day: int, said: State) -> TimeSpent | None:
    """The time between joining and leaving, if it is a millisecond at least."""
    if "in" not in said or "out" not in said:
        return None
    came, went = said["in"], said["out"]
    inside = _inside(came, went)[0] // 1000
    return TimeSpent(inside, (came[0], went[-1]), day) if inside else None


def _inside(came: Iterable[Reference], went: Iterable[Reference]) -> tuple[int, int | None]:
    return union(map(_INSTANT, came), map(_INSTANT, went))


def union(came_in: Iterable[int], went_out: Iterable[int]) -> tuple[int, int | None]:
    """Microseconds inside, from joining to the next leaving, however often either was said; and
    the instant of a joining that no leaving follows.

    Joining and leaving in the same instant changes nothing.
    """
    came, went = set(came_in), set(went_out)
    total, since = 0, None
    for instant in sorted(came ^ went):
        if instant in came:
            since = instant if since is None else since
        elif since is not None:
            total += instant - since
            since = None
    return total, since
