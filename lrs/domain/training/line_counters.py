"""The counters that one line adds to its course's statistics, and the groups that it counts in.

`lrs.domain.training.course_statistics` documents the counters.
"""

from __future__ import annotations

from typing import NamedTuple

from lrs.domain.training.course_statistics import Counters
from lrs.domain.training.feedback import points, stars
from lrs.domain.training.line import Line, LineSummary
from lrs.domain.training.line_state import Feedback, LineState
from lrs.domain.training.score import StatedScore
from lrs.domain.training.sittings import SessionState, sittings_of

MOST_TRIES = 20

Sessions = dict[str, Counters]
"""The counters of a line's sessions, by activity IRI; empty for the course itself."""


class LineCounters(NamedTuple):
    """A line's counters, its status, and the office, instructor and month that it counts in.

    `month`, as 2026-03, is the local month in which the status was reached. `instructor` is an
    agent key.
    """

    counters: Counters
    status: str | None = None
    office: str | None = None
    instructor: str | None = None
    month: str | None = None


def part_of(
    line: Line | LineSummary | None, state: LineState, office: str | None = None
) -> LineCounters:
    """The counters of a line with this state; feedback counts even without a line."""
    counters = counters_of(line)
    ratings = (
        stars(feedback.score for feedback in state.feedback.values())
        if line is None
        else line.stars
    )
    for rating in ratings:
        _count(counters, f"rating:{rating}")
    if line is None:
        return LineCounters(counters, office=office)
    instructor = line.instructor.key if line.instructor else None
    return LineCounters(counters, line.status, office, instructor, line.reached.month)


def counters_of(line: Line | LineSummary | None) -> Counters:
    """A line's counters without its feedback; empty for None."""
    return {name: number for name, number in _parts(line) if number} if line else {}


def sessions_of(state: LineState) -> Sessions:
    """The counters of each session of a line."""
    return {
        part: _session(session, state.feedback.get(part))
        for part, session in state.sessions.items()
    }


def _session(session: SessionState, feedback: Feedback | None) -> Counters:
    sittings = sittings_of(session)
    present = [sitting for sitting in sittings if sitting.present]
    missed = sum(sitting.missed for sitting in sittings)
    counters = {"trainees": 1}
    if session.is_enrolled:
        counters["enrolled"] = 1
    if missed:
        counters |= {"missed": 1, "absences": missed}
    if present:
        counters |= {"attended": 1, "presences": len(present)}
    total = 0
    for sitting in present:
        inside = sitting.time_spent.milliseconds if sitting.time_spent else 0
        counters[f"minutes:{sitting.day}:{inside // 60_000}"] = 1
        total += inside
    if total >= 1000:
        counters["hours"] = total // 1000
    if feedback and (rating := points(feedback.score)):
        counters[f"rating:{rating}"] = 1
    return counters


def step(minutes: int) -> int:
    """The lower end of the counter's bin for a number of minutes: up to 63 each number has its own
    bin, above that bins are narrower than 1/32 of their values.
    """
    shift = max(0, minutes.bit_length() - 6)
    return minutes >> shift << shift


def _count(counters: Counters, name: str) -> None:
    counters[name] = counters.get(name, 0) + 1


def _parts(line: Line | LineSummary) -> list[tuple[str, int]]:
    parts = [
        ("trainees", 1),
        (f"status:{line.status}", 1),
        ("enrolled", int(line.enrolled)),
        ("started", int(line.started)),
        ("attended", int(line.sessions_attended > 0)),
        ("missed", int(line.sessions_missed > 0)),
        ("presences", line.sessions_attended),
        ("absences", line.sessions_missed),
        ("attempts", line.attempts),
        ("hours", line.hours),
    ]
    if line.kind is not None:
        parts.append((f"kind:{line.kind}", 1))
    if line.success is not None:
        parts.append(("right" if line.success else "wrong", 1))
    for name, score in (("score", line.score), ("first", line.first_score)):
        if score is not None and score.scaled is not None:
            parts.append((f"{name}:{_per_cent(score)}", 1))
    if line.tries is not None:
        parts.append((f"tries:{min(line.tries, MOST_TRIES)}", 1))
    if line.minutes is not None:
        parts.append((f"took:{step(line.minutes)}", 1))
    return parts


def _per_cent(score: StatedScore) -> int:
    # 0.29 is 29 %, although 0.29 * 100 is slightly less in floating point
    return max(0, int(round((score.scaled or 0) * 100, 6)))
