"""Reading the log: by position, by stream, by time. Nothing here writes or waits."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Column, Select, bindparam, select

from lrs.bulk import rows_of
from lrs.database import Database
from lrs.domain.agent import JsonObject
from lrs.domain.events import StatementStored
from lrs.domain.statement import RecordedStatement, spliced
from lrs.faults import honest_errors
from lrs.ledger.content import split
from lrs.ledger.tables import content, event


@dataclass(frozen=True, slots=True)
class LoggedStatement:
    """A statement's row, undecoded but for its envelope."""

    position: int
    stored: int
    id: UUID
    envelope: Mapping[str, Any]
    text: bytes

    @property
    def authority(self) -> JsonObject:
        """Who vouches for it."""
        found: JsonObject = self.envelope["a"]
        return found

    def exact(self) -> bytes:
        """The statement as it is answered with format=exact."""
        version = self.envelope.get("v", "")
        return spliced(
            self.text,
            (*self.envelope.get("m", ()), "version") if version else self.envelope.get("m", ()),
            id=self.id,
            stored=self.stored,
            authority=orjson.dumps(self.authority),
            version=version,
        )

    def recorded(self) -> RecordedStatement:
        """The statement parsed, for folding."""
        return RecordedStatement(
            position=self.position,
            stored=self.stored,
            id=self.id,
            authority=self.authority,
            may_void_any=self.envelope.get("any", False),
            statement=orjson.loads(self.text),
        )


@dataclass(frozen=True, slots=True)
class Page:
    """Consecutive events: how many, the last one's row, and the statements among them."""

    count: int
    last: int
    stored: int
    commitment: bytes
    statements: Sequence[LoggedStatement]


_ROW = (
    event.c.position,
    event.c.stored,
    event.c.originator_id,
    event.c.topic,
    content.c.state,
    event.c.commitment,
)
# Outer, because an erased event keeps its row and its place.
_ROWS: Select[Any] = select(*_ROW).select_from(
    event.outerjoin(content, content.c.position == event.c.position)
)


_UPTO = _ROWS.where(event.c.position <= bindparam("upto"))
_AFTER = (
    _ROWS.where(event.c.position > bindparam("after"))
    .order_by(event.c.position)
    .limit(bindparam("limit"))
)
_HEAD = select(event.c.position, event.c.stored).order_by(event.c.position.desc()).limit(1)
_POSITION_AT = (
    select(event.c.position)
    .where(event.c.stored <= bindparam("instant"))
    .order_by(event.c.stored.desc())
    .limit(1)
)
_IDS = select(event.c.position, event.c.originator_id)
_COMMITMENT_AT = select(event.c.commitment).where(event.c.position == bindparam("at"))

HEAD = tuple(
    select(column).order_by(event.c.position.desc()).limit(1).scalar_subquery()
    for column in (event.c.position, event.c.stored)
)
"""The last event's position and `stored`, NULL while the log is empty, for others' queries."""


class LogReader:
    """Reads of one log, each a query of its own on an autocommit connection."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def head(self) -> tuple[int, int]:
        """Position and `stored` of the last event; (0, 0) while the log is empty."""
        row = self._first(_HEAD)
        return (row[0], row[1]) if row is not None else (0, 0)

    def after(self, position: int, limit: int) -> Page:
        """Up to `limit` events that follow `position`."""
        with honest_errors(), self._database.read.connect() as connection:
            rows = connection.execute(_AFTER, {"after": position, "limit": limit}).all()
        if not rows:
            return Page(0, position, 0, b"", [])
        last = rows[-1]
        return Page(len(rows), last.position, last.stored, last.commitment, _statements(rows))

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

    def ids_at(self, positions: Sequence[int]) -> dict[int, UUID]:
        """The ids of the statements at these positions, an erased one's too."""
        with honest_errors(), self._database.read.connect() as connection:
            return dict(map(tuple, rows_of(connection, _IDS, event.c.position, positions)))

    def position_at(self, stored: int) -> int:
        """The last position stored at or before that instant; 0 if none was."""
        row = self._first(_POSITION_AT, instant=stored)
        return row[0] if row is not None else 0

    def commitment_at(self, position: int) -> bytes | None:
        """The commitment of the event there; None if the log is not that long."""
        row = self._first(_COMMITMENT_AT, at=position)
        return row[0] if row is not None else None

    def _among(
        self, query: Select[Any], column: Column[Any], values: Collection[Any], **parameters: Any
    ) -> list[LoggedStatement]:
        with honest_errors(), self._database.read.connect() as connection:
            return _statements(list(rows_of(connection, query, column, values, **parameters)))

    def _first(self, query: Select[Any], **parameters: Any) -> Any:
        with honest_errors(), self._database.read.connect() as connection:
            return connection.execute(query, parameters).first()


def _statements(rows: Sequence[Any]) -> list[LoggedStatement]:
    found = []
    for position, stored, originator_id, topic, state, _ in rows:
        if topic == StatementStored.TOPIC and state is not None:
            envelope, text = split(state)
            found.append(LoggedStatement(position, stored, originator_id, envelope, text))
    return found
