"""Course statistics: counters for each course and for its slices, kept by the changes of lines.

A slice is those of a course's lines that belong to an office, an instructor or a month, or what
they say of one session.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

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
    delete,
    func,
    or_,
    select,
)

from lrs.db.bulk import insert_rows, rows_of
from lrs.db.compiled_query import CompiledQuery
from lrs.domain.time import Moment
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.training.course_statistics import (
    Counters,
    CourseStatistics,
    add,
    change,
    delivered,
    difference,
    figures,
    kind_of,
)
from lrs.domain.training.line_counters import LineCounters
from lrs.projections.surrogate_keys import digest
from lrs.projections.tables import metadata
from lrs.projections.training.courses import COLUMNS, Course, course, course_of_row
from lrs.projections.training.line_fold import Changed
from lrs.projections.training.lines import course_of, line


class SliceBy(StrEnum):
    """What a course's lines are told apart by."""

    SESSION = "session"
    OFFICE = "office"
    INSTRUCTOR = "instructor"
    MONTH = "month"
    OFFICE_MONTH = "office month"
    """Of all courses together only: the value is both, with a space between."""


ALL = 0
"""The course number under which all courses are counted together, by everything but sessions."""


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
    # a digest of the three that follow
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

_ALL = select(course_statistics)
_SLICES = select(course_slice.c.id, course_slice.c.counters)
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
_DELETE_SLICE = delete(course_slice).where(course_slice.c.id == bindparam("of"))
_DELETE = delete(course_statistics).where(course_statistics.c.course == bindparam("of"))

Deltas = defaultdict[tuple[int, SliceBy, str], Counters]


def fold(connection: Connection, changes: Iterable[Changed]) -> None:
    """Puts each changed line in its old one's place in all counters that it counts in."""
    by_course: dict[int, list[Changed]] = {}
    wholes: defaultdict[int, Counters] = defaultdict(dict)
    slices: Deltas = defaultdict(dict)
    for changed in changes:
        id_ = course_of(changed.id)
        by_course.setdefault(id_, []).append(changed)
        delta = difference(changed.before.counters, changed.after.counters)
        whole = add(wholes[id_], delta)
        if changed.existed != changed.exists:
            change(whole, {LINES: changed.existed}, {LINES: changed.exists})
        _slice(slices, id_, changed, delta)
    for id_, minutes in _fold_slices(connection, slices).items():
        if minutes:
            add(wholes[id_], {DELIVERED: minutes})
    _fold_wholes(connection, wholes, by_course)


DELIVERED = "delivered"


def _slice(slices: Deltas, id_: int, changed: Changed, delta: Counters) -> None:
    before, after = changed.before, changed.after
    old, new = _keys(id_, before), _keys(id_, after)
    if old == new:
        if delta:
            for key in new:
                add(slices[key], delta)
    else:
        for key in old:
            change(slices[key], before.counters, {})
        for key in new:
            add(slices[key], after.counters)
    old_sessions, sessions = changed.old_sessions, changed.sessions
    for value in {**old_sessions, **sessions}:
        old_counters, counters = old_sessions.get(value, {}), sessions.get(value, {})
        if old_counters != counters:
            change(slices[id_, SliceBy.SESSION, value], old_counters, counters)


def _keys(id_: int, part: LineCounters) -> list[tuple[int, SliceBy, str]]:
    """The slices that a line of the course counts in."""
    found = []
    for by, value in (
        (SliceBy.OFFICE, part.office),
        (SliceBy.INSTRUCTOR, part.instructor),
        (SliceBy.MONTH, part.month),
    ):
        if value is not None:
            found += [(id_, by, value), (ALL, by, value)]
    if part.office is not None and part.month is not None:
        found.append((ALL, SliceBy.OFFICE_MONTH, f"{part.office} {part.month}"))
    return found


