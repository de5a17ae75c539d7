"""The courses of a rule that a person has achieved, from evidence in the order of time.

Evidence achieves its course:

    passed      always; if it is of a test within the course, unless the last verdict on the course
                itself, in the same attempt, is a failure
    completed   unless the last verdict in the same attempt is a failure
    attended    unless the last verdict on the course, in any attempt, is a failure on the day of
                attendance or later
    waived      always, and needs no score

A later pass undoes a failure. A failure undoes achievements that are not granted yet, never a
grant. It outweighs attendance on the same day at any time of day, since sign-in sheets state days,
tests minutes. A failure on an earlier day concerns an earlier attendance: coming again is a new
attendance.

If the rule requires a score, passing, completing or attending achieves the course only together
with a sufficient scaled score in the same attempt, at the later time of the two, and only while
both are recent enough. The score of a failed test does not count. Score and limit are compared to
nine decimals (`lrs.domain.training.score`).
"""

from __future__ import annotations

from bisect import bisect_left
from datetime import date
from typing import Literal, NamedTuple

from lrs.domain.certification.rule import Rule
from lrs.domain.training.score import suffices

EvidenceKind = Literal["passed", "completed", "attended", "waived", "failed", "scored", "spent"]

MOST_EVIDENCE = 50
_HOUR = 3_600_000


class Evidence(NamedTuple):
    """One piece of evidence for certification, from a statement.

    `course` is an activity IRI, `day` the local day, `instant` in microseconds since the epoch;
    `position` is the statement's, `attempt` its registration, or empty. `milliseconds` is the time
    of the kind `spent`. Each period of time must occur once (`lrs.domain.training.hours`), apart
    from the evidence of achievements in it.
    """

    course: str
    what: EvidenceKind
    instant: int
    day: date
    position: int
    attempt: str = ""
    scaled: float | None = None
    milliseconds: int = 0
    own: bool = True
    """Whether it concerns the course itself, not a test within the course."""
    supporting: tuple[int, ...] = ()
    """The positions of further statements that it rests on."""


class Proof(NamedTuple):
    """The local day and the instant of the last evidence needed, and the positions of all of it."""

    day: date
    instant: int
    evidence: tuple[int, ...]


class _Achieved(NamedTuple):
    """An achievement of a course by `basis`, with the evidence of its `score`. Achievements are
    ordered by time, then by position.
    """

    day: date
    instant: int
    position: int
    basis: Evidence
    score: Evidence


class _Course:
    """The state of one course, with its achievements in the order of time."""

    __slots__ = ("achieved", "attempts", "counts_as", "failed", "failure", "judged")

    def __init__(self, counts_as: list[str]) -> None:
        self.counts_as = counts_as
        self.achieved: list[_Achieved] = []
        self.attempts: dict[str, dict[str, Evidence]] = {}
        self.failed: set[str] = set()
        self.failure: date | None = None
        self.judged: dict[str, bool] = {}
        """Whether the last verdict on the course itself is a pass, by attempt."""

    def latest(self, start: date) -> _Achieved | None:
        """The latest achievement whose evidence is of `start` or later."""
        for achieved in reversed(self.achieved):
            if achieved.day < start:
                return None
            recent = achieved.basis.day >= start and achieved.score.day >= start
            if recent and not self._undone(achieved.basis):
                return achieved
        return None

    def stands(self, passed: Evidence) -> bool:
        """Whether the pass is on the course itself, or the course itself was not failed last."""
        return passed.own or self.judged.get(passed.attempt, True)

    def _undone(self, basis: Evidence) -> bool:
        if basis.what == "completed":
            return basis.attempt in self.failed
        if basis.what == "passed" and not basis.own:
            return not self.stands(basis)
        return basis.what == "attended" and self.failure is not None and basis.day <= self.failure


