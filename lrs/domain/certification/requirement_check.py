"""Which courses of a rule a person has achieved, read from marks in the order of time.

A mark achieves its course:

    passed      always; a test's within the course unless the last verdict of the course itself,
                in the same attempt, is a failure
    completed   unless the last verdict of the same attempt is a failure
    attended    unless the last verdict of the course, in whatever attempt, is a failure on the day
                of attendance or later
    waived      always, and needs no score

A later pass undoes a failure. A failure takes away what is not granted yet, never a grant. It
goes before attendance on the same day whatever the time of day: sign-in sheets know days, tests
minutes. A failure of an earlier day is about an earlier round: who comes again has attended again.

Where the rule wants a score, passing, completing or attending achieves the course only together
with a scaled score that suffices, in the same attempt; at the time when both are there, and only
while both are recent enough. A failed test's score is none. Score and limit are compared to nine
decimals (`lrs.domain.training.score`).
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
    """What a statement says that matters to certification.

    `course` is an activity IRI, `day` the local day where it happened, `instant` in microseconds
    since the epoch; `position` is the statement's, `attempt` its registration or empty. `spent`
    says `milliseconds`: each stretch of time is to be told once (lrs.domain.training.hours says
    how), in a mark of its own beside that of what was achieved.
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
    """Whether it is of the course itself, and not of a test within."""
    supporting: tuple[int, ...] = ()
    """The positions of further statements that it rests on."""


class Proof(NamedTuple):
    """The day and instant at which the last thing wanted was there, and what shows it."""

    day: date
    instant: int
    evidence: tuple[int, ...]


class _Achieved(NamedTuple):
    """In the order of time; the same time and position are told apart by the marks' courses."""

    day: date
    instant: int
    position: int
    basis: Evidence
    score: Evidence


class _Course:
    """What is known of one course; `achieved` is in the order of time."""

    __slots__ = ("achieved", "attempts", "counts_as", "failed", "failure", "judged")

    def __init__(self, counts_as: list[str]) -> None:
        self.counts_as = counts_as
        self.achieved: list[_Achieved] = []
        self.attempts: dict[str, dict[str, Evidence]] = {}
        self.failed: set[str] = set()
        self.failure: date | None = None
        self.judged: dict[str, bool] = {}
        """The course's own last verdict, by attempt."""

    def latest(self, start: date) -> _Achieved | None:
        """The latest achievement that rests on nothing before `start`."""
        for achieved in reversed(self.achieved):
            if achieved.day < start:
                return None
            recent = achieved.basis.day >= start and achieved.score.day >= start
            if recent and not self._undone(achieved.basis):
                return achieved
        return None

    def stands(self, passed: Evidence) -> bool:
        """Whether the pass is the course's own, or no failure of the course's own goes before."""
        return passed.own or self.judged.get(passed.attempt, True)

    def _undone(self, basis: Evidence) -> bool:
        if basis.what == "completed":
            return basis.attempt in self.failed
        if basis.what == "passed" and not basis.own:
            return not self.stands(basis)
        return basis.what == "attended" and self.failure is not None and basis.day <= self.failure


class RequirementCheck:
    """What was achieved under one rule by the marks added so far, in the order of time."""

    def __init__(self, rule: Rule) -> None:
        self._rule = rule
        self._courses = {course: _Course([course]) for course in rule.courses}
        for course, counts_as in rule.equivalents:
            self._courses.setdefault(course, _Course([])).counts_as.append(counts_as)
        self._reached: dict[str, list[_Course]] = {}
        self._spent: list[Evidence] = []
        self._days: list[date] = []
        self._sums: list[int] = []

    def add(self, mark: Evidence) -> bool:
        """Whether the mark may bring the rule nearer to being fulfilled."""
        course = self._courses.get(mark.course)
        if course is None:
            return False
        what = mark.what
        if what == "spent":
            return self._spend(mark)
        if mark.own and what in ("passed", "failed"):
            course.judged[mark.attempt] = what == "passed"
        if what == "failed":
            course.failed.add(mark.attempt)
            course.failure = mark.day
            return False
        if what == "passed" and course.stands(mark):
            course.failed.discard(mark.attempt)
            course.failure = None
        achieved = self._achieved(course, mark)
        if achieved and not course.achieved:
            for name in course.counts_as:
                self._reached.setdefault(name, []).append(course)
        course.achieved += achieved
        return what == "passed" or bool(achieved)

    def _achieved(self, course: _Course, mark: Evidence) -> list[_Achieved]:
        least = self._rule.min_score
        if least is None or mark.what == "waived":
            if mark.what == "scored":
                return []
            return [_Achieved(mark.day, mark.instant, mark.position, mark, mark)]
        attempt = course.attempts.setdefault(mark.attempt, {})
        bases: tuple[str, ...] = (mark.what,)
        if mark.what != "scored":
            attempt[mark.what] = mark
        if suffices(mark.scaled, least):
            attempt["score"] = mark
            bases = ("passed", "completed", "attended")
        if "score" not in attempt:
            return []
        return [
            _Achieved(mark.day, mark.instant, mark.position, attempt[basis], attempt["score"])
            for basis in bases
            if basis in attempt
        ]

    def _spend(self, mark: Evidence) -> bool:
        if not self._rule.min_hours:
            return False
        self._spent.append(mark)
        self._days.append(mark.day)
        self._sums.append(mark.milliseconds + (self._sums[-1] if self._sums else 0))
        return True

    @property
    def enough(self) -> bool:
        """Whether so many courses as wanted were achieved at any time."""
        return len(self._reached) >= self._rule.wanted

    def proof(self, start: date) -> Proof | None:
        """That the rule is fulfilled by what lies on `start` or after it; None if it is not.

        Of more courses than wanted the latest count.
        """
        found = list(self._achieved_since(start).values())
        hours = self._hours(start)
        if len(found) < self._rule.wanted or hours is None:
            return None
        found.sort(reverse=True)
        del found[self._rule.wanted :]
        day, instant = found[0].day, found[0].instant
        positions = [mark.position for one in found for mark in (one.basis, one.score)]
        if hours:
            day, instant = max((day, instant), (hours[-1].day, hours[-1].instant))
            positions += [at for mark in hours for at in (mark.position, *mark.supporting)]
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
        """The marks from `start` on that make up the hours wanted; None if they do not."""
        if not self._rule.min_hours:
            return []
        first = bisect_left(self._days, start)
        before = self._sums[first - 1] if first else 0
        last = bisect_left(self._sums, before + round(self._rule.min_hours * _HOUR))
        return self._spent[first : last + 1] if last < len(self._sums) else None
