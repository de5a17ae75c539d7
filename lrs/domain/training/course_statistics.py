"""The statistics of a course, as sums of counters over its transcript lines.

The counters form a commutative group: a line's counters can be added and subtracted exactly, in any
order, so a changed line costs one subtraction and one addition. Counters at zero are left out:
equal statistics are equal dicts, and `{}` is a course without trainees.

    trainees                    lines
    status:<status>             lines by status
    kind:<kind>                 lines by kind of training
    enrolled, started           lines with an enrolment; with an attempt or a session attended
    attended, missed            lines with at least one session attended, missed
    presences, absences         sittings attended, missed, over all lines
    right, wrong                lines whose picked attempt is a pass, a failure
    attempts, hours             sums; hours in whole seconds
    score:<n>, first:<n>        lines by scaled score in per cent, rounded down, of the picked
                                attempt and of the first score; negatives count as 0
    tries:<n>                   passed lines by the number of failures before the first pass, and
                                that pass; the highest numbers share a counter
    took:<n>                    finished lines by minutes from the first activity to completion,
                                rounded down by less than 1/32 (see
                                `lrs.domain.training.line_counters`)
    rating:<n>                  feedback of n points, 1 to 5
    minutes:<day>:<n>           only for a session: trainees who were n minutes at the sitting of
                                that day, in days since 1970-01-01
    delivered                   only for a course: the sum over its sittings of the longest presence
                                of a trainee, in minutes

There are such counters for a course as a whole, for its lines by office, by instructor and by
month, and for its sessions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import ceil
from typing import NamedTuple

from lrs.domain.training.attempt import STATUSES, AttemptRule, Status
from lrs.domain.training.line import KINDS, Kind

Counters = dict[str, int]
BINS = 10


class Rate(NamedTuple):
    """`part` of `base`; `value` is None if the base is 0."""

    part: int
    base: int

    @property
    def value(self) -> float | None:
        return self.part / self.base if self.base else None


class Spread(NamedTuple):
    """The quartiles of a distribution, each a value that occurs; None for an empty one."""

    lower: int | None
    median: int | None
    upper: int | None


@dataclass(frozen=True, slots=True)
class CourseStatistics:
    """The statistics of a course, computed from its counters.

    `completion` is completed or passed lines, of all but the waived and withdrawn; `passing` is
    passes, of all verdicts, each of the attempt that `rule` picks; `attendance` and `no_show` are
    sittings attended and missed, of both together. `hours` is in whole seconds, `delivered` in
    minutes. `scores` and `first_scores` are histograms of BINS bins: bin n holds scores from n/10
    to below (n+1)/10, the last one also 1; their spreads are in per cent. `tries` has the number of
    lines passed at the first try, the second, and so on. `minutes` is the time to completion.
    `ratings` has the numbers of ratings of 1 to 5 points.
    """

    rule: AttemptRule
    kind: Kind | None
    trainees: int
    enrolled: int
    started: int
    attended: int
    missed: int
    by_status: dict[Status, int]
    attempts: int
    hours: int
    delivered: int
    completion: Rate
    passing: Rate
    attendance: Rate
    no_show: Rate
    scores: tuple[int, ...]
    score_spread: Spread
    first_scores: tuple[int, ...]
    first_score_spread: Spread
    tries: dict[int, int]
    minutes: Spread
    ratings: tuple[int, ...]

    @property
    def satisfaction(self) -> float | None:
        """The mean of the ratings, in points."""
        given = sum(self.ratings)
        if not given:
            return None
        return sum(points * n for points, n in enumerate(self.ratings, start=1)) / given


def change(statistics: Counters, old: Counters, new: Counters) -> Counters:
    """Replaces a line's counters `old` by `new` in `statistics`, which is changed and returned."""
    return add(statistics, difference(old, new))


def difference(old: Counters, new: Counters) -> Counters:
    """The counters to add in order to replace `old` by `new`."""
    if not old:
        return new
    found = {name: -number for name, number in old.items() if name not in new}
    for name, number in new.items():
        more = number - old.get(name, 0)
        if more:
            found[name] = more
    return found


