"""What one line adds to its course's statistics, and among whose lines it is counted.

The counters are those of `lrs.domain.training.course_statistics`.
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
"""What a line adds to each session, by its activity's IRI; empty for the course itself."""


class LineCounters(NamedTuple):
    """A line's counters; its status, and the office, instructor and month it counts in.

    The month, as 2026-03, is that in which the status was reached, where it happened.
    """

    counters: Counters
    status: str | None = None
    office: str | None = None
    instructor: str | None = None
    month: str | None = None


def part_of(
    line: Line | LineSummary | None, state: LineState, office: str | None = None
) -> LineCounters:
    """What a line with this state adds; feedback counts also where there is nothing else."""
    counters = counters_of(line)
    given_stars = (
        stars(one.score for one in state.feedback.values()) if line is None else line.stars
    )
    for given in given_stars:
        _count(counters, f"rating:{given}")
    if line is None:
        return LineCounters(counters, office=office)
    instructor = line.instructor.key if line.instructor else None
    return LineCounters(counters, line.status, office, instructor, line.reached.month)


def counters_of(line: Line | LineSummary | None) -> Counters:
    """What a line adds but for its feedback; nothing where it says nothing."""
    return {name: number for name, number in _parts(line) if number} if line else {}


def sessions_of(state: LineState) -> Sessions:
    """What a line adds to each of its sessions."""
    return {
        part: _session(session, state.feedback.get(part))
        for part, session in state.sessions.items()
    }


def _session(session: SessionState, feedback: Feedback | None) -> Counters:
    sat = sittings_of(session)
    present = [one for one in sat if one.present]
    missed = sum(one.missed for one in sat)
    counters = {"trainees": 1}
    if session.is_enrolled:
        counters["enrolled"] = 1
    if missed:
        counters |= {"missed": 1, "absences": missed}
    if present:
        counters |= {"attended": 1, "presences": len(present)}
    spent = 0
    for one in present:
        inside = one.time_spent.milliseconds if one.time_spent else 0
        counters[f"minutes:{one.day}:{inside // 60_000}"] = 1
        spent += inside
    if spent >= 1000:
        counters["hours"] = spent // 1000
    if feedback and (given := points(feedback.score)):
        counters[f"rating:{given}"] = 1
    return counters


def step(minutes: int) -> int:
    """The lower end of the minutes that are counted together: below 64 each one by itself, above
    in steps of less than a thirty-second part.
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
    # what is written 0.29 is 29 %, although 0.29 * 100 is a little less
    return max(0, int(round((score.scaled or 0) * 100, 6)))
