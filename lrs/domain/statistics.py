"""A course's figures as sums over its transcript lines.

The counters form a commutative group: a line's part can be added and taken away again exactly, in
any order, so a changed line costs one subtraction and one addition. Counters at zero are left
out: equal figures are equal dicts, and `{}` is a course without trainees.

    trainees                    lines
    status:<status>             lines by status
    kind:<kind>                 lines by kind of training
    enrolled, started           lines with an enrolment; with an attempt or a session attended
    attended, missed            lines with at least one session attended, missed
    right, wrong                lines whose picked attempt has a verdict, pass or failure
    attempts, hours             sums; hours in whole seconds
    score:<bin>, first:<bin>    lines by scaled score of the picked attempt, of the first score;
                                bin n of 0-9 holds n/10 up to (n+1)/10, 9 also 1, 0 also negatives
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

from lrs.domain.attempt import STATUSES, Rule, Status
from lrs.domain.line import KINDS, Gist, Kind, Line, Score

Counters = dict[str, int]
BINS = 10


class Rate(NamedTuple):
    """`part` of `base`; `value` is None where the base is nobody."""

    part: int
    base: int

    @property
    def value(self) -> float | None:
        return self.part / self.base if self.base else None


@dataclass(frozen=True, slots=True)
class CourseStatistics:
    """The counters under names.

    `completion` is completed or passed of all trainees but the waived and withdrawn; `passing` is
    passes of all verdicts, each of the attempt that `rule` picks. `hours` is in whole seconds.
    """

    rule: Rule
    kind: Kind | None
    trainees: int
    enrolled: int
    started: int
    attended: int
    missed: int
    by_status: dict[Status, int]
    attempts: int
    hours: int
    completion: Rate
    passing: Rate
    scores: tuple[int, ...]
    first_scores: tuple[int, ...]


def add(statistics: Counters, line: Line) -> Counters:
    """The counters with one more line."""
    return change(dict(statistics), None, line)


def remove(statistics: Counters, line: Line) -> Counters:
    """The counters as if the line had never been added."""
    return change(dict(statistics), line, None)


def change(statistics: Counters, old: Line | None, new: Line | None) -> Counters:
    """Puts one line in another's place; takes `statistics` over, changes and returns it."""
    return replace_part(statistics, part_of(old), part_of(new))


def replace_part(statistics: Counters, old: Counters, new: Counters) -> Counters:
    """The same for the parts of lines, as `part_of` gives them."""
    for name, number in new.items():
        change = number - old.get(name, 0)
        if change:
            _shift(statistics, name, change)
    for name in old.keys() - new.keys():
        _shift(statistics, name, -old[name])
    return statistics


def _shift(statistics: Counters, name: str, change: int) -> None:
    total = statistics.get(name, 0) + change
    if total:
        statistics[name] = total
    else:
        del statistics[name]


def part_of(line: Line | Gist | None) -> Counters:
    """What a line adds to the counters of its course; nothing where it says nothing."""
    return {name: number for name, number in _parts(line) if number} if line else {}


def figures(statistics: Counters, rule: Rule = "best") -> CourseStatistics:
    """The figures of lines that were read under `rule`."""

    def get(name: str) -> int:
        return statistics.get(name, 0)

    by_status = {status: get(f"status:{status}") for status in STATUSES}
    trainees = get("trainees")
    finished = by_status["completed"] + by_status["passed"]
    expected = trainees - by_status["waived"] - by_status["withdrawn"]
    return CourseStatistics(
        rule=rule,
        kind=kind_of(statistics),
        trainees=trainees,
        enrolled=get("enrolled"),
        started=get("started"),
        attended=get("attended"),
        missed=get("missed"),
        by_status=by_status,
        attempts=get("attempts"),
        hours=get("hours"),
        completion=Rate(finished, expected),
        passing=Rate(get("right"), get("right") + get("wrong")),
        scores=tuple(get(f"score:{n}") for n in range(BINS)),
        first_scores=tuple(get(f"first:{n}") for n in range(BINS)),
    )


def kind_of(statistics: Counters) -> Kind | None:
    """How the course is taught, seen over all its lines; a test beside teaching is part of it."""
    kinds = {kind for kind in KINDS if f"kind:{kind}" in statistics}
    if "blended" in kinds or {"classroom", "online"} <= kinds:
        return "blended"
    return next((kind for kind in KINDS if kind in kinds), None)


def _parts(line: Line | Gist) -> list[tuple[str, int]]:
    parts = [
        ("trainees", 1),
        (f"status:{line.status}", 1),
        ("enrolled", int(line.enrolled)),
        ("started", int(line.started)),
        ("attended", int(line.sessions_attended > 0)),
        ("missed", int(line.sessions_missed > 0)),
        ("attempts", line.attempts),
        ("hours", line.hours),
    ]
    if line.kind is not None:
        parts.append((f"kind:{line.kind}", 1))
    if line.success is not None:
        parts.append(("right" if line.success else "wrong", 1))
    for name, score in (("score", line.score), ("first", line.first_score)):
        if score is not None and score.scaled is not None:
            parts.append((f"{name}:{_bin(score)}", 1))
    return parts


def _bin(score: Score) -> int:
    return max(0, min(BINS - 1, int((score.scaled or 0) * BINS)))
