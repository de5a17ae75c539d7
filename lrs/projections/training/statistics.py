"""Course statistics: the counters of each course and of its slices, and queries of them.

A slice is the lines of a course that belong to one office, instructor or month, or the part of all
its lines that belongs to one session. `statistics_fold` writes the counters.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    or_,
    select,
)

from lrs.db.bulk import rows_of
from lrs.db.compiled_query import CompiledQuery
from lrs.domain.time import Moment
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.training.course_statistics import (
    Counters,
    CourseStatistics,
    delivered,
    figures,
    kind_of,
)
from lrs.projections.surrogate_keys import digest
from lrs.projections.tables import metadata
from lrs.projections.training.courses import COLUMNS, Course, course, course_of_row


class SliceBy(StrEnum):
    """What distinguishes the slices of a course."""

    SESSION = "session"
    OFFICE = "office"
    INSTRUCTOR = "instructor"
    MONTH = "month"
    OFFICE_MONTH = "office month"
    """Only for all courses together. The value is both, separated by a space."""


ALL = 0
"""The course number of the slices of all courses together; there are none by session."""


course_statistics = Table(
    "course_statistics",
    metadata,
    Column("course", BigInteger, primary_key=True, autoincrement=False),
    # JSON, not columns: sums have no upper bound, and PostgreSQL's integers do
    Column("counters", Text, nullable=False),
    Column("last_activity", BigInteger),
)

course_slice = Table(
    "course_slice",
    metadata,
    # a digest of course, by and value
    Column("id", LargeBinary(16), primary_key=True),
    Column("course", BigInteger, nullable=False),
    Column("by", String(16), nullable=False),
    Column("value", Text, nullable=False),
    Column("counters", Text, nullable=False),
    Index("slice_by_course", "course", "by"),
    sqlite_with_rowid=False,
)

LINES = "lines"
"""A counter of the course's row: its lines, those too of which everything was voided."""

DELIVERED = "delivered"
"""A counter of the course's row: the minutes that its sessions have delivered."""

SLICES = select(course_slice.c.id, course_slice.c.counters)
_SLICES_OF = CompiledQuery(
    select(course_slice.c.value, course_slice.c.counters).where(
        course_slice.c.course == bindparam("of"), course_slice.c.by == bindparam("what")
    )
)
_COUNTED = CompiledQuery(
    select(course_statistics.c.counters, course_statistics.c.last_activity).where(
        course_statistics.c.course == bindparam("of")
    )
)


class CourseEntry(NamedTuple):
    """A course with the number of trainees whose transcripts show it."""

    course: Course
    kind: str | None
    trainees: int


@dataclass(frozen=True, slots=True)
class CourseReport:
    """A course's figures; `last_activity` in UTC, None if no line counts."""

    course: Course
    figures: CourseStatistics
    last_activity: Moment | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of the lines of one office, instructor or month, or of one session."""

    value: str
    figures: CourseStatistics


def courses(connection: Connection) -> list[CourseEntry]:
    """All courses that are described or in which somebody has a line, by number."""
    query = (
        select(*COLUMNS, course_statistics.c.counters)
        .join_from(
            course,
            course_statistics,
            course_statistics.c.course == course.c.id,
            isouter=True,
        )
        .where(or_(course_statistics.c.course.is_not(None), course.c.described.is_not(None)))
        .order_by(course.c.id)
    )
    entries = []
    for row in connection.execute(query):
        counters: Counters = orjson.loads(row.counters) if row.counters else {}
        shown = course_of_row(row)
        kind = shown.kind or kind_of(counters)
        entries.append(CourseEntry(shown, kind, counters.get("trainees", 0)))
    return entries


def statistics(connection: Connection, found: Course) -> CourseReport:
    """The course's figures, by its own attempt rule."""
    text, latest = _COUNTED.first(connection, of=found.id) or (None, None)
    counters: Counters = orjson.loads(text) if text else {}
    return CourseReport(
        course=found,
        figures=figures(counters, found.rule),
        last_activity=None if latest is None else Moment(latest, 0),
    )


def slices(
    connection: Connection,
    found: Course | None,
    by: SliceBy,
    after: str | None = None,
    limit: int | None = None,
) -> list[Slice]:
    """The figures of a course, or of all courses, by session, office, instructor or month: at most
    `limit` slices whose values follow `after`, in their order.
    """
    rule: AttemptRule = found.rule if found else "best"
    rows = _SLICES_OF.all(connection, of=found.id if found else ALL, what=by.value)
    page = sorted((of, text) for of, text in rows if after is None or of > after)[:limit]
    return [Slice(value, _figures(orjson.loads(text), rule, by)) for value, text in page]


def values(connection: Connection, by: SliceBy) -> list[str]:
    """The values of the slices of all courses together: the offices, instructors or months."""
    rows = _SLICES_OF.all(connection, of=ALL, what=by.value)
    return sorted(value for value, _ in rows)


def slices_among(connection: Connection, by: SliceBy, values: Iterable[str]) -> dict[str, Slice]:
    """The figures of all courses together for these values, by value."""
    keys = {slice_id(ALL, by, value): value for value in values}
    rows = rows_of(connection, SLICES, course_slice.c.id, keys)
    return {
        keys[id_]: Slice(keys[id_], _figures(orjson.loads(text), "best", by)) for id_, text in rows
    }


def _figures(counters: Counters, rule: AttemptRule, by: SliceBy) -> CourseStatistics:
    if by is SliceBy.SESSION:
        counters[DELIVERED] = delivered(counters)
    return figures(counters, rule)


def slice_id(id_: int, by: SliceBy, value: str) -> bytes:
    return digest(f"{id_} {by} {value}")