def add(statistics: Counters, delta: Counters) -> Counters:
    """Adds the result of `difference` to `statistics`, which is changed and returned."""
    for name, more in delta.items():
        total = statistics.get(name, 0) + more
        if total:
            statistics[name] = total
        else:
            del statistics[name]
    return statistics


def figures(statistics: Counters, rule: AttemptRule = "best") -> CourseStatistics:
    """The statistics from the counters of lines that were read under `rule`."""

    given = statistics.get

    def get(name: str) -> int:
        return given(name, 0)

    by_status = {status: get(name) for status, name in _STATUSES}
    finished = by_status["completed"] + by_status["passed"]
    expected = get("trainees") - by_status["waived"] - by_status["withdrawn"]
    sessions = get("presences") + get("absences")
    of = _counted(statistics)
    scores, first_scores, ratings = of["score"], of["first"], of["rating"]
    return CourseStatistics(
        rule=rule,
        kind=kind_of(statistics),
        trainees=get("trainees"),
        enrolled=get("enrolled"),
        started=get("started"),
        attended=get("attended"),
        missed=get("missed"),
        by_status=by_status,
        attempts=get("attempts"),
        hours=get("hours"),
        delivered=get("delivered"),
        completion=Rate(finished, expected),
        passing=Rate(get("right"), get("right") + get("wrong")),
        attendance=Rate(get("presences"), sessions),
        no_show=Rate(get("absences"), sessions),
        scores=_bins(scores),
        score_spread=spread(scores),
        first_scores=_bins(first_scores),
        first_score_spread=spread(first_scores),
        tries=dict(sorted(of["tries"].items())),
        minutes=spread(of["took"]),
        ratings=tuple(ratings.get(points, 0) for points in range(1, 6)),
    )


_STATUSES = tuple((status, f"status:{status}") for status in STATUSES)
_HISTOGRAMS = ("score", "first", "rating", "tries", "took")


def _counted(statistics: Counters) -> dict[str, dict[int, int]]:
    """The counters `name:<n>` by n, for each name that `figures` needs."""
    found: dict[str, dict[int, int]] = {name: {} for name in _HISTOGRAMS}
    for key, number in statistics.items():
        name, _, value = key.partition(":")
        if name in found:
            found[name][int(value)] = number
    return found


def spread(histogram: Mapping[int, int]) -> Spread:
    """The quartiles of a histogram, which has the frequency by value: for each share the least
    value that at least this share of the values does not exceed.
    """
    if not histogram:
        return Spread(None, None, None)
    total = sum(histogram.values())
    found: list[int] = []
    thresholds = [ceil(total * share) for share in (0.25, 0.5, 0.75)]
    cumulative = 0
    for value in sorted(histogram):
        cumulative += histogram[value]
        while cumulative >= thresholds[len(found)]:
            found.append(value)
            if len(found) == len(thresholds):
                return Spread(*found)
    raise AssertionError("the last value reaches every share")


def delivered(session: Counters) -> int:
    """The length of a session's sittings in minutes: the longest presence at each, summed."""
    longest: dict[str, int] = {}
    for key in session:
        if key.startswith("minutes:"):
            _, day, minutes = key.split(":")
            longest[day] = max(longest.get(day, 0), int(minutes))
    return sum(longest.values())


def kind_of(statistics: Counters) -> Kind | None:
    """The kind of the course over all its lines; a test together with teaching does not count."""
    kinds = {kind for kind in KINDS if f"kind:{kind}" in statistics}
    if "blended" in kinds or {"classroom", "online"} <= kinds:
        return "blended"
    return next((kind for kind in KINDS if kind in kinds), None)


def _bins(per_cent: Mapping[int, int]) -> tuple[int, ...]:
    bins = [0] * BINS
    for value, number in per_cent.items():
        bins[min(BINS - 1, value * BINS // 100)] += number
    return tuple(bins)
