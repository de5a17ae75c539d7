"""Folds changes of lines into the counters of courses and of their slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import orjson
from sqlalchemy import Connection, Table, bindparam, delete, func, select

from lrs.db.bulk import insert_rows, rows_of
from lrs.domain.training.course_statistics import Counters, add, change, delivered, difference
from lrs.domain.training.line_counters import LineCounters
from lrs.projections.training.line_fold import Changed
from lrs.projections.training.lines import course_of, line
from lrs.projections.training.statistics import (
    ALL,
    DELIVERED,
    LINES,
    SLICES,
    SliceBy,
    course_slice,
    course_statistics,
    slice_id,
)

_ALL = select(course_statistics)
_DELETE_SLICE = delete(course_slice).where(course_slice.c.id == bindparam("of"))
_DELETE = delete(course_statistics).where(course_statistics.c.course == bindparam("of"))

Deltas = defaultdict[tuple[int, SliceBy, str], Counters]


def fold(connection: Connection, changes: Iterable[Changed]) -> None:
    """Replace each changed line's old version by the new one in all counters that include it."""
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
    """The slices whose counters include a line of the course."""
    keys = []
    for by, value in (
        (SliceBy.OFFICE, part.office),
        (SliceBy.INSTRUCTOR, part.instructor),
        (SliceBy.MONTH, part.month),
    ):
        if value is not None:
            keys += [(id_, by, value), (ALL, by, value)]
    if part.office is not None and part.month is not None:
        keys.append((ALL, SliceBy.OFFICE_MONTH, f"{part.office} {part.month}"))
    return keys


def _fold_slices(connection: Connection, slices: Deltas) -> dict[int, int]:
    """Write the slices; return the change of each course's delivered minutes."""
    keys = {slice_id(*key): key for key in slices}
    present = rows_of(connection, SLICES, course_slice.c.id, keys)
    before = {row.id: row.counters for row in present}
    minutes: defaultdict[int, int] = defaultdict(int)
    rows, empty = [], []
    for key, (id_, by, value) in keys.items():
        counters: Counters = orjson.loads(before[key]) if key in before else {}
        was = delivered(counters) if by == SliceBy.SESSION else 0
        add(counters, slices[id_, by, value])
        if by == SliceBy.SESSION:
            minutes[id_] += delivered(counters) - was
        if counters:
            rows.append((key, id_, by.value, value, _json(counters)))
        elif key in before:
            empty.append({"of": key})
    if empty:
        connection.execute(_DELETE_SLICE, empty)
    _write(connection, course_slice, rows)
    return minutes


def _fold_wholes(
    connection: Connection,
    wholes: Mapping[int, Counters],
    by_course: Mapping[int, list[Changed]],
) -> None:
    """Write the counters and last activities of courses."""
    present = rows_of(connection, _ALL, course_statistics.c.course, wholes)
    before = {row.course: row for row in present}
    rows, empty = [], []
    for id_, delta in wholes.items():
        row = before.get(id_)
        counters: Counters = orjson.loads(row.counters) if row else {}
        add(counters, delta)
        if counters:
            latest = _latest(connection, row.last_activity if row else None, by_course[id_])
            rows.append((id_, _json(counters), latest))
        elif row:
            empty.append({"of": id_})
    if empty:
        connection.execute(_DELETE, empty)
    _write(connection, course_statistics, rows)


def _latest(connection: Connection, known: int | None, lines: list[Changed]) -> int | None:
    """The last activity of all lines of the course. It is looked up only if the latest one was
    removed.
    """
    if known is not None and any(
        c.old_activity == known and (c.new_activity is None or c.new_activity < known)
        for c in lines
    ):
        query = select(func.max(line.c.last_activity)).where(
            line.c.course == course_of(lines[0].id)
        )
        latest: int | None = connection.scalar(query)
        return latest
    activities = [c.new_activity for c in lines if c.new_activity is not None]
    return max(activities if known is None else [known, *activities], default=None)


def _write(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = [column.name for column in table.columns]
    insert_rows(connection, table, names, rows, replace=True)


def _json(counters: Counters) -> str:
    return orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()