class RequirementCheck:
    """The achievements under one rule by the evidence added so far, in the order of time."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._courses = {course: _Course([course]) for course in rule.courses}
        for course, counts_as in rule.equivalents:
            self._courses.setdefault(course, _Course([])).counts_as.append(counts_as)
        self._reached: dict[str, list[_Course]] = {}
        self._spent: list[Evidence] = []
        self._days: list[date] = []
        self._sums: list[int] = []

    def add(self, item: Evidence) -> bool:
        """Adds evidence; whether it may be progress toward fulfilling the rule."""
        course = self._courses.get(item.course)
        if course is None:
            return False
        what = item.what
        if what == "spent":
            return self._spend(item)
        if item.own and what in ("passed", "failed"):
            course.judged[item.attempt] = what == "passed"
        if what == "failed":
            course.failed.add(item.attempt)
            course.failure = item.day
            return False
        if what == "passed" and course.stands(item):
            course.failed.discard(item.attempt)
            course.failure = None
        achieved = self._achieved(course, item)
        if achieved and not course.achieved:
            for name in course.counts_as:
                self._reached.setdefault(name, []).append(course)
        course.achieved += achieved
        return what == "passed" or bool(achieved)

    def _achieved(self, course: _Course, item: Evidence) -> list[_Achieved]:
        least = self._rule.min_score
        if least is None or item.what == "waived":
            if item.what == "scored":
                return []
            return [_Achieved(item.day, item.instant, item.position, item, item)]
        attempt = course.attempts.setdefault(item.attempt, {})
        bases: tuple[str, ...] = (item.what,)
        if item.what != "scored":
            attempt[item.what] = item
        if suffices(item.scaled, least):
            attempt["score"] = item
            bases = ("passed", "completed", "attended")
        if "score" not in attempt:
            return []
        return [
            _Achieved(item.day, item.instant, item.position, attempt[basis], attempt["score"])
            for basis in bases
            if basis in attempt
        ]

    def _spend(self, item: Evidence) -> bool:
        if not self._rule.min_hours:
            return False
        self._spent.append(item)
        self._days.append(item.day)
        self._sums.append(item.milliseconds + (self._sums[-1] if self._sums else 0))
        return True

    @property
    def enough(self) -> bool:
        """Whether the required number of courses was achieved at any time."""
        return len(self._reached) >= self._rule.wanted

    def proof(self, start: date) -> Proof | None:
        """The proof that evidence of `start` or later fulfils the rule; None if it does not.

        If more courses are achieved than required, those achieved last count.
        """
        found = list(self._achieved_since(start).values())
        hours = self._hours(start)
        if len(found) < self._rule.wanted or hours is None:
            return None
        found.sort(reverse=True)
        del found[self._rule.wanted :]
        day, instant = found[0].day, found[0].instant
        positions = [item.position for a in found for item in (a.basis, a.score)]
        if hours:
            day, instant = max((day, instant), (hours[-1].day, hours[-1].instant))
            positions += [at for item in hours for at in (item.position, *item.supporting)]
        evidence = list(dict.fromkeys(positions))[:MOST_EVIDENCE]
        return Proof(day, instant, tuple(sorted(evidence)))

    def achieved(self, start: date) -> dict[str, date]:
        """The courses of the rule that are achieved by what lies on `start` or after it, by
        themselves or by an equivalent: the day of the latest achievement of each.
        """
        return {course: one.day for course, one in self._achieved_since(start).items()}

    def milliseconds(self, start: date) -> int:
        """The time spent on `start` or after it, where the rule wants hours; else 0."""
        first = bisect_left(self._days, start)
        return (self._sums[-1] if self._sums else 0) - (self._sums[first - 1] if first else 0)

    def _achieved_since(self, start: date) -> dict[str, _Achieved]:
        found = {}
        for name, courses in self._reached.items():
            latest = [one for course in courses if (one := course.latest(start))]
            if latest:
                found[name] = max(latest)
        return found

    def _hours(self, start: date) -> list[Evidence] | None:
        """The evidence of the required hours, from `start` on; None if the hours do not suffice."""
        if not self._rule.min_hours:
            return []
        first = bisect_left(self._days, start)
        before = self._sums[first - 1] if first else 0
        last = bisect_left(self._sums, before + round(self._rule.min_hours * _HOUR))
        return self._spent[first : last + 1] if last < len(self._sums) else None
