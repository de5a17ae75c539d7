"""Folds changes of lines into the counters of courses and of their slices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
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


@dataclass(slots=True)
class StatisticsChange:
    """What changes of lines add to the counters of courses, by course, and to those of slices."""

    wholes: defaultdict[int, Counters] = field(default_factory=lambda: defaultdict(dict))
    slices: Deltas = field(default_factory=lambda: defaultdict(dict))
    latest: dict[int, int] = field(default_factory=dict)
    """The latest of the lines' last activities, by course."""
    fallen: defaultdict[int, set[int]] = field(default_factory=lambda: defaultdict(set))
    """The last activities that lines had before and that are later than the present ones."""

    def follow(self, later: StatisticsChange) -> None:
        """Take in what later changes of lines add."""
        for id_, counters in later.wholes.items():
            add(self.wholes[id_], counters)
        for key, counters in later.slices.items():
            add(self.slices[key], counters)
        for id_, instant in later.latest.items():
            self.latest[id_] = max(instant, self.latest.get(id_, instant))
        for id_, instants in later.fallen.items():
            self.fallen[id_] |= instants


def fold(connection: Connection, changes: Iterable[Changed]) -> None:
    """Replace each changed line's old version by the new one in all counters that include it."""
    write(connection, summed(changes))


def summed(changes: Iterable[Changed]) -> StatisticsChange:
    """The sum of what these changes of lines add to the counters."""
    sums = StatisticsChange()
    for changed in changes:
        id_ = course_of(changed.id)
        delta = difference(changed.before.counters, changed.after.counters)
        whole = add(sums.wholes[id_], delta)
        if changed.existed != changed.exists:
            change(whole, {LINES: changed.existed}, {LINES: changed.exists})
        _slice(sums.slices, id_, changed, delta)
        old, new = changed.old_activity, changed.new_activity
        if new is not None:
            sums.latest[id_] = max(new, sums.latest.get(id_, new))
        if old is not None and (new is None or new < old):
            sums.fallen[id_].add(old)
    return sums


def write(connection: Connection, sums: StatisticsChange) -> None:
    """Add the sums to the counters, after the lines are written."""
    for id_, minutes in _fold_slices(connection, sums.slices).items():
        if minutes:
            add(sums.wholes[id_], {DELIVERED: minutes})
    _fold_wholes(connection, sums)


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


def _fold_wholes(connection: Connection, sums: StatisticsChange) -> None:
    """Write the counters and last activities of courses."""
    present = rows_of(connection, _ALL, course_statistics.c.course, sums.wholes)
    before = {row.course: row for row in present}
    rows, empty = [], []
    for id_, delta in sums.wholes.items():
        row = before.get(id_)
        counters: Counters = orjson.loads(row.counters) if row else {}
        add(counters, delta)
        if counters:
            latest = _latest(connection, row.last_activity if row else None, id_, sums)
            rows.append((id_, _json(counters), latest))
        elif row:
            empty.append({"of": id_})
    if empty:
        connection.execute(_DELETE, empty)
    _write(connection, course_statistics, rows)


def _latest(
    connection: Connection, known: int | None, id_: int, sums: StatisticsChange
) -> int | None:
    """The last activity of all lines of the course. It is looked up only if the latest one was
    removed.
    """
    if known is not None and known in sums.fallen[id_]:
        query = select(func.max(line.c.last_activity)).where(line.c.course == id_)
        latest: int | None = connection.scalar(query)
        return latest
    return max((one for one in (known, sums.latest.get(id_)) if one is not None), default=None)


def _write(connection: Connection, table: Table, rows: Sequence[tuple[Any, ...]]) -> None:
    names = [column.name for column in table.columns]
    insert_rows(connection, table, names, rows, replace=True)


def _json(counters: Counters) -> str:
    return orjson.dumps(counters, option=orjson.OPT_SORT_KEYS).decode()
