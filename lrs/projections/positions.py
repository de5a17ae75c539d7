"""How far each projection has come, and what it could not fold.

A projection's row is also its lock: whoever holds it for the length of a batch's transaction is
the projection's one worker, in any process. There is no lease to expire.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Integer,
    LargeBinary,
    Select,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from lrs.projections.tables import metadata

projection = Table(
    "projection",
    metadata,
    Column("name", Text, primary_key=True),
    Column("version", Integer, nullable=False),
    Column("log_id", Text, nullable=False),
    # other whenever the tables are begun anew, so that nobody goes by what they remember of them
    Column("begun", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("commitment", LargeBinary(32)),
)

quarantine = Table(
    "quarantine",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("error", Text, nullable=False),
)

TABLES = (projection, quarantine)


@dataclass(frozen=True, slots=True)
class Position:
    """Where a projection stands: the last event folded, its `stored`, and of which log."""

    name: str
    version: int
    log_id: UUID
    begun: str
    position: int
    stored: int
    commitment: bytes | None


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that a projection could not fold, and why."""

    projection: str
    position: int
    error: str


def read(connection: Connection, name: str) -> Position | None:
    """The projection's position, as of this statement; None before it was made."""
    return _position(connection.execute(_NAMED, {"of": name}).first())


def read_all(connection: Connection) -> dict[str, Position]:
    """Every projection's position by name."""
    return {row.name: _read(row) for row in connection.execute(_SELECT)}


def read_beside(
    connection: Connection, columns: tuple[ColumnElement[Any], ...], name: str | None = None
) -> dict[str, tuple[Position, tuple[Any, ...]]]:
    """Every projection's position by name, or only that one's, and some columns of elsewhere in
    the same database, in one round trip.
    """
    if name is None:
        rows = connection.execute(_beside(_SELECT, columns))
    else:
        rows = connection.execute(_beside(_NAMED, columns), {"of": name})
    own = len(_SELECT.selected_columns)
    return {row.name: (_read(row[:own]), tuple(row[own:])) for row in rows}


def hold(connection: Connection, name: str) -> Position | None:
    """The position, locked until the transaction ends; None while another worker has it."""
    return _position(connection.execute(_HELD, {"of": name}).first())


def create(connection: Connection, name: str, version: int, log_id: UUID) -> None:
    """Begin a projection at the start of the log."""
    row = {
        "name": name,
        "version": version,
        "log_id": str(log_id),
        "begun": uuid4().hex,
        "position": 0,
        "stored": 0,
    }
    connection.execute(insert(projection), row)


def advance(
    connection: Connection, name: str, *, position: int, stored: int, commitment: bytes | None
) -> None:
    values = {"position": position, "stored": stored, "commitment": commitment}
    connection.execute(_ADVANCE, {"of": name, **values})


def remove(connection: Connection, name: str) -> None:
    connection.execute(projection.delete().where(projection.c.name == name))
    connection.execute(quarantine.delete().where(quarantine.c.projection == name))


def set_aside(connection: Connection, name: str, position: int, error: str) -> None:
    """Quarantine an event, so that it does not stop the rest."""
    row = {"projection": name, "position": position, "error": error}
    connection.execute(insert(quarantine), row)


def set_aside_events(connection: Connection) -> Sequence[Quarantined]:
    """All events in quarantine, by projection and position."""
    query = select(quarantine).order_by(quarantine.c.projection, quarantine.c.position)
    return [Quarantined(*row) for row in connection.execute(query)]


_SELECT = select(
    projection.c.name,
    projection.c.version,
    projection.c.log_id,
    projection.c.begun,
    projection.c.position,
    projection.c.stored,
    projection.c.commitment,
)


_NAMED = _SELECT.where(projection.c.name == bindparam("of"))
_HELD = _NAMED.with_for_update(skip_locked=True)
_ADVANCE = update(projection).where(projection.c.name == bindparam("of"))


@lru_cache(maxsize=64)
def _beside(query: Select[Any], columns: tuple[ColumnElement[Any], ...]) -> Select[Any]:
    return query.add_columns(*columns)


def _position(row: Any) -> Position | None:
    return None if row is None else _read(row)


def _read(row: Any) -> Position:
    name, version, log_id, begun, position, stored, commitment = row
    return Position(name, version, UUID(log_id), begun, position, stored, commitment)
