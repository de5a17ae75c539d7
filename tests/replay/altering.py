"""Random changes to the rows of a store, each past its own rules, and each to be taken back."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Any
from uuid import UUID

from sqlalchemy import Boolean, Column, Connection, LargeBinary, String, Table, and_, select

from lrs import bootstrap
from lrs.db.engine import Database
from lrs.db.types import UuidKey
from lrs.domain.events import EVENT_TYPES, StatementStored
from lrs.ledger.tables import blob, blob_chunk, content, event

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Change:
    """A row that is taken out, put in, or both: altered."""

    what: str
    table: Table
    before: Row | None
    after: Row | None

    def do(self, connection: Connection) -> None:
        _replace(connection, self.table, self.before, self.after)

    def undo(self, connection: Connection) -> None:
        _replace(connection, self.table, self.after, self.before)

    @property
    def row(self) -> Row:
        """The row that it is about."""
        row = self.before or self.after
        assert row is not None
        return row

    @property
    def key(self) -> dict[str, Any]:
        return {str(c.name): self.row[c.name] for c in self.table.primary_key}


Draw = Callable[[Random, Database], Change]


def _replace(connection: Connection, table: Table, old: Row | None, new: Row | None) -> None:
    if old is not None:
        key = and_(*(column == old[column.name] for column in table.primary_key))
        assert connection.execute(table.delete().where(key)).rowcount == 1
    if new is not None:
        connection.execute(table.insert(), dict(new))


def rows(database: Database, table: Table) -> Sequence[Row]:
    query = select(table).order_by(*table.primary_key)
    with database.read.connect() as connection:
        return [dict(row) for row in connection.execute(query).mappings()]


def other(draw: Random, column: Column[Any], value: Any) -> Any:
    """Another value for that column."""
    if value is not None and column.nullable and draw.random() < 0.3:
        return None
    match column.type:
        case UuidKey():
            return UUID(int=draw.getrandbits(128))
        case Boolean():
            return not value
        case LargeBinary():
            return flipped(draw, value) if value else draw.randbytes(16)
        case String():
            return f"{(value or '')[1:]}{chr(0x430 + draw.randrange(32))}!"
        case _:
            return (value or 0) + draw.randint(1, 1_000)


def flipped(draw: Random, data: bytes) -> bytes:
    """The bytes with one bit of them the other way."""
    at, bit = draw.randrange(len(data)), draw.randrange(8)
    return data[:at] + bytes([data[at] ^ 1 << bit]) + data[at + 1 :]


def of_models() -> Iterator[tuple[str, Table, str, Draw]]:
    """Each kind of change to each table of a read model, with its projection's name."""
    for projection in bootstrap.projections():
        for table in projection.TABLES:
            for kind, draw in (("altered", _altered), ("missing", _deleted), ("extra", _added)):
                if kind == "altered" and not _others(table):
                    continue
                yield projection.NAME, table, kind, draw(table)


def _others(table: Table) -> list[Column[Any]]:
    return [column for column in table.columns if not column.primary_key]


def _altered(table: Table) -> Draw:
    def change(draw: Random, views: Database) -> Change:
        row, column = draw.choice(rows(views, table)), draw.choice(_others(table))
        after = {**row, column.name: other(draw, column, row[column.name])}
        return Change(f"{table.name}.{column.name} altered", table, row, after)

    return change


def _deleted(table: Table) -> Draw:
    return lambda draw, views: Change(
        f"{table.name} deleted", table, draw.choice(rows(views, table)), None
    )


def _added(table: Table) -> Draw:
    def change(draw: Random, views: Database) -> Change:
        row = dict(draw.choice(rows(views, table)))
        for column in table.columns:
            if column.primary_key or column.unique:
                row[column.name] = other(draw, column, row[column.name])
        number = [c for c in table.primary_key if not isinstance(c.type, (String, LargeBinary))]
        for column in number[:1]:
            if isinstance(row[column.name], int):
                row[column.name] += 1_000_000  # where surely none is
        return Change(f"{table.name} added", table, None, row)

    return change


def of_the_log() -> Iterator[Draw]:
    """Each kind of change to the log and to the bytes that it names."""
    for name in ("commitment", "originator_version"):
        yield _column(event, name)
    yield from (_stored, _topic, _stream, _event_gone)
    for name in ("state", "salt"):
        yield _column(content, name)
    yield _content_added
    yield _column(blob_chunk, "data")
    yield _column(blob, "size")
    yield from (_deleted(blob), _deleted(blob_chunk))


def _column(table: Table, name: str) -> Draw:
    def change(draw: Random, log: Database) -> Change:
        row = draw.choice(rows(log, table))
        after = {**row, name: other(draw, table.c[name], row[name])}
        return Change(f"{table.name}.{name} altered", table, row, after)

    return change


def _stored(draw: Random, log: Database) -> Change:
    """A time that the order of the events contradicts: no other can be told from a true one."""
    there = rows(log, event)
    times = [row["stored"] for row in there]
    while True:
        at, instant = draw.randrange(len(times)), draw.choice(times) + draw.randint(-9, 9)
        changed = [*times[:at], instant, *times[at + 1 :]]
        if instant not in times and any(b <= a for a, b in pairwise(changed)):
            return Change("event.stored altered", event, there[at],
                          {**there[at], "stored": instant})  # fmt: skip


def _statement(draw: Random, log: Database) -> Row:
    return draw.choice([r for r in rows(log, event) if r["topic"] == StatementStored.TOPIC])


def _topic(draw: Random, log: Database) -> Change:
    row = _statement(draw, log)
    topics = [kind.TOPIC for kind in EVENT_TYPES if kind is not StatementStored]
    after = {**row, "topic": draw.choice([*topics, "nonsense"])}
    return Change(f"event.topic altered to {after['topic']}", event, row, after)


def _stream(draw: Random, log: Database) -> Change:
    row = _statement(draw, log)
    return Change("event.originator_id altered", event, row,
                  {**row, "originator_id": UUID(int=draw.getrandbits(128))})  # fmt: skip


def _event_gone(draw: Random, log: Database) -> Change:
    return Change("event deleted", event, draw.choice(rows(log, event)), None)


def _content_added(draw: Random, log: Database) -> Change:
    head = rows(log, event)[-1]["position"]
    row = dict(draw.choice(rows(log, content)))
    row["position"] = draw.choice([0, -5, head + draw.randint(1, 50)])
    return Change("content added", content, None, row)
