"""Reading the log: by position, by stream, by time. Nothing here writes or waits."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

from sqlalchemy import (
    Column,
    ColumnElement,
    Select,
    and_,
    bindparam,
    func,
    literal_column,
    or_,
    select,
)

from lrs.bulk import rows_of
from lrs.columns import canonical
from lrs.database import Database
from lrs.faults import honest_errors
from lrs.ledger.rows import LoggedFact, LoggedStatement, Page, fact_of, statements_of
from lrs.ledger.tables import content, event
from lrs.prepared import Prepared

_FACT = (
    event.c.position,
    event.c.stored,
    event.c.originator_id,
    event.c.originator_version,
    event.c.topic,
    content.c.state,
)
_ROW = (*_FACT, event.c.commitment)
# Outer, because an erased event keeps its row and its place.
_JOINED = event.outerjoin(content, content.c.position == event.c.position)
_ROWS: Select[Any] = select(*_ROW).select_from(_JOINED)
_FACTS: Select[Any] = select(*_FACT).select_from(_JOINED)


_UPTO = _ROWS.where(event.c.position <= bindparam("upto"))
_AFTER = Prepared(
    _ROWS.where(event.c.position > bindparam("after"))
    .order_by(event.c.position)
    .limit(bindparam("limit")),
    plain=True,
)
_LAST = select(event.c.position, event.c.stored).order_by(event.c.position.desc()).limit(1)
_HEAD = Prepared(_LAST)
_END = _LAST.add_columns(event.c.commitment)
_STREAM = _FACTS.where(event.c.originator_id == bindparam("of"))
_HISTORY = _STREAM.order_by(event.c.originator_version)
_LATEST = _STREAM.order_by(event.c.originator_version.desc()).limit(1)


# Written into the query: so both databases see that the index of rare topics has them all.
_RARE = event.c.topic != literal_column("'statement-stored'")


def _among(topics: Sequence[str]) -> ColumnElement[bool]:
    return or_(*(event.c.topic == literal_column(f"'{topic}'") for topic in topics))


@lru_cache(maxsize=16)
def _of_topics(topics: frozenset[str]) -> Select[Any]:
    within = and_(event.c.position > bindparam("after"), event.c.position <= bindparam("upto"))
    ordered = _FACTS.where(_among(sorted(topics)), _RARE, within).order_by(event.c.position)
    return ordered.limit(bindparam("limit"))


_POSITION_AT = (
    select(event.c.position)
    .where(event.c.stored <= bindparam("instant"))
    .order_by(event.c.stored.desc())
    .limit(1)
)
_STORED_AT = select(event.c.stored).where(event.c.position == bindparam("at"))
_IDS = Prepared(select(event.c.position, event.c.originator_id), among=event.c.position, plain=True)
_COMMITMENT_AT = select(event.c.commitment).where(event.c.position == bindparam("at"))


@lru_cache(maxsize=64)
def end_of_log(topics: tuple[str, ...] = ()) -> tuple[ColumnElement[Any], ...]:
    """For others' queries: the last event's position and `stored`, then the position of the last
    fact of each of these topics, none of them statements; NULL where there is none.
    """
    ends = [
        select(column).order_by(event.c.position.desc())
        for column in (event.c.position, event.c.stored)
    ]
    for topic in topics:
        found = select(event.c.position).where(event.c.topic == literal_column(f"'{topic}'"), _RARE)
        ends.append(found.order_by(event.c.position.desc()))
    return tuple(end.limit(1).scalar_subquery() for end in ends)


@lru_cache(maxsize=64)
def _end(topics: tuple[str, ...]) -> Select[Any]:
    return select(*end_of_log(topics))


@lru_cache(maxsize=64)
def _waiting(topics: tuple[str, ...]) -> Select[Any]:
    following = event.c.position > bindparam("after")
    if topics:
        columns: tuple[ColumnElement[Any], ...] = (func.count(), func.min(event.c.stored))
        return select(*columns).where(_among(topics), _RARE, following)
    first = select(event.c.stored).where(following).order_by(event.c.position).limit(1)
    return select(end_of_log()[0] - bindparam("after"), first.scalar_subquery())


class LogReader:
    """Reads of one log, each a query of its own on an autocommit connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> tuple[int, int]:
        """Position and `stored` of the last event; (0, 0) while the log is empty."""
        with honest_errors(), self._database.read.connect() as connection:
            row = _HEAD.first(connection)
        return (row[0], row[1]) if row is not None else (0, 0)

    def end(self, topics: tuple[str, ...] = ()) -> tuple[int, ...]:
        """Position and `stored` of the last event, and the position of the last fact of each of
        these topics, none of them statements; 0 where there is none.
        """
        with honest_errors(), self._database.read.connect() as connection:
            row = connection.execute(_end(topics)).one()
        return tuple(value or 0 for value in row)

    def waiting(self, position: int, topics: tuple[str, ...] = ()) -> tuple[int, int]:
        """How many events follow `position`, and the `stored` of the first of them, 0 if there is
        none: those of these topics, none of them statements, or all.
        """
        with honest_errors(), self._database.read.connect() as connection:
            count, first = connection.execute(_waiting(topics), {"after": position}).one()
        return max(0, count or 0), first or 0

    def after(self, position: int, limit: int, topics: Collection[str] = frozenset()) -> Page:
        """Up to `limit` events that follow `position`: statements, and facts of these topics."""
        with honest_errors(), self._database.read.connect() as connection:
            rows = _AFTER.all(connection, after=position, limit=limit)
        if not rows:
            return Page(0, position, 0, b"")
        last, stored, *_, commitment = rows[-1]
        facts = [fact_of(row) for row in rows if row[4] in topics] if topics else []
        return Page(len(rows), last, stored, commitment, statements_of(rows), facts)

    def following(self, position: int, topics: frozenset[str], limit: int) -> Page:
        """Up to `limit` facts of these topics, none of them statements, that follow `position`.

        The page reaches as far as is known that there are no others: to the log's end, or to its
        own last fact.
        """
        end = self._first(_END)
        if end is None or end.position <= position:
            return Page(0, position, 0, b"")
        bounds = {"after": position, "upto": end.position, "limit": limit}
        with honest_errors(), self._database.read.connect() as connection:
            rows = connection.execute(_of_topics(topics), bounds).all()
        facts = [LoggedFact(*row) for row in rows]
        if len(facts) < limit:
            return Page(len(facts), end.position, end.stored, end.commitment, facts=facts)
        last = facts[-1]
        commitment = self.commitment_at(last.position) or b""
        return Page(len(facts), last.position, last.stored, commitment, facts=facts)

    def history(self, stream: UUID) -> list[LoggedFact]:
        """All events of a stream, by version."""
        with honest_errors(), self._database.read.connect() as connection:
            return [LoggedFact(*row) for row in connection.execute(_HISTORY, {"of": stream})]

    def histories(self, streams: Collection[UUID]) -> list[LoggedFact]:
        """All events of these streams, in the order of the log."""
        with honest_errors(), self._database.read.connect() as connection:
            rows = [*rows_of(connection, _FACTS, event.c.originator_id, streams)]
        return sorted((LoggedFact(*row) for row in rows), key=lambda fact: fact.position)

    def latest(self, stream: UUID) -> LoggedFact | None:
        """The last event of a stream."""
        row = self._first(_LATEST, of=stream)
        return None if row is None else LoggedFact(*row)

    def statements(
        self, ids: Collection[UUID], *, upto: int | None = None
    ) -> list[LoggedStatement]:
        """The statements with these ids, those at or below `upto`; in no order."""
        if upto is None:
            return self._among(_ROWS, event.c.originator_id, ids)
        return self._among(_UPTO, event.c.originator_id, ids, upto=upto)

    def at(self, positions: Sequence[int]) -> dict[int, LoggedStatement]:
        """The statements at these positions."""
        return {s.position: s for s in self._among(_ROWS, event.c.position, positions)}

    def ids_at(self, positions: Sequence[int]) -> dict[int, str]:
        """The ids of the statements at these positions, an erased one's too, as texts."""
        with honest_errors(), self._database.read.connect() as connection:
            rows = _IDS.among(connection, positions)
        return {position: canonical(id) for position, id in rows}

    def position_at(self, stored: int) -> int:
        """The last position stored at or before that instant; 0 if none was."""
        row = self._first(_POSITION_AT, instant=stored)
        return row[0] if row is not None else 0

    def stored_at(self, position: int) -> int:
        """When the event there was stored; 0 if the log is not that long."""
        row = self._first(_STORED_AT, at=position)
        return row[0] if row is not None else 0

    def commitment_at(self, position: int) -> bytes | None:
        """The commitment of the event there; None if the log is not that long."""
        row = self._first(_COMMITMENT_AT, at=position)
        return row[0] if row is not None else None

    def _among(
        self, query: Select[Any], column: Column[Any], values: Collection[Any], **parameters: Any
    ) -> list[LoggedStatement]:
        with honest_errors(), self._database.read.connect() as connection:
            return statements_of(list(rows_of(connection, query, column, values, **parameters)))

    def _first(self, query: Select[Any], **parameters: Any) -> Any:
        with honest_errors(), self._database.read.connect() as connection:
            return connection.execute(query, parameters).first()
