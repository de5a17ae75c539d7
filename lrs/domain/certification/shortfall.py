"""What a person lacks on a day for the next certificate of a programme.

The same check as for the grants (lrs.domain.certification.grants), at the end of the day asked for
instead of at the end of each day: under the version in force, of achievements on that day or
before it, and not before the first day that counts.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from types import MappingProxyType
from typing import NamedTuple

from lrs.domain.certification.grants import Grant, counting_from, in_order
from lrs.domain.certification.requirement_check import Evidence, RequirementCheck
from lrs.domain.certification.rule import ANYBODY, Authorities, Rule, timeline

_HOUR = 3_600_000


class RequiredCourse(NamedTuple):
    """A course that the rule asks for; `achieved` is the day of its latest achievement that counts,
    None where there is none. `equivalents` are the courses that count as it.
    """

    iri: str
    achieved: date | None
    equivalents: tuple[str, ...] = ()


class Shortfall(NamedTuple):
    """What the version `rule` asks for, and how much of it is there. `since` is the first day of
    which achievements count, None for any day; `milliseconds` is the time spent that counts, where
    the rule asks for hours.
    """

    rule: Rule
    since: date | None
    courses: tuple[RequiredCourse, ...]
    milliseconds: int

    @property
    def missing(self) -> tuple[RequiredCourse, ...]:
        """The courses that are not achieved, where more are wanted than are achieved."""
        lacking = tuple(one for one in self.courses if one.achieved is None)
        return lacking if len(self.courses) - len(lacking) < self.rule.wanted else ()

    @property
    def milliseconds_missing(self) -> int:
        """How much time is still to be spent; 0 where enough is, or none is asked for."""
        return max(0, round((self.rule.min_hours or 0) * _HOUR) - self.milliseconds)


def shortfall(
    versions: Sequence[Rule],
    marks: Iterable[Evidence],
    granted: Iterable[Grant],
    revocations: Iterable[date],
    on: date,
    vouched: Mapping[Authorities, Iterable[Evidence]] = MappingProxyType({}),
) -> Shortfall | None:
    """What is there and what is missing on the day `on`; None where no version that asks for
    anything is in force. `granted` are the grants that the same arguments make.
    """
    begun = [rule for rule in timeline(versions) if rule.begin <= on]
    if not begun or not begun[-1].courses:
        return None
    rule = begun[-1]
    check = RequirementCheck(rule)
    counted = marks if rule.authorities == ANYBODY else vouched.get(rule.authorities, ())
    for mark in in_order(counted):
        if mark.day <= on:
            check.add(mark)
    start = _start(rule, granted, revocations, on)
    achieved = check.achieved(start)
    courses = tuple(
        RequiredCourse(iri, achieved.get(iri), _equivalents(rule, iri)) for iri in rule.courses
    )
    since = None if start == date.min else start
    return Shortfall(rule, since, courses, check.milliseconds(start))


def _start(rule: Rule, granted: Iterable[Grant], revocations: Iterable[date], on: date) -> date:
    revoked = sorted(revocations)
    at = bisect_right(revoked, on)
    last = max((grant for grant in granted if grant.day <= on), default=None)
    day = revoked[at - 1] if at else None
    current = last if last and (day is None or day < last.day) else None
    return counting_from(rule, on, current, day)


def _equivalents(rule: Rule, iri: str) -> tuple[str, ...]:
    return tuple(course for course, counts_as in rule.equivalents if counts_as == iri)
