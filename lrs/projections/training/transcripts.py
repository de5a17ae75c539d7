"""Transcripts: a person's lines with their courses, and the totals over them."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from sqlalchemy import Connection, bindparam, select

from lrs.db.compiled_query import CompiledQuery
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.training.line import Line, read_line
from lrs.domain.training.line_state import LineState
from lrs.projections.training import line_encoding
from lrs.projections.training.courses import COLUMNS, Course, course, course_of_row
from lrs.projections.training.lines import line, number
from lrs.projections.training.people import Trainee, person_by_key

K = TypeVar("K", int, str)

_LINES = CompiledQuery(
    select(*COLUMNS, line.c.state)
    .join_from(line, course, course.c.id == line.c.course)
    .where(line.c.id.between(bindparam("first"), bindparam("last")))
    .order_by(line.c.id)
)


@dataclass(frozen=True, slots=True)
class TranscriptEntry:
    """A line of a transcript with its course."""

    course: Course
    line: Line

    @property
    def kind(self) -> str | None:
        """How it was taught: as the catalogue says, else as was seen."""
        return self.course.kind or self.line.kind


@dataclass(frozen=True, slots=True)
class Correction:
    """A course that a trainee's transcript no longer shows: all evidence for it was voided."""

    course: Course
    statements: tuple[int, ...]
    """Positions of the voided ones, the latest."""


@dataclass(frozen=True, slots=True)
class Transcript:
    """One trainee's lines, the most recently active first, and their totals.

    Hours are in whole seconds; a year is that of the place where it happened. Rounding to
    seconds is each figure's own, so parts may add up to a little less than the whole.
    """

    trainee: Trainee
    entries: tuple[TranscriptEntry, ...]
    corrections: tuple[Correction, ...]
    hours: int
    hours_by_year: dict[int, int]
    hours_by_kind: dict[str, int]
    courses_by_status: dict[str, int]


def transcript(
    connection: Connection, key: str, rule: AttemptRule | None = None
) -> Transcript | None:
    """The transcript of the person with this identifier; None if the log never named them.

    `rule` is asked for in place of each course's own.
    """
    trainee = person_by_key(connection, key)
    return None if trainee is None else compiled(trainee, lines_of(connection, trainee.id), rule)


def compiled(
    trainee: Trainee, lines: Iterable[tuple[Course, LineState]], rule: AttemptRule | None = None
) -> Transcript:
    """The transcript that a person's lines make."""
    entries, corrections = [], []
    for of, state in lines:
        seen = read_line(state, rule or of.rule, of.months)
        if seen:
            entries.append(TranscriptEntry(of, seen))
        elif state.voided:
            corrections.append(Correction(of, tuple(state.voided)))
    entries.sort(key=lambda e: (-e.line.last_activity.instant, e.course.id))
    return Transcript(
        trainee=trainee,
        entries=tuple(entries),
        corrections=tuple(corrections),
        hours=sum(e.line.hours for e in entries),
        hours_by_year=_by_year(entries),
        hours_by_kind=_summed((e.kind or "", e.line.hours) for e in entries),
        courses_by_status=dict(sorted(Counter(str(e.line.status) for e in entries).items())),
    )


def lines_of(connection: Connection, person: int) -> list[tuple[Course, LineState]]:
    """All lines of the person with this number: courses and states."""
    first, last = number(person, 0), number(person + 1, 0) - 1
    rows = _LINES.all(connection, first=first, last=last)
    return [(course_of_row(row), line_encoding.decoded(row[-1])) for row in rows]


def _by_year(entries: Iterable[TranscriptEntry]) -> dict[int, int]:
    spells = [spell for entry in entries for spell in entry.line.spells]
    summed = _summed((spell.year, spell.milliseconds) for spell in spells)
    return {year: milliseconds // 1000 for year, milliseconds in summed.items()}


def _summed(pairs: Iterable[tuple[K, int]]) -> dict[K, int]:
    total: dict[K, int] = defaultdict(int)
    for key, value in pairs:
        total[key] += value
    return {key: total[key] for key in sorted(total) if total[key]}
