"""Whether a person is certified in a programme on a day, and whether they may serve visitors.

The status is the first that holds:

    status        holds on a day when
    exempt        an exemption holds
    revoked       the last certificate was revoked, on that day or before
    due           the last certificate still holds, and its window for renewal is open
    certified     the last certificate still holds
    expired       the last certificate does not hold any more
    in progress   something was done in one of the programme's courses
    assigned      the programme applies to the person

There is no verdict where neither the programme applies nor anything was done, nor where it is
nothing yet or nothing any more (before its first version, after its withdrawal) and no certificate
was earned. Only what lies on the day or before it is looked at.

To whom a rule applies: nobody before the day they joined or after the day they left, nor without a
personnel record; then

    everyone                     all
    posts, offices, newcomers    those for whom all hold that are said; a newcomer joined on or
                                 after the day the programme's first version holds from
    nothing said                 nobody: who takes it up, takes it up
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
    """What a personnel record says of where somebody belongs, and when they joined and left."""

    post: str | None
    office: str | None
    employed: Span


class Verdict(NamedTuple):
    """What holds for one person in one programme on one day.

    `applies` says whether the programme is assigned to the person by its rule; `due_by` is the day
    by which something is to be done: of who is assigned or in progress the last of `due_days` after
    the assignment, of who is certified, due or expired the last valid day. `completed`,
    `valid_from`, `valid_until` (the last valid day; of a revoked one the day before that),
    `version` and `evidence` are those of the last certificate; without one, `version` is the one in
    force. `renewal_from` is the first day of the window for renewal, while there is one.
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
    """Whether somebody may serve visitors, and the codes of the programmes in the way, sorted."""

    may_serve: bool | None
    in_the_way: tuple[str, ...] = ()


def span_of(entry: JsonObject) -> Span:
    """From when to when an entry of the catalogue, an exemption for one, holds."""
    return Span(day_of(entry, "since"), day_of(entry, "until"))


def record_of(entry: JsonObject) -> Employment:
    """What counts of a person's entry in the catalogue."""
    return Employment(entry.get("post"), entry.get("office"), span_of(entry))


def applies(rule: Rule, record: Employment | None, day: date, first: date | None) -> bool:
    """Whether the rule applies to the person on `day` by itself.

    `first` is the day that the programme's first version holds from, None from ever.
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
    """What holds on the day `on`; None where there is nothing to say (see above).

    `grants` are those of lrs.domain.certification.grants, with the same versions and revocations;
    `begun` is the day of the first activity in any of the programme's courses or their equivalents.
    """
    ruling = Ruling(versions, on)
    assigned = ruling.applies(record)
    return ruling.verdict(grants, began, record, assigned, exemptions, revocations)


_after = lru_cache(maxsize=4_096)(plus_days)


class Ruling:
    """A programme on a day. It is made once for all people: most of an office's have the same."""

    def __init__(self, versions: Sequence[Rule], on: date) -> None:
        self._on = on
        self._line = [rule for rule in timeline(versions) if rule.begin <= on]
        self._rule = self._line[-1] if self._line else Rule(0)
        self._alike: dict[tuple[CertificateStatus, bool], Verdict] = {}

    @property
    def newcomers_from(self) -> date | None:
        """Where joining decides to whom a version applies: the first day of which one must have
        joined. None where it decides nothing.
        """
        has_newcomers = any(rule.newcomers for rule in self._line)
        return self._line[0].begin if has_newcomers else None

    def applies(self, record: Employment | None) -> bool:
        """Whether the rule in force applies to the person by itself."""
        line = self._line
        return bool(line) and applies(line[-1], record, self._on, line[0].since)

    def alike_if_joined_by(self, record: Employment | None) -> date:
        """Of those of this record's post and office, whose records hold on the day, who are all
        newcomers or all not, have no certificate and no exception, and have all begun or all not:
        all who joined by that day get one verdict, the others what `later` says of them.
        """
        if self._rule.due_days is None or not self.applies(record):
            return date.max
        return _assigned(self._line, record, self._on)

    def later(self, alike: Verdict, joined: date | None) -> Verdict:
        """What those get instead of `alike` who joined later, or on a day that is not known."""
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
        """As the function of this name; `assigned` is what `applies` says."""
        on, rule = self._on, self._rule
        last = None
        for grant in grants:
            if grant.day <= on and (last is None or grant > last):
                last = grant
        exempt = bool(exemptions) and any(span.holds(on) for span in exemptions)
        if last is None:
            doing = began is not None and began <= on
            if not rule.courses or not (assigned or doing):
                return None
            status: CertificateStatus = (
                "exempt" if exempt else "in progress" if doing else "assigned"
            )
            if assigned and rule.due_days is not None and not exempt:
                due_by = _first_due(self._line, record, on)
                return Verdict(status, True, rule.before_visitors, rule.number, due_by)
            found = self._alike.get((status, assigned))
            return found or self._made_alike(status, assigned)
        if not self._line:
            return None
        revoked = None
        if revocations:
            revoked = min((day for day in revocations if last.day <= day <= on), default=None)
        return _granted(rule, last, on, assigned, revoked, exempt)

    def _made_alike(self, status: CertificateStatus, assigned: bool) -> Verdict:
        """The verdict of everybody who has no certificate and no day to keep."""
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
    """So many days after the programme was assigned, as the rule in force is, or None if that day
    is not known.

    It was on the later of two: the day they joined, and the first day from which all versions up
    to the one in force apply, so describing a programme anew gives nobody more time.
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
    """Whether the verdicts of one day, by programme code, allow to serve visitors on it.

    Those count that apply and are wanted before visitors. None, unknown, where no personnel record
    holds on the day: the rules go by post, office and joining, so nothing can be told of what is
    wanted of somebody whose record is missing, has ended or begins later.
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
