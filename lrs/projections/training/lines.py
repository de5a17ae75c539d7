"""Transcript lines: their tables, and how outcomes are folded into them.

A line's number joins its person's and its course's, so that one integer finds it on any database
and a person's lines stand together: person * 2**32 + course.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, NamedTuple

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
    update,
)

from lrs.db.bulk import insert_rows, rows_of
from lrs.domain.certification.evidence import evidence_in, first_activity
from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.training.line import summary
from lrs.domain.training.line_counters import LineCounters, Sessions, part_of, sessions_of
from lrs.domain.training.line_state import LineState, gather, note_voided
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.reference import Reference
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

TOGETHER = 2_000
"""Lines that are folded together: of those that are folded anew, all statements are in memory."""

_LINES = select(line.c.id, line.c.state, line.c.part, line.c.last_activity)
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


@dataclass(slots=True)
class Changes:
    """What a batch does to lines, by their numbers: `added` outcomes; positions of statements
    that were voided before they could count (`never`); lines to be folded `anew` from all that
    is known; and lines that only have to be `seen` again, under another rule or office.
    """

    added: dict[int, list[Outcome]] = field(default_factory=dict)
    never: dict[int, list[int]] = field(default_factory=dict)
    refold: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    def numbers(self) -> set[int]:
        """Every line that is concerned."""
        return {*self.added, *self.never, *self.refold, *self.seen}

    def follow(self, later: Changes) -> None:
        """Take in what a later batch does: it becomes part of this one."""
        for id_, outcomes in later.added.items():
            self.added.setdefault(id_, []).extend(outcomes)
        for id_, positions in later.never.items():
            self.never.setdefault(id_, []).extend(positions)
        self.refold |= later.refold
        self.seen |= later.seen


class Changed(NamedTuple):
    """A line before a batch and after: what it adds to its course's counters and sessions.

    `existed` and `exists` say whether there is a row for it. Activities are in microseconds since
    the epoch.
    """

    id: int
    existed: bool
    exists: bool
    before: LineCounters
    after: LineCounters
    old_sessions: Sessions
    sessions: Sessions
    old_activity: int | None
    new_activity: int | None
    credited: bool
    """Whether something may have changed that counts toward a programme."""


Refolded = Callable[[Collection[int]], Mapping[int, LineState]]
"""Folds lines anew from the log, by number."""


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


def fold(
    connection: Connection,
    changes: Changes,
    refolded: Refolded,
    rule: Callable[[int], AttemptRule],
    offices: Mapping[int, str],
    watched: Container[int] = (),
    closely: Container[int] = (),
) -> list[Changed]:
    """Folds a batch's changes into the lines, and tells what became of each.

    `watched` are the numbers of the courses that count in some programme, `closely` those of them
    that count by the statements of some authorities alone: there any change may count, also one
    that the line as all statements make it does not show.
    """
    changed: list[Changed] = []
    rest = iter(sorted(changes.numbers()))
    while part := list(islice(rest, TOGETHER)):
        changed += _fold(connection, part, changes, refolded, rule, offices, watched, closely)
    return changed


def _fold(
    connection: Connection,
    wanted: Sequence[int],
    changes: Changes,
    refolded: Refolded,
    rule: Callable[[int], AttemptRule],
    offices: Mapping[int, str],
    watched: Container[int],
    closely: Container[int],
) -> list[Changed]:
    found = {row.id: row for row in rows_of(connection, _LINES, line.c.id, wanted)}
    refold = changes.refold.intersection(wanted)
    folded_anew: Mapping[int, LineState] = refolded(refold) if refold else {}
    changed: list[Changed] = []
    written: list[tuple[Any, ...]] = []
    for id_ in wanted:
        row = found.get(id_)
        state = line_encoding.decoded(row.state) if row else LineState()
        old_sessions = sessions_of(state)
        counts = course_of(id_) in watched
        before = _counting(state) if counts and row else None
        state = _with_changes(state, id_, changes, folded_anew)
        is_empty = state.is_empty
        seen = summary(state, rule(course_of(id_)))
        part = part_of(seen, state, offices.get(person_of(id_)))
        until = state.last.instant if state.last else None
        changed.append(
            Changed(
                id=id_,
                existed=row is not None,
                exists=not is_empty,
                before=LineCounters(*orjson.loads(row.part)) if row else _NOTHING,
                after=_NOTHING if is_empty else part,
                old_sessions=old_sessions,
                sessions=sessions_of(state),
                old_activity=row.last_activity if row else None,
                new_activity=until,
                credited=counts
                and (course_of(id_) in closely or row is None or before != _counting(state)),
            )
        )
        if not is_empty:
            text = line_encoding.encoded(state)
            written.append((id_, course_of(id_), text, part.status, until, _json(list(part))))
    gone = [{"of": c.id} for c in changed if c.existed and not c.exists]
    if gone:
        connection.execute(_DELETE, gone)
    insert_rows(connection, line, _COLUMNS, written, replace=True)
    return changed


def _with_changes(
    state: LineState, id_: int, changes: Changes, folded_anew: Mapping[int, LineState]
) -> LineState:
    """The line's state with what the changes say of it."""
    if id_ in changes.refold:
        return folded_anew.get(id_) or LineState()
    if id_ in changes.never:
        note_voided(state, changes.never[id_])
    return gather(state, changes.added.get(id_, ()))


def _counting(state: LineState) -> tuple[Reference | None, list[Evidence]]:
    return first_activity(state), evidence_in("", state)


_NOTHING = LineCounters({})
_DELETE = delete(line).where(line.c.id == bindparam("of"))
_COLUMNS = ("id", "course", "state", "status", "last_activity", "part")


def _json(value: object) -> str:
    """The one way to write it: equal values, equal text."""
    return orjson.dumps(value, option=orjson.OPT_SORT_KEYS).decode()
