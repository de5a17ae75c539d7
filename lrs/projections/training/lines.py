"""Transcript lines and the outcomes behind them: their tables, and how rows are found.

A line's number joins its person's and its course's, so that one integer finds it on any database
and a person's lines stand together: person * 2**32 + course.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from typing import NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    bindparam,
    select,
    update,
)

from lrs.db.bulk import insert_rows, rows_of
from lrs.domain.training.line_state import LineState
from lrs.projections.tables import metadata
from lrs.projections.training import line_encoding, subjects

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
    # the identifier that the statement names, whoever stands for it
    Column("trainee", BigInteger, primary_key=True, autoincrement=False),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("subject", BigInteger, nullable=False),
    # the position of the statement that took it out of the record
    Column("voided", BigInteger),
    sqlite_with_rowid=False,
)

_COURSE_BITS = 32

_STATES = select(line.c.id, line.c.state)
_IDS = select(line.c.id)
_IDS_BETWEEN = _IDS.where(line.c.id.between(bindparam("low"), bindparam("high")))
_OUTCOMES = select(outcome)
_VOID = (
    update(outcome)
    .where(outcome.c.trainee == bindparam("who"), outcome.c.position == bindparam("at"))
    .where(outcome.c.voided.is_(None))
    .values(voided=bindparam("by"))
)


class OutcomeRow(NamedTuple):
    """What the table `outcome` holds of one: all by numbers and positions."""

    trainee: int
    position: int
    subject: int
    voided: int | None


def number(person: int, course: int) -> int:
    """The line's number."""
    return person << _COURSE_BITS | course


def person_of(id_: int) -> int:
    """Whose line it is."""
    return id_ >> _COURSE_BITS


def course_of(id_: int) -> int:
    """The course of the line."""
    return id_ & (1 << _COURSE_BITS) - 1


def keep(connection: Connection, rows: Sequence[OutcomeRow]) -> None:
    """Remember which statements say something of whom."""
    insert_rows(connection, outcome, OutcomeRow._fields, rows)


def void(connection: Connection, taken: Iterable[tuple[int, int, int]]) -> None:
    """Mark (trainee, position) as taken out by the statement at the third position."""
    rows = [{"who": who, "at": at, "by": by} for who, at, by in taken]
    if rows:
        connection.execute(_VOID, rows)


def rows_about(connection: Connection, trainees: Collection[int]) -> list[OutcomeRow]:
    """All outcomes of these identifiers."""
    return [OutcomeRow(*row) for row in rows_of(connection, _OUTCOMES, outcome.c.trainee, trainees)]


def lines_in(connection: Connection, courses: Collection[int]) -> set[int]:
    """The numbers of all lines of these courses."""
    return {row.id for row in rows_of(connection, _IDS, line.c.course, courses)}


def states(connection: Connection, ids: Collection[int]) -> dict[int, LineState]:
    """The states of those of the lines that there are."""
    rows = rows_of(connection, _STATES, line.c.id, ids)
    return {row.id: line_encoding.decoded(row.state) for row in rows}


def lines_about(connection: Connection, persons: Iterable[int]) -> set[int]:
    """The numbers of all lines of these people."""
    found: set[int] = set()
    for person in persons:
        bounds = {"low": number(person, 0), "high": number(person + 1, 0) - 1}
        found.update(connection.scalars(_IDS_BETWEEN, bounds))
    return found


def lines_of(
    connection: Connection, rows: Iterable[OutcomeRow], person: Callable[[int], int]
) -> set[int]:
    """The lines that these outcomes belong to; `person` tells who stands for an identifier."""
    rows = list(rows)
    courses = subjects.courses_of(connection, {row.subject for row in rows})
    return {number(person(row.trainee), courses[row.subject]) for row in rows}