def _fold_slices(connection: Connection, slices: Deltas) -> dict[int, int]:
    """How many minutes more, or fewer, each course has delivered."""
    keys = {_id(*key): key for key in slices}
    found = rows_of(connection, _SLICES, course_slice.c.id, keys)
    before = {row.id: row.counters for row in found}
    minutes: defaultdict[int, int] = defaultdict(int)
    rows, gone = [], []
    for key, (id_, by, value) in keys.items():
        counters: Counters = orjson.loads(before[key]) if key in before else {}
        was = delivered(counters) if by == SliceBy.SESSION else 0
        add(counters, slices[id_, by, value])
        if by == SliceBy.SESSION:
            minutes[id_] += delivered(counters) - was
        if counters:
            rows.append((key, id_, by.value, value, _json(counters)))
        elif key in before:
            gone.append({"of": key})
    if gone:
        connection.execute(_DELETE_SLICE, gone)
    _write(connection, course_slice, rows)
    return minutes


def _fold_wholes(
    connection: Connection,
    wholes: Mapping[int, Counters],
    by_course: Mapping[int, list[Changed]],
) -> None:
    found = rows_of(connection, _ALL, course_statistics.c.course, wholes)
    before = {row.course: row for row in found}
    rows, gone = [], []
    for id_, delta in wholes.items():
        row = before.get(id_)
        counters: Counters = orjson.loads(row.counters) if row else {}
        add(counters, delta)
        if counters:
            latest = _latest(connection, row.last_activity if row else None, by_course[id_])
            rows.append((id_, _json(counters), latest))
        elif row:
            gone.append({"of": id_})
    if gone:
        connection.execute(_DELETE, gone)
    _write(connection, course_statistics, rows)


def _latest(connection: Connection, known: int | None, lines: list[Changed]) -> int | None:
    """The last activity of any line of the course, looked up only where the latest went away."""
    if known is not None and any(
        c.old_activity == known and (c.new_activity is None or c.new_activity < known)
        for c in lines
    ):
        query = select(func.max(line.c.last_activity)).where(
            line.c.course == course_of(lines[0].id)
        )
        found: int | None = connection.scalar(query)
        return found
    activities = [c.new_activity for c in lines if c.new_activity is not None]
    return max(activities if known is None else [known, *activities], default=None)


def _write(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = [column.name for column in table.columns]
    insert_rows(connection, table, names, rows, replace=True)


def _json(counters: Counters) -> str:
    return orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()


class CourseEntry(NamedTuple):
    """A course with the number of trainees whose transcripts show it."""

    course: Course
    kind: str | None
    trainees: int


@dataclass(frozen=True, slots=True)
class CourseReport:
    """A course's figures; `last_activity` as UTC, None where nothing counts any more."""

    course: Course
    figures: CourseStatistics
    last_activity: Moment | None


@dataclass(frozen=True, slots=True)
class Slice:
    """The figures of one office's, instructor's or month's lines, or of one session."""

    value: str
    figures: CourseStatistics


def courses(connection: Connection) -> list[CourseEntry]:
    """Every course that is described or that somebody has a line in, in the order of numbers."""
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
    """The course's figures, under its own attempt rule."""
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
    """The figures of a course, or of all, by session, office, instructor or month, in the order
    of these: so many that follow that value.
    """
    rule: AttemptRule = found.rule if found else "best"
    rows = _SLICES_OF.all(connection, of=found.id if found else ALL, what=by.value)
    read = sorted((of, text) for of, text in rows if after is None or of > after)[:limit]
    return [Slice(value, _figures(orjson.loads(text), rule, by)) for value, text in read]


def values(connection: Connection, by: SliceBy) -> list[str]:
    """What all courses together are told apart by: which offices, instructors or months."""
    rows = _SLICES_OF.all(connection, of=ALL, what=by.value)
    return sorted(value for value, _ in rows)


def slices_among(connection: Connection, by: SliceBy, values: Iterable[str]) -> dict[str, Slice]:
    """The figures of all courses together for these values, by value."""
    keys = {_id(ALL, by, value): value for value in values}
    rows = rows_of(connection, _SLICES, course_slice.c.id, keys)
    return {
        keys[id_]: Slice(keys[id_], _figures(orjson.loads(text), "best", by)) for id_, text in rows
    }


def _figures(counters: Counters, rule: AttemptRule, by: SliceBy) -> CourseStatistics:
    if by is SliceBy.SESSION:
        counters[DELIVERED] = delivered(counters)
    return figures(counters, rule)


def _id(id_: int, by: SliceBy, value: str) -> bytes:
    return digest(f"{id_} {by} {value}")
