"""The verdict: whether a person is certified in a programme on a day, and may serve visitors.

The status is the first row that applies:

    status        on the day
    exempt        an exemption is in force
    revoked       the last certificate has been revoked, on this day or earlier
    due           the last certificate is valid, and its renewal window is open
    certified     the last certificate is valid
    expired       there is a certificate, but it is no longer valid
    in progress   there is activity in one of the programme's courses
    assigned      the programme applies to the person

There is no verdict without a certificate if the programme does not apply and there is no activity,
or if the programme is not in force (before its first version, after its withdrawal). Only what
happened on the day or earlier counts.

A rule applies to a person only from the first through the last day of their employment by the
personnel record; and then, by the members of the rule,

    everyone                     to all
    posts, offices, newcomers    to those who meet all the conditions given; a newcomer joined on or
                                 after the first day of the programme's first version
    none of these                to nobody: taking part is voluntary
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from functools import lru_cache
from typing import Literal, NamedTuple, get_args

from lrs.domain.certification.calendar import plus_days
from lrs.domain.certification.grants import Grant, window
from lrs.domain.certification.rule import Rule, day_of, timeline
from lrs.domain.xapi.agent import JsonObject

CertificateStatus = Literal[
    "assigned", "in progress", "certified", "due", "expired", "revoked", "exempt"
]
STATUSES: tuple[CertificateStatus, ...] = get_args(CertificateStatus)
_SERVING = frozenset({"certified", "due", "exempt"})


class Span(NamedTuple):
    """From `since` through `until`, both included; None leaves that side open."""

    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        return (self.since or date.min) <= day <= (self.until or date.max)


class Employment(NamedTuple):
    """The post, the office, and the time of employment in a personnel record."""

    post: str | None
    office: str | None
    employed: Span


class Verdict(NamedTuple):
    """The status of one person in one programme on one day.

    `applies` is whether the programme is assigned to the person by its rule. `due_by` is the day by
    which the person must act: if assigned or in progress, the last of `due_days` after the
    assignment; if certified, due or expired, the last valid day. `completed`, `valid_from`,
    `valid_until` (the last valid day; at most the day before a revocation), `version` and
    `evidence` are those of the last certificate; without one, `version` is the version in force.
    `renewal_from` is the first day of the renewal window of a valid certificate.
    """

    status: CertificateStatus
    applies: bool
    before_visitors: bool
    version: int
    due_by: date | None = None
    completed: date | None = None
    valid_from: date | None = None
    valid_until: date | None = None
    renewal_from: date | None = None
    evidence: tuple[int, ...] = ()


class Clearance(NamedTuple):
    """Whether a person may serve visitors, None if not known, and the codes of the programmes still
    missing, sorted.
    """

    may_serve: bool | None
    in_the_way: tuple[str, ...] = ()


def span_of(entry: JsonObject) -> Span:
    """The days on which a catalogue entry, for example an exemption, is in force."""
    return Span(day_of(entry, "since"), day_of(entry, "until"))


def record_of(entry: JsonObject) -> Employment:
    """The employment by a person's catalogue entry."""
    return Employment(entry.get("post"), entry.get("office"), span_of(entry))


def applies(rule: Rule, record: Employment | None, day: date, first: date | None) -> bool:
    """Whether this version of the rule applies to the person on `day`.

    `first` is the first day of the programme's first version, None if that has always been in
    force.
    """
    if record is None or not record.employed.holds(day) or not rule.courses:
        return False
    if rule.everyone:
        return True
    if rule.newcomers and (record.employed.since or date.min) < (first or date.min):
        return False
    if rule.posts and record.post not in rule.posts:
        return False
    if rule.offices and record.office not in rule.offices:
        return False
    return bool(rule.newcomers or rule.posts or rule.offices)


def verdict(
    versions: Sequence[Rule],
    grants: Sequence[Grant],
    *,
    record: Employment | None,
    exemptions: Sequence[Span] = (),
    revocations: Sequence[date] = (),
    began: date | None,
    on: date,
) -> Verdict | None:
    """The verdict on the day `on`; None in the cases that the module's docstring gives.

    `grants` are those of lrs.domain.certification.grants, with the same versions and revocations;
    `began` is the day of the first activity in any of the programme's courses or their equivalents.
    """
    ruling = Ruling(versions, on)
    assigned = ruling.applies(record)
    return ruling.verdict(grants, began, record, assigned, exemptions, revocations)


_after = lru_cache(maxsize=4_096)(plus_days)


