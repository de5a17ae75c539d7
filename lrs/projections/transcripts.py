"""Transcript lines: their tables, how a batch's outcomes are folded into them, their queries.

A line's number joins its trainee's and its course's, so that one integer finds it on any
database and a trainee's lines stand together: trainee * 2**32 + course.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple, TypeVar

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    bindparam,
    delete,
    select,
)

from lrs.bulk import Columns, insert_columns, rows_of
from lrs.domain.attempt import Rule
from lrs.domain.line import Line, gist, view
from lrs.domain.statistics import Counters, part_of
from lrs.domain.training import Outcome
from lrs.domain.transcript import State, gather, mark, without
from lrs.projections.names import Course, Trainee, course, trainee_by_key
from lrs.projections.tables import metadata

line = Table(
    "line",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("course", BigInteger, nullable=False),
    Column("state", Text, nullable=False),
    # both empty where every statement behind the line was voided
    Column("status", String(16)),
    Column("last_activity", BigInteger),
    # what the line adds to its course's counters: taken away again when it changes
    Column("part", Text, nullable=False),
    # Of what never changes, so that PostgreSQL can update a line within its page.
    Index("line_by_course", "course"),
    postgresql_with={"fillfactor": 60},
)

outcome = Table(
    "outcome",
    metadata,
    Column("line", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    sqlite_with_rowid=False,
)

_COURSE_BITS = 32

_LINES = select(line.c.id, line.c.state, line.c.part, line.c.last_activity)
_OUTCOMES = select(outcome)

K = TypeVar("K", int, str)


Told = Callable[[Sequence[int]], dict[int, list[Outcome]]]


@dataclass(slots=True)
class Changes:
    """What a batch does to one line: outcomes to add, and the positions of statements of which
    none counts, because they were voided on arrival or later.
    """

    trainee: str
    course: str
    added: list[Outcome] = field(default_factory=list)
    never_counted: list[int] = field(default_factory=list)
    taken_away: list[int] = field(default_factory=list)


class Changed(NamedTuple):
    """What a line added to its course's counters before a batch, and what it adds after."""

    course: int
    old: Counters
    new: Counters
    old_activity: int | None
    new_activity: int | None
    """The last activity, in microseconds since the epoch."""


def number(trainee_id: int, course_id: int) -> int:
    return trainee_id << _COURSE_BITS | course_id


def fold(connection: Connection, changes: Mapping[int, Changes], told: Told) -> list[Changed]:
    """Folds a batch's changes into the lines of these numbers, and tells what became of each.

    `told` gives the outcomes of statements by position: where something is taken out of a line,
    the line is folded anew from the statements that remain.
    """
    found = {row.id: row for row in rows_of(connection, _LINES, line.c.id, changes)}
    kept = _kept(connection, changes, told)
    changed = []
    columns: dict[str, list[Any]] = {c.name: [] for c in line.columns}
    for id_, change in changes.items():
        row = found.get(id_)
        before = orjson.loads(row.state) if row else {}
        old: Counters = orjson.loads(row.part) if row else {}
        state = _folded(before, change, kept.get(id_, {}))
        seen = gist(state)
        new = part_of(seen)
        course_id = id_ & (1 << _COURSE_BITS) - 1
        until = state["last"][0] if seen else None
        changed.append(Changed(course_id, old, new, row.last_activity if row else None, until))
        for column, value in zip(
            columns.values(),
            (id_, course_id, _json(state), seen.status if seen else None, until, _json(new)),
            strict=True,
        ):
            column.append(value)
    insert_columns(connection, line, columns, replace=True)
    _keep(connection, changes)
    return changed


def _folded(state: State, change: Changes, kept: Mapping[int, Outcome]) -> State:
    # a statement voided twice is taken away once: the second time its outcomes are gone already
    gone = [position for position in change.taken_away if position in kept]
    if gone:
        state = without(state, gone, (o for at, o in kept.items() if at not in gone))
    if change.never_counted:
        state = mark(state, change.never_counted)
    return gather(state, change.added)


