"""The grants of a person in a programme, from the versions of its rule and the person's evidence.

The days are taken in order. A day can bring a grant if it has evidence of the programme, or if a
version of the rule comes into force on it. At the end of the day the version in force checks
whether enough courses are achieved (lrs.domain.certification.requirement_check) and enough hours
spent.

With `valid_months`, evidence counts for one term of that many months: as long as a certificate
granted on its day would be valid. Besides:

    after a grant          only evidence after its day counts; with `renewal_days` only evidence
                           from the first day of the renewal window on, which opens so many days
                           before the grant's last day and does not close
    after a revocation     only evidence after its day counts

The last valid day of a grant (lrs.domain.certification.calendar counts the months):

    valid_until    that day
    valid_months   counted from the day of the grant; from the last day of the grant before if that
                   is still valid and the rule has a renewal window. Without a window, counting from
                   there would let repeated courses add up years
    neither        none: the grant does not end, and no grant follows it

A grant must end later than the one before. If it would not, there is no grant, and the evidence can
serve a later one. A new version does not change the grants of earlier versions.
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
"""Evidence by day, instant and position; the other members only make the order total."""


class Grant(NamedTuple):
    """A certificate, valid from `day` through `until`, or without end.

    `completed` and `instant` (microseconds since the epoch) are those of the last evidence that was
    needed. They lie before `day` if only a new version, or a pass after a failure, made it count.
    `version` is the number of the rule's version; `evidence` are positions of statements, sorted,
    at most MOST_EVIDENCE. `renewal` is whether there is an earlier grant that is not revoked.
    """

    day: date
    completed: date
    instant: int
    until: date | None
    version: int
    evidence: tuple[int, ...]
    renewal: bool


def can_be_reached(versions: Iterable[Rule], courses: Container[str]) -> bool:
    """Whether evidence in these courses alone could be enough for any version. If not, `grants`
    would be empty.
    """
    for rule in versions:
        counting = sum(course in courses for course in rule.courses)
        counting += sum(course in courses for course, _ in rule.equivalents)
        if rule.courses and counting >= rule.wanted:
            return True
    return False


def grants(
    versions: Sequence[Rule],
    evidence: Iterable[Evidence],
    revocations: Iterable[date] = (),
    vouched: Mapping[Authorities, Iterable[Evidence]] = MappingProxyType({}),
) -> list[Grant]:
    """The grants by day, at most one a day; `revocations` are the days on which they take effect.
    `evidence` is that of all statements; `vouched` has the evidence in the statements of
    certain authorities only, for versions of the rule that name them.

    The same versions, evidence and revocations give the same grants in any order.
    """
    rules = timeline(versions)
    if not rules:
        return []
    sources = {**vouched, ANYBODY: evidence}
    days = {a: _by_day(sources.get(a, ()), rules) for a in {rule.authorities for rule in rules}}
    revoked = sorted(revocations)
    found: list[Grant] = []
    for rule, following in zip(rules, [*rules[1:], None], strict=True):
        end = following.begin if following else None
        _add_grants(found, rule, end, days[rule.authorities], revoked)
    return found


def in_order(evidence: Iterable[Evidence]) -> list[Evidence]:
    """The evidence in the order of time, each item once."""
    return sorted(set(evidence), key=_ORDER)


def _by_day(
    evidence: Iterable[Evidence], rules: Iterable[Rule]
) -> list[tuple[date, list[Evidence]]]:
    """The evidence by day, with an empty list for a day without any on which a version comes into
    force. Empty without evidence.
    """
    found: dict[date, list[Evidence]] = {}
    for item in in_order(evidence):
        found.setdefault(item.day, []).append(item)
    for rule in rules:
        if found and rule.since:
            found.setdefault(rule.since, [])
    return sorted(found.items(), key=itemgetter(0))


def _add_grants(
    found: list[Grant],
    rule: Rule,
    end: date | None,
    days: list[tuple[date, list[Evidence]]],
    revoked: list[date],
) -> None:
    """Adds the grants of the rule's version while it is in force, that is before `end`."""
    if not rule.courses:
        return
    check, begin = RequirementCheck(rule), rule.begin
    for day, evidence in days:
        if end is not None and day >= end:
            return
        progress = [check.add(item) for item in evidence]
        if check.enough and (day == begin or (day > begin and any(progress))):
            at = bisect_left(revoked, day)
            last = found[-1] if found else None
            grant = _grant(rule, check, day, last, revoked[at - 1] if at else None)
            if grant:
                found.append(grant)


def _grant(
    rule: Rule, check: RequirementCheck, day: date, last: Grant | None, revoked: date | None
) -> Grant | None:
    """The grant on this day, if there is one. `last` is the last grant, `revoked` the day of the
    last revocation before this day.
    """
    current = last if last and (revoked is None or revoked < last.day) else None
    if current and current.until is None:
        return None
    until = _until(rule, day, current)
    if until and (until < day or (current and current.until and until <= current.until)):
        return None
    proof = check.proof(counting_from(rule, day, current, revoked))
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
    """The first day whose evidence counts for a grant on `day`. A new certificate would follow
    `current`; `revoked` is the last day on which any was revoked.
    """
    start = date.min if rule.valid_months is None else earliest_within(day, rule.valid_months)
    if revoked is not None:
        start = max(start, plus_days(revoked, 1))
    if current:
        start = max(start, plus_days(current.day, 1), window(rule, current) or date.min)
    return start


def window(rule: Rule, grant: Grant) -> date | None:
    """The first day of the grant's renewal window; None if the rule has no window."""
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
