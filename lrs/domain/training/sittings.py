"""The sittings of a session: one for each local day with statements about the session's activity.

A recurring meeting has one activity IRI and many sittings; IRI and local day identify a sitting.

    sign-in sheet      `attended`, with or without a duration; with `completion` false an absence.
                       The latest of these about a sitting counts, and the latest duration
    joining, leaving   they show presence if there is no sign-in sheet, and the time inside if there
                       is no duration
    over midnight      a leaving before any joining of its day belongs to the evening before if a
                       joining there, at most NIGHT earlier, has no leaving yet; so does a sign-in
                       sheet's statement between the two
    too late           if the sitting before has a joining without a leaving, any other leaving
                       before any joining of its day is ignored: it shows neither the length of that
                       sitting nor presence on its own day

So a joining is paired only with a leaving of the same sitting, a sign-in sheet and a log of one
sitting count once, and an absence takes back only the sitting of its own day.

A session keeps the latest MOST_SITTINGS sittings, a sitting the earliest MOST_INSTANTS of joining
and of leaving.
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
"""The longest stay over midnight, in microseconds; after a longer one the leaving was missed."""


class TimedAttendance(NamedTuple):
    """A stated duration of an attendance, in milliseconds."""

    reference: Reference
    milliseconds: int


@dataclass(slots=True)
class SittingState:
    """The statements about one local day: the latest `attended`, absence and duration, and the
    instants of joining and leaving by time. `day` is in days since 1970-01-01.
    """

    day: int
    attended: Reference | None = None
    absent: Reference | None = None
    timed: TimedAttendance | None = None
    came_in: list[Reference] = field(default_factory=list)
    went_out: list[Reference] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether there are no statements."""
        return not (self.attended or self.absent or self.came_in or self.went_out)


@dataclass(slots=True)
class SessionState:
    """The statements about one session: the latest enrolment and withdrawal, and its sittings by
    day.
    """

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
    """A period of training in milliseconds, the references to the statements that show it, and the
    local day that it counts on, in days since 1970-01-01.
    """

    milliseconds: int
    grounds: tuple[Reference, ...]
    day: int

    @property
    def year(self) -> int:
        """The year of that day."""
        return year_of(self.day)


class Sitting(NamedTuple):
    """One sitting: its day, in days since 1970-01-01; the statement that shows the presence or
    absence; whether it is an absence; the time inside, None if it is not known.
    """

    day: int
    ground: Reference
    missed: bool
    time_spent: TimeSpent | None

    @property
    def present(self) -> Reference | None:
        """The statement that shows the presence; None for an absence."""
        return None if self.missed else self.ground


def attend(session: SessionState, outcome: Outcome, reference: Reference) -> bool:
    """Adds an outcome to a session's state, which is changed; whether something was dropped."""
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
    """The session's sitting of that day, and whether another one was dropped for it."""
    sittings = session.sittings
    at = bisect_left(sittings, day, key=_day)
    if at < len(sittings) and sittings[at].day == day:
        return sittings[at], False
    sitting = SittingState(day)
    sittings.insert(at, sitting)
    if len(sittings) <= MOST_SITTINGS:
        return sitting, False
    # dropping the earliest day makes the result independent of the order of arrival
    del sittings[0]
    return sitting, True


def _note_instant(instants: list[Reference], reference: Reference) -> bool:
    """Adds an instant; whether the latest one was dropped. Keeping the earliest makes the result
    independent of the order of arrival.
    """
    at = bisect_left(instants, reference.instant, key=_instant)
    if at < len(instants) and instants[at].instant == reference.instant:
        instants[at] = min(instants[at], reference)
        return False
    instants.insert(at, reference)
    if len(instants) <= MOST_INSTANTS:
        return False
    instants.pop()
    return True


def sittings_of(session: SessionState) -> list[Sitting]:
    """A session's sittings by day."""
    states = session.sittings
    return [_sitting(state) for state in (_separated(states) if len(states) > 1 else states)]


def all_sittings(sessions: Iterable[SessionState]) -> list[Sitting]:
    """The sittings of several sessions."""
    return [sitting for session in sessions for sitting in sittings_of(session)]


def _separated(states: Iterable[SittingState]) -> list[SittingState]:
    """The statements about each sitting, by day, with leavings over midnight put to the evening."""
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
    """The instant of a joining without a later leaving of the sitting."""
    return _inside(state.came_in, state.went_out)[1]


def _leaving_first(state: SittingState) -> list[Reference]:
    """The leavings of a day before its first joining."""
    if not state.came_in:
        return state.went_out
    first = min(map(_instant, state.came_in))
    return [reference for reference in state.went_out if reference.instant < first]


def _over_midnight(
    evening: SittingState, morning: SittingState, taken: list[Reference]
) -> tuple[SittingState, SittingState]:
    """The sittings of two days, after the statements of the morning that belong to the evening have
    been moved: these leavings, and those of a sign-in sheet up to the last leaving.
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
    """The time between joining and leaving; None below a millisecond."""
    joinings, leavings = state.came_in, state.went_out
    if not joinings or not leavings:
        return None
    inside = _inside(joinings, leavings)[0] // 1000
    return TimeSpent(inside, (joinings[0], leavings[-1]), state.day) if inside else None


def _inside(joinings: Iterable[Reference], leavings: Iterable[Reference]) -> tuple[int, int | None]:
    return union(map(_instant, joinings), map(_instant, leavings))


def _day(state: SittingState) -> int:
    return state.day


def _instant(reference: Reference) -> int:
    return reference.instant


def union(came_in: Iterable[int], went_out: Iterable[int]) -> tuple[int, int | None]:
    """The time inside in microseconds: from each joining to the next leaving, repeats ignored; and
    the instant of a joining without a later leaving, else None.

    Joining and leaving at the same instant cancel each other.
    """
    joinings, leavings = set(came_in), set(went_out)
    total, since = 0, None
    for instant in sorted(joinings ^ leavings):
        if instant in joinings:
            since = instant if since is None else since
        elif since is not None:
            total += instant - since
            since = None
    return total, since