def _json(value: object) -> str:
    """The one way to write it: equal values, equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()


def _kept(
    connection: Connection, changes: Mapping[int, Changes], told: Told
) -> dict[int, dict[int, Outcome]]:
    """The outcomes by position of those lines that something is taken away from."""
    lines = [id_ for id_, change in changes.items() if change.taken_away]
    kept: dict[int, dict[int, Outcome]] = defaultdict(dict)
    rows = list(rows_of(connection, _OUTCOMES, outcome.c.line, lines))
    outcomes = told(sorted({row.position for row in rows})) if rows else {}
    for id_, position in rows:
        change = changes[id_]
        for candidate in outcomes.get(position, ()):
            if (candidate.trainee, candidate.course) == (change.trainee, change.course):
                kept[id_][position] = candidate
    return kept


def _keep(connection: Connection, changes: Mapping[int, Changes]) -> None:
    gone = [
        {"of_line": id_, "at": position}
        for id_, change in changes.items()
        for position in change.taken_away
    ]
    if gone:
        connection.execute(
            delete(outcome).where(
                outcome.c.line == bindparam("of_line"), outcome.c.position == bindparam("at")
            ),
            gone,
        )
    kept = [(id_, o) for id_, change in changes.items() for o in change.added]
    columns: Columns = {
        "line": [id_ for id_, _ in kept],
        "position": [o.position for _, o in kept],
    }
    insert_columns(connection, outcome, columns)


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of a transcript with its course."""

    course: Course
    line: Line


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
    rule: Rule
    entries: tuple[Entry, ...]
    corrections: tuple[Correction, ...]
    hours: int
    hours_by_year: dict[int, int]
    hours_by_kind: dict[str, int]
    courses_by_status: dict[str, int]


def transcript(connection: Connection, key: str, rule: Rule = "best") -> Transcript | None:
    """The transcript of the trainee with this agent key; None if the log never named them."""
    trainee = trainee_by_key(connection, key)
    if trainee is None:
        return None
    entries, corrections = [], []
    for of, state in _lines_of(connection, trainee.id):
        seen = view(state, rule)
        if seen:
            entries.append(Entry(of, seen))
        else:
            corrections.append(Correction(of, tuple(state["voided"]["latest"])))
    entries.sort(key=lambda e: (-e.line.last_activity.instant, e.course.id))
    return Transcript(
        trainee=trainee,
        rule=rule,
        entries=tuple(entries),
        corrections=tuple(corrections),
        hours=sum(e.line.hours for e in entries),
        hours_by_year=_by_year(entries),
        hours_by_kind=_summed((e.line.kind or "", e.line.hours) for e in entries),
        courses_by_status=dict(sorted(Counter(str(e.line.status) for e in entries).items())),
    )


def _lines_of(connection: Connection, trainee_id: int) -> Iterator[tuple[Course, State]]:
    query = (
        select(course.c.id, course.c.iri, course.c.title, line.c.state)
        .join_from(line, course, course.c.id == line.c.course)
        .where(line.c.id.between(number(trainee_id, 0), number(trainee_id + 1, 0) - 1))
        .order_by(line.c.id)
    )
    for row in connection.execute(query):
        yield Course(row.id, row.iri, orjson.loads(row.title)), orjson.loads(row.state)


def _by_year(entries: Iterable[Entry]) -> dict[int, int]:
    spells = [spell for entry in entries for spell in entry.line.spells]
    summed = _summed((spell.year, spell.milliseconds) for spell in spells)
    return {year: milliseconds // 1000 for year, milliseconds in summed.items()}


def _summed(pairs: Iterable[tuple[K, int]]) -> dict[K, int]:
    total: dict[K, int] = defaultdict(int)
    for key, value in pairs:
        total[key] += value
    return {key: total[key] for key in sorted(total) if total[key]}
