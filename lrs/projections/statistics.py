"""Course statistics: one row of counters for each course, kept by the changes of its lines."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

from sqlalchemy import BigInteger, Column, Connection, Table, Text, func, select

from lrs.bulk import replace_rows, rows_of
from lrs.domain.line import Kind
from lrs.domain.moment import Moment
from lrs.domain.statistics import Counters, CourseStatistics, figures, kind_of, replace_part
from lrs.projections.names import Course, course, course_by_iri, text
from lrs.projections.tables import metadata
from lrs.projections.transcripts import Changed, line

course_statistics = Table(
    "course_statistics",
    metadata,
    Column("course", BigInteger, primary_key=True, autoincrement=False),
    # JSON, not columns: sums have no upper bound, and PostgreSQL's integers do
    Column("counters", Text, nullable=False),
    Column("last_activity", BigInteger),
)


_ALL = select(course_statistics)


def fold(connection: Connection, changes: Iterable[Changed]) -> None:
    """Puts each changed line in its old one's place in the counters of its course."""
    by_course: dict[int, list[Changed]] = {}
    for changed in changes:
        by_course.setdefault(changed.course, []).append(changed)
    found = rows_of(connection, _ALL, course_statistics.c.course, by_course)
    before = {row.course: row for row in found}
    rows = []
    for id_, lines in by_course.items():
        counters: Counters = json.loads(before[id_].counters) if id_ in before else {}
        for changed in lines:
            replace_part(counters, changed.old, changed.new)
        latest = _latest(connection, before[id_].last_activity if id_ in before else None, lines)
        rows.append({"course": id_, "counters": text(counters), "last_activity": latest})
    replace_rows(connection, course_statistics, rows)


def _latest(connection: Connection, known: int | None, lines: list[Changed]) -> int | None:
    """The last activity of any line of the course, looked up only where the latest went away."""
    if known is not None and any(
        c.old_activity == known and (c.new_activity is None or c.new_activity < known)
        for c in lines
    ):
        query = select(func.max(line.c.last_activity)).where(line.c.course == lines[0].course)
        found: int | None = connection.scalar(query)
        return found
    activities = [c.new_activity for c in lines if c.new_activity is not None]
    return max(activities if known is None else [known, *activities], default=None)


class CourseEntry(NamedTuple):
    """A course with the number of trainees whose transcripts show it."""

    course: Course
    kind: Kind | None
    trainees: int


@dataclass(frozen=True, slots=True)
class CourseReport:
    """A course's figures; `last_activity` as UTC, None where nothing counts any more."""

    course: Course
    figures: CourseStatistics
    last_activity: Moment | None


def courses(connection: Connection) -> list[CourseEntry]:
    """Every course the log ever named, in the order of numbers."""
    query = (
        select(course.c.id, course.c.iri, course.c.title, course_statistics.c.counters)
        .join_from(course, course_statistics, course_statistics.c.course == course.c.id)
        .order_by(course.c.id)
    )
    entries = []
    for row in connection.execute(query):
        counters: Counters = json.loads(row.counters)
        shown = Course(row.id, row.iri, json.loads(row.title))
        entries.append(CourseEntry(shown, kind_of(counters), counters.get("trainees", 0)))
    return entries


def statistics(connection: Connection, iri: str) -> CourseReport | None:
    """The figures of the course with this IRI; None if the log never named it."""
    found = course_by_iri(connection, iri)
    if found is None:
        return None
    query = select(course_statistics).where(course_statistics.c.course == found.id)
    row = connection.execute(query).one()
    counters, latest = json.loads(row.counters), row.last_activity
    return CourseReport(
        course=found,
        figures=figures(counters),
        last_activity=None if latest is None else Moment(latest, 0),
    )
