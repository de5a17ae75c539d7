"""Which certificates a person has earned in a programme: versions and marks -> grants.

The calendar is walked forward. At the end of each day on which something of the programme was
done, and of each day on which a version of its rule comes into force, the version in force then
decides: are enough of its courses achieved (lrs.domain.certification.requirement_check), and enough
hours spent?

What counts, with `valid_months`, is what lies within one term of so many months: what was achieved
on a day counts through the same last day as a certificate granted on it would hold. Besides:

    after a grant          only what was done after its day; with `renewal_days` not before the
                           window, so many days before the end; after the end as within the window
    after a revocation     only what was done after its day

How long a grant holds, last day included (lrs.domain.certification.calendar counts the months):

    valid_until    to that day
    valid_months   from the day of the grant; from the end of the one before if that still holds
                   and the rule has a window. Without a window it is from the day of the grant, or
                   repeating a course at will would pile up years
    neither        without end: nothing is granted after it

A grant must end later than the one before, else it is not made, and what was achieved waits. Who
is certified when a version comes into force stays so; no version changes an earlier one's grants.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Container, Iterable, Mapping, Sequence
from datetime import date
from operator import itemgetter
from types import MappingProxyType
from typing import NamedTuple

from lrs.domain.certification.calendar import earliest_within, plus_days, plus_months
from lrs.domain.certification.requirement_check import Evidence, RequirementCheck
from lrs.domain.certification.rule import ANYBODY, Authorities, Rule, in_force, rule_of, timeline

__all__ = ["Evidence", "Grant", "Rule", "grants", "in_force", "rule_of", "timeline"]

_ORDER = itemgetter(3, 2, 4, 1, 0, 5, 7, 8)
"""Marks by day, instant and position; what follows only makes the order of a set definite."""


class Grant(NamedTuple):
    """A certificate: it holds from `day` through `until`, or without end.

    `completed` and `instant` (microseconds since the epoch) are those of the last thing that was
    wanted: before `day` where a version came into force, or a pass undid a failure, only then.
    `version` is the number of the rule it was earned under; `evidence` are positions of statements,
    sorted, at most MOST_EVIDENCE. `renewal` says that there was one before, which is not revoked.
    """

    day: date
    completed: date
    instant: int
    until: date | None
    version: int
    evidence: tuple[int, ...]
    renewal: bool


def can_be_reached(versions: Iterable[Rule], courses: Container[str]) -> bool:
    """Whether marks in these courses alone could be enough for any version: without them, `grants`
    need not be asked.
    """
    for rule in versions:
        there = sum(course in courses for course in rule.courses)
        there += sum(course in courses for course, _ in rule.equivalents)
        if rule.courses and there >= rule.wanted:
            return True
    return False


def grants(
    versions: Sequence[Rule],
    marks: Iterable[Evidence],
    revocations: Iterable[date] = (),
    vouched: Mapping[Authorities, Iterable[Evidence]] = MappingProxyType({}),
) -> list[Grant]:
    """The grants by day, at most one a day; `revocations` are the days these take effect on.
    `vouched` are the marks that the statements of these authorities alone make, for versions of
    the rule that name some; `marks` those of all statements.

    The same versions, marks and revocations give the same grants, whatever their order.
    """
    line = timeline(versions)
    if not line:
        return []
    of = {**vouched, ANYBODY: marks}
    days = {a: _by_day(of.get(a, ()), line) for a in {rule.authorities for rule in line}}
    revoked = sorted(revocations)
    made: list[Grant] = []
    for rule, following in zip(line, [*line[1:], None], strict=True):
        end = following.begin if following else None
        _walk(rule, end, days[rule.authorities], revoked, made)
    return made


def in_order(marks: Iterable[Evidence]) -> list[Evidence]:
    """The marks in the order of time, each once."""
    return sorted(set(marks), key=_ORDER)


def _by_day(marks: Iterable[Evidence], line: Iterable[Rule]) -> list[tuple[date, list[Evidence]]]:
    """The marks of each day on which there are any or a version comes into force; none without
    marks.
    """
    found: dict[date, list[Evidence]] = {}
    for mark in in_order(marks):
        found.setdefault(mark.day, []).append(mark)
    for rule in line:
        if found and rule.since:
            found.setdefault(rule.since, [])
    return sorted(found.items(), key=itemgetter(0))


def _walk(
    rule: Rule,
    end: date | None,
    days: list[tuple[date, list[Evidence]]],
    revoked: list[date],
    made: list[Grant],
) -> None:
    """Adds what the rule grants while it is in force: before `end`."""
    if not rule.courses:
        return
    tally, begin = RequirementCheck(rule), rule.begin
    for day, marks in days:
        if end is not None and day >= end:
            return
        news = [tally.add(mark) for mark in marks]
        if tally.enough and (day == begin or (day > begin and any(news))):
            at = bisect_left(revoked, day)
            grant = _grant(rule, tally, day, made[-1:], revoked[at - 1] if at else None)
            if grant:
                made.append(grant)


def _grant(
    rule: Rule, tally: RequirementCheck, day: date, last: list[Grant], revoked: date | None
) -> Grant | None:
    """The grant that is made on this day, if one is; `revoked` is the last day before it."""
    current = last[0] if last and (revoked is None or revoked < last[0].day) else None
    if current and current.until is None:
        return None
    until = _until(rule, day, current)
    if until and (until < day or (current and current.until and until <= current.until)):
        return None
    proof = tally.proof(counting_from(rule, day, current, revoked))
    if proof is None:
        return None
    return Grant(
        day=day,
        completed=proof.day,
        instant=proof.instant,
        until=until,
        version=rule.number,
        evidence=proof.evidence,
        renewal=current is not None,
    )


def counting_from(rule: Rule, day: date, current: Grant | None, revoked: date | None) -> date:
    """The first day of which achievements count on `day`, where `current` is the certificate that a
    new one would follow, and `revoked` the last day on which any was revoked.
    """
    start = date.min if rule.valid_months is None else earliest_within(day, rule.valid_months)
    if revoked is not None:
        start = max(start, plus_days(revoked, 1))
    if current:
        start = max(start, plus_days(current.day, 1), window(rule, current) or date.min)
    return start


def window(rule: Rule, grant: Grant) -> date | None:
    """The first day on which what is done renews the grant; None if the rule has no window."""
    if rule.renewal_days is None or grant.until is None:
        return None
    opens = plus_days(grant.until, -rule.renewal_days)
    return opens if opens > grant.day else plus_days(grant.day, 1)


def _until(rule: Rule, day: date, current: Grant | None) -> date | None:
    if rule.valid_until is not None or rule.valid_months is None:
        return rule.valid_until
    if current and current.until and current.until >= day and rule.renewal_days is not None:
        return plus_months(current.until, rule.valid_months)
    return plus_months(day, rule.valid_months)
