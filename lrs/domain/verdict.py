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
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple, get_args

from lrs.domain.agent import JsonObject
from lrs.domain.certification import Grant, window
from lrs.domain.days import plus_days
from lrs.domain.programme import Rule, day_of, timeline

Status = Literal["assigned", "in progress", "certified", "due", "expired", "revoked", "exempt"]
STATUSES: tuple[Status, ...] = get_args(Status)
_HELD = frozenset({"certified", "due"})
_SERVING = _HELD | {"exempt"}


class Span(NamedTuple):
    """From `since` through `until`, both included; None leaves that side open."""

    since: date | None
    until: date | None

    def holds(self, day: date) -> bool:
        return (self.since or date.min) <= day <= (self.until or date.max)


class Record(NamedTuple):
    """What a personnel record says of where somebody belongs, and when they joined and left."""

    post: str | None
    office: str | None
    employed: Span


@dataclass(frozen=True, slots=True)
class Verdict:
    """What holds for one person in one programme on one day.

    `applies` says whether the programme is assigned to the person by its rule; `due_by` is the day
    by which something is to be done: of who is assigned or in progress the last of `due_days` after
    the assignment, of who is certified, due or expired the last valid day. `completed`,
    `valid_from`, `valid_until` (the last valid day; of a revoked one the day before that),
    `version` and `evidence` are those of the last certificate; without one, `version` is the one in
    force. `renewal_from` is the first day of the window for renewal, while there is one.
    """

    status: Status
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


def record_of(entry: JsonObject) -> Record:
    """What counts of a person's entry in the catalogue."""
    return Record(entry.get("post"), entry.get("office"), span_of(entry))


def applies(rule: Rule, record: Record | None, day: date, first: date | None) -> bool:
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
    record: Record | None,
    exemptions: Sequence[Span] = (),
    revocations: Sequence[date] = (),
    begun: date | None,
    on: date,
) -> Verdict | None:
    """What holds on the day `on`; None where there is nothing to say (see above).

    `grants` are those of lrs.domain.certification.grants, with the same versions and revocations;
    `begun` is the day of the first activity in any of the programme's courses or their equivalents.
    """
    line = [rule for rule in timeline(versions) if rule.begin <= on]
    last = max((grant for grant in grants if grant.day <= on), default=None)
    if not line or not (line[-1].courses or last):
        return None
    rule = line[-1]
    assigned = applies(rule, record, on, line[0].since)
    doing = begun is not None and begun <= on
    if not (assigned or doing or last):
        return None
    revoked = min((day for day in revocations if last and last.day <= day <= on), default=None)
    exempt = any(span.holds(on) for span in exemptions)
    status = _status(rule, last, on, revoked=revoked, exempt=exempt, doing=doing)
    if last is None:
        due_by = None if exempt else _first_due(line, record, on)
        return Verdict(status, assigned, rule.before_visitors, rule.number, due_by)
    stands = status in _HELD or (exempt and _holds(last, on) and not revoked)
    return Verdict(
        status=status,
        applies=assigned,
        before_visitors=rule.before_visitors,
        version=last.version,
        due_by=None if status in ("exempt", "revoked") else last.until,
        completed=last.completed,
        valid_from=last.day,
        valid_until=_valid_until(last, revoked),
        renewal_from=window(rule, last) if stands else None,
        evidence=last.evidence,
    )


def _status(
    rule: Rule, last: Grant | None, on: date, *, revoked: date | None, exempt: bool, doing: bool
) -> Status:
    if exempt:
        return "exempt"
    if last is None:
        return "in progress" if doing else "assigned"
    if revoked:
        return "revoked"
    if not _holds(last, on):
        return "expired"
    opens = window(rule, last)
    return "due" if opens and opens <= on else "certified"


def _holds(grant: Grant, day: date) -> bool:
    return grant.until is None or day <= grant.until


def _valid_until(grant: Grant, revoked: date | None) -> date | None:
    if revoked is None:
        return grant.until
    return min(plus_days(revoked, -1), grant.until or date.max)


def _first_due(line: Sequence[Rule], record: Record | None, on: date) -> date | None:
    """So many days after the programme was assigned, or None if that day is not known.

    It was on the later of two: the day they joined, and the first day from which all versions up
    to the one in force apply, so describing a programme anew gives nobody more time.
    """
    days = line[-1].due_days
    joined = record.employed.since if record else None
    if days is None or joined is None:
        return None
    assigned = None
    for rule in reversed(line):
        if not applies(rule, record, on, line[0].since):
            break
        assigned = rule.begin
    return plus_days(max(assigned, joined), days) if assigned else None


def may_serve(verdicts: Mapping[str, Verdict | None], record: Record | None, on: date) -> Clearance:
    """Whether the verdicts of one day, by programme code, allow to serve visitors on it.

    Those count that apply and are wanted before visitors. None, unknown, where no personnel record
    holds on the day: the rules go by post, office and joining, so nothing can be told of what is
    wanted of somebody whose record is missing, has ended or begins later.
    """
    if record is None or not record.employed.holds(on):
        return Clearance(None)
    missing = [
        code
        for code, said in verdicts.items()
        if said and said.applies and said.before_visitors and said.status not in _SERVING
    ]
    return Clearance(not missing, tuple(sorted(missing)))
