"""How the changes of a batch are folded into transcript lines."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, delete, select

from lrs.db.bulk import insert_rows, rows_of
from lrs.domain.certification.evidence import evidence_in, first_activity
from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.training.line import summary
from lrs.domain.training.line_counters import LineCounters, Sessions, part_of, sessions_of
from lrs.domain.training.line_state import LineState, gather, note_voided
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.reference import Reference
from lrs.projections.training import line_encoding
from lrs.projections.training.catalogue_cache import CatalogueRules
from lrs.projections.training.lines import course_of, line, person_of

TOGETHER = 2_000
"""Lines that are folded together: of those that are folded anew, all statements are in memory."""

_LINES = select(line.c.id, line.c.state, line.c.part, line.c.last_activity)
_DELETE = delete(line).where(line.c.id == bindparam("of"))
_NOTHING = LineCounters({})


@dataclass(slots=True)
class Changes:
    """What a batch does to lines, by their numbers: `added` outcomes; positions of statements
    that were voided before they could count (`never`); lines to `refold` from all that
    is known; and lines that only have to be read again (`seen`), under another rule or office.
    """

    added: dict[int, list[Outcome]] = field(default_factory=dict)
    never: dict[int, list[int]] = field(default_factory=dict)
    refold: set[int] = field(default_factory=set)
    seen: set[int] = field(default_factory=set)

    def numbers(self) -> set[int]:
        """Every line that is concerned."""
        return {*self.added, *self.never, *self.refold, *self.seen}


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


class LineRow(NamedTuple):
    """What the table `line` holds of one."""

    id: int
    course: int
    state: str
    status: str | None
    last_activity: int | None
    part: str


Refolded = Callable[[Collection[int]], Mapping[int, LineState]]
"""Folds lines anew from the log, by number."""


def fold(
    connection: Connection, changes: Changes, refolded: Refolded, rulebook: CatalogueRules
) -> list[Changed]:
    """Folds a batch's changes into the lines: what became of each."""
    changed: list[Changed] = []
    remaining = iter(sorted(changes.numbers()))
    while ids := list(islice(remaining, TOGETHER)):
        changed += _fold(connection, ids, changes, refolded, rulebook)
    return changed


def _fold(
    connection: Connection,
    ids: Sequence[int],
    changes: Changes,
    refolded: Refolded,
    rulebook: CatalogueRules,
) -> list[Changed]:
    rows = {row.id: row for row in rows_of(connection, _LINES, line.c.id, ids)}
    refold = changes.refold.intersection(ids)
    folded_anew = refolded(refold) if refold else {}
    changed: list[Changed] = []
    written: list[LineRow] = []
    for id_ in ids:
        row = rows.get(id_)
        before = line_encoding.decoded(row.state) if row else LineState()
        old_sessions, old_evidence = sessions_of(before), _counting(before, id_, rulebook)
        state = _with_changes(before, id_, changes, folded_anew)
        new = new_line(id_, state, rulebook)
        changed.append(
            new._replace(
                existed=row is not None,
                before=LineCounters(*orjson.loads(row.part)) if row else _NOTHING,
                old_sessions=old_sessions,
                old_activity=row.last_activity if row else None,
                credited=_is_credited(state, id_, rulebook, old_evidence if row else None),
            )
        )
        if new.exists:
            written.append(row_of(new, state))
    _delete(connection, (one.id for one in changed if one.existed and not one.exists))
    write_rows(connection, written)
    return changed


def new_line(id_: int, state: LineState, rulebook: CatalogueRules) -> Changed:
    """The change of a line that was not there before, to this state."""
    exists = not state.is_empty
    return Changed(
        id=id_,
        existed=False,
        exists=exists,
        before=_NOTHING,
        after=_counters(state, id_, rulebook) if exists else _NOTHING,
        old_sessions={},
        sessions=sessions_of(state),
        old_activity=None,
        new_activity=state.last.instant if state.last else None,
        credited=_is_credited(state, id_, rulebook, None),
    )


def row_of(changed: Changed, state: LineState) -> LineRow:
    """The row of a line with that state; it is the state after the change."""
    counters, id_ = changed.after, changed.id
    part = orjson.dumps(list(counters), option=orjson.OPT_SORT_KEYS).decode()
    text = line_encoding.encoded(state)
    return LineRow(id_, course_of(id_), text, counters.status, changed.new_activity, part)


def write_rows(connection: Connection, rows: Sequence[LineRow]) -> None:
    """Write these rows, each instead of one with the same id."""
    insert_rows(connection, line, LineRow._fields, rows, replace=True)


def _with_changes(
    state: LineState, id_: int, changes: Changes, folded_anew: Mapping[int, LineState]
) -> LineState:
    """The line's state with what the changes say of it."""
    if id_ in changes.refold:
        return folded_anew.get(id_) or LineState()
    if id_ in changes.never:
        note_voided(state, changes.never[id_])
    return gather(state, changes.added.get(id_, ()))


def _counters(state: LineState, id_: int, rulebook: CatalogueRules) -> LineCounters:
    read = summary(state, rulebook.rule(course_of(id_)))
    return part_of(read, state, rulebook.offices.get(person_of(id_)))


_Counting = tuple[Reference | None, list[Evidence]]


def _counting(state: LineState, id_: int, rulebook: CatalogueRules) -> _Counting | None:
    """What of the line counts toward programmes; None where its course is in none."""
    if course_of(id_) not in rulebook.wanted_in:
        return None
    return first_activity(state), evidence_in("", state)


def _is_credited(
    state: LineState, id_: int, rulebook: CatalogueRules, before: _Counting | None
) -> bool:
    """Whether something may have changed that counts toward a programme. Where a programme counts
    the statements of some authorities alone, any change may count, also one that the line as all
    statements make it does not show.
    """
    after = _counting(state, id_, rulebook)
    return after is not None and (course_of(id_) in rulebook.vouched_for or before != after)


def _delete(connection: Connection, ids: Iterable[int]) -> None:
    gone = [{"of": id_} for id_ in ids]
    if gone:
        connection.execute(_DELETE, gone)
