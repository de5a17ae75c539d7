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

A session keeps the latest MOST_SITTINGS, a sitting the earliest MOST_INSTANTS of joining and of
leaving.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from lrs.domain.time import year_of
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.reference import Reference, later, latest

MOST_SITTINGS = 500
MOST_INSTANTS = 100
NIGHT = 12 * 3_600_000_000
"""Microseconds: whoever seems to stay longer over midnight was not seen leaving."""


class TimedAttendance(NamedTuple):
    """How long an attendance took, in milliseconds."""

    reference: Reference
    milliseconds: int


@dataclass(slots=True)
class SittingState:
    """What is said of the sitting of one local day, in days since 1970-01-01: the latest words,
    and joining and leaving by time.
    """

    day: int
    attended: Reference | None = None
    absent: Reference | None = None
    timed: TimedAttendance | None = None
    came_in: list[Reference] = field(default_factory=list)
    went_out: list[Reference] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is said."""
        return not (self.attended or self.absent or self.came_in or self.went_out)


@dataclass(slots=True)
class SessionState:
    """What is said of one session: the latest enrolment and withdrawal, and its sittings by day."""

    enrolled: Reference | None = None
    withdrawn: Reference | None = None
    sittings: list[SittingState] = field(default_factory=list)

    @property
    def is_enrolled(self) -> bool:
        """Whether no withdrawal followed the latest enrolment."""
        return self.enrolled is not None and (
            self.withdrawn is None or self.enrolled > self.withdrawn
        )


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


def attend(session: SessionState, outcome: Outcome, reference: Reference) -> bool:
    """Notes in a session's state what an outcome says of a sitting; whether something could not be
    kept.
    """
    sitting, cut = _sitting_of(session, reference.day)
    match outcome.kind:
        case "attended":
            sitting.attended = later(sitting.attended, reference)
            if outcome.duration is not None:
                timed = TimedAttendance(reference, outcome.duration)
                sitting.timed = latest(sitting.timed, timed)
        case "absent":
            sitting.absent = later(sitting.absent, reference)
        case "came_in":
            cut = _note_instant(sitting.came_in, reference) or cut
        case "went_out":
            cut = _note_instant(sitting.went_out, reference) or cut
    return cut


def _sitting_of(session: SessionState, day: int) -> tuple[SittingState, bool]:
    known = session.sittings
    at = bisect_left(known, day, key=_day)
    if at < len(known) and known[at].day == day:
        return known[at], False
    sitting = SittingState(day)
    known.insert(at, sitting)
    if len(known) <= MOST_SITTINGS:
        return sitting, False
    # which stay does not depend on the order of arrival: those of the latest days
    del known[0]
    return sitting, True


def _note_instant(known: list[Reference], reference: Reference) -> bool:
    """Keeps the earliest instants: which these are does not depend on the order of arrival."""
    at = bisect_left(known, reference.instant, key=_instant)
    if at < len(known) and known[at].instant == reference.instant:
        known[at] = min(known[at], reference)
        return False
    known.insert(at, reference)
    if len(known) <= MOST_INSTANTS:
        return False
    known.pop()
    return True


def sittings_of(session: SessionState) -> list[Sitting]:
    """A session's sittings by day."""
    states = session.sittings
    return [_sitting(state) for state in (_told_apart(states) if len(states) > 1 else states)]


def all_sittings(sessions: Iterable[SessionState]) -> list[Sitting]:
    """The sittings of several sessions."""
    return [sitting for session in sessions for sitting in sittings_of(session)]


def _told_apart(states: Iterable[SittingState]) -> list[SittingState]:
    """What is said of each sitting, by day."""
    found: list[SittingState] = []
    for state in states:
        remaining = state
        since = _left_open(found[-1]) if found else None
        leaving = _leaving_first(state) if since is not None else []
        if since is not None and leaving:
            evening = found[-1]
            is_next_day = evening.day == state.day - 1
            taken = [r for r in leaving if r.instant - since <= NIGHT] if is_next_day else []
            if taken:
                found[-1], remaining = _over_midnight(evening, state, taken)
            else:
                remaining = _without(state, leaving)
        if not remaining.is_empty:
            found.append(remaining)
    return found


def _left_open(state: SittingState) -> int | None:
    """The instant of a joining that no leaving of the sitting follows."""
    return _inside(state.came_in, state.went_out)[1]


def _leaving_first(state: SittingState) -> list[Reference]:
    """The leavings of a day before anybody joined on it."""
    if not state.came_in:
        return state.went_out
    first = min(map(_instant, state.came_in))
    return [reference for reference in state.went_out if reference.instant < first]


def _over_midnight(
    evening: SittingState, morning: SittingState, taken: list[Reference]
) -> tuple[SittingState, SittingState]:
    """Two days' sittings, with all of the morning that belongs to the evening in the evening's:
    these leavings, and what a sheet says before the last of them.
    """
    until = taken[-1].instant
    night = replace(evening, went_out=[*evening.went_out, *taken])
    rest = _without(morning, taken)
    if rest.attended and rest.attended.instant <= until:
        night.attended, rest.attended = later(night.attended, rest.attended), None
    if rest.absent and rest.absent.instant <= until:
        night.absent, rest.absent = later(night.absent, rest.absent), None
    if rest.timed and rest.timed.reference.instant <= until:
        night.timed, rest.timed = latest(night.timed, rest.timed), None
    if night.timed:
        night.attended = later(night.attended, night.timed.reference)
    return night, rest


def _without(state: SittingState, leaving: list[Reference]) -> SittingState:
    return replace(state, went_out=state.went_out[len(leaving) :])


def _sitting(state: SittingState) -> Sitting:
    day, attended, absent, timed = state.day, state.attended, state.absent, state.timed
    if absent is not None and (attended is None or absent > attended):
        return Sitting(day, absent, True, None)
    if attended is None:
        return Sitting(day, (state.came_in or state.went_out)[0], False, _logged(state))
    if timed is None:
        return Sitting(day, attended, False, _logged(state))
    milliseconds = timed.milliseconds
    spent = TimeSpent(milliseconds, (timed.reference,), day) if milliseconds else None
    return Sitting(day, attended, False, spent)


def _logged(state: SittingState) -> TimeSpent | None:
    """The time between joining and leaving, if it is a millisecond at least."""
    came, went = state.came_in, state.went_out
    if not came or not went:
        return None
    inside = _inside(came, went)[0] // 1000
    return TimeSpent(inside, (came[0], went[-1]), state.day) if inside else None


def _inside(came: Iterable[Reference], went: Iterable[Reference]) -> tuple[int, int | None]:
    return union(map(_instant, came), map(_instant, went))


def _day(state: SittingState) -> int:
    return state.day


def _instant(reference: Reference) -> int:
    return reference.instant


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