class Ruling:
    """A programme on a day, created once for many people. People in the same circumstances share
    one Verdict.
    """

    def __init__(self, versions: Sequence[Rule], on: date) -> None:
        self._on = on
        self._line = [rule for rule in timeline(versions) if rule.begin <= on]
        self._rule = self._line[-1] if self._line else Rule(0)
        self._alike: dict[tuple[CertificateStatus, bool], Verdict] = {}

    @property
    def newcomers_from(self) -> date | None:
        """The first day on which a person who joined is a newcomer; None if no version is for
        newcomers.
        """
        has_newcomers = any(rule.newcomers for rule in self._line)
        return self._line[0].begin if has_newcomers else None

    def applies(self, record: Employment | None) -> bool:
        """Whether the version in force applies to the person."""
        line = self._line
        return bool(line) and applies(line[-1], record, self._on, line[0].since)

    def alike_if_joined_by(self, record: Employment | None) -> date:
        """The day by which people must have joined to share one verdict, among people with this
        record's post and office who are employed on the day, are alike in being newcomers or not
        and in having activity or not, and have no certificate and no exemption. `later` gives the
        verdict of those who joined after it.
        """
        if self._rule.due_days is None or not self.applies(record):
            return date.max
        return _assigned(self._line, record, self._on)

    def later(self, alike: Verdict, joined: date | None) -> Verdict:
        """The verdict, instead of `alike`, of people who joined later or on an unknown day."""
        days = self._rule.due_days
        due_by = None if joined is None or days is None else _after(joined, days)
        return alike._replace(due_by=due_by)

    def verdict(
        self,
        grants: Sequence[Grant],
        began: date | None,
        record: Employment | None,
        assigned: bool,
        exemptions: Sequence[Span] = (),
        revocations: Sequence[date] = (),
    ) -> Verdict | None:
        """As the function `verdict`; `assigned` is the result of `applies`."""
        on, rule = self._on, self._rule
        last = None
        for grant in grants:
            if grant.day <= on and (last is None or grant > last):
                last = grant
        exempt = bool(exemptions) and any(span.holds(on) for span in exemptions)
        if last is None:
            active = began is not None and began <= on
            if not rule.courses or not (assigned or active):
                return None
            status: CertificateStatus = (
                "exempt" if exempt else "in progress" if active else "assigned"
            )
            if assigned and rule.due_days is not None and not exempt:
                due_by = _first_due(self._line, record, on)
                return Verdict(status, True, rule.before_visitors, rule.number, due_by)
            return self._alike.get((status, assigned)) or self._add_alike(status, assigned)
        if not self._line:
            return None
        revoked = None
        if revocations:
            revoked = min((day for day in revocations if last.day <= day <= on), default=None)
        return _granted(rule, last, on, assigned, revoked, exempt)

    def _add_alike(self, status: CertificateStatus, assigned: bool) -> Verdict:
        """The shared verdict of people with no certificate and no day to act by."""
        rule = self._rule
        found = Verdict(status, assigned, rule.before_visitors, rule.number)
        self._alike[status, assigned] = found
        return found


def _granted(
    rule: Rule, last: Grant, on: date, assigned: bool, revoked: date | None, exempt: bool
) -> Verdict:
    until = last.until
    holds = until is None or on <= until
    opens = window(rule, last) if holds and revoked is None else None
    if exempt:
        status: CertificateStatus = "exempt"
    elif revoked:
        status = "revoked"
    elif not holds:
        status = "expired"
    else:
        status = "due" if opens and opens <= on else "certified"
    due_by = None if exempt or revoked else until
    ends = until if revoked is None else min(plus_days(revoked, -1), until or date.max)
    certificate = last.completed, last.day, ends, opens, last.evidence
    return Verdict(status, assigned, rule.before_visitors, last.version, due_by, *certificate)


def _first_due(line: Sequence[Rule], record: Employment | None, on: date) -> date | None:
    """The day `due_days` after the assignment, by the version in force; None if not known.

    The assignment is on the later of two days: the day of joining, and the first day from which all
    versions up to the one in force apply. So a new description of a programme gives nobody more
    time.
    """
    days = line[-1].due_days
    joined = record.employed.since if record else None
    if days is None or joined is None:
        return None
    return plus_days(max(_assigned(line, record, on), joined), days)


def _assigned(line: Sequence[Rule], record: Employment | None, on: date) -> date:
    """The first day from which all versions up to the one in force apply."""
    assigned = line[-1].begin
    for rule in reversed(line[:-1]):
        if not applies(rule, record, on, line[0].since):
            break
        assigned = rule.begin
    return assigned


def may_serve(
    verdicts: Mapping[str, Verdict | None], record: Employment | None, on: date
) -> Clearance:
    """Whether a person may serve visitors on a day, by the verdicts of that day by programme code.

    Only programmes count that apply to the person and are required before serving visitors. The
    answer is not known if the person is not employed on the day by a personnel record: rules depend
    on post, office and day of joining, so the required programmes are not known.
    """
    if record is None or not record.employed.holds(on):
        return Clearance(None)
    missing = [
        code
        for code, verdict in verdicts.items()
        if verdict
        and verdict.applies
        and verdict.before_visitors
        and verdict.status not in _SERVING
    ]
    return Clearance(not missing, tuple(sorted(missing)))
