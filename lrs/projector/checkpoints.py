"""How far each projection has come.

A projection's row is also its lock: whoever holds it for the length of a batch's transaction is
the projection's one worker, in any process. There is no lease to expire.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Float,
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

from lrs.db.compiled_query import CompiledQuery
from lrs.domain.events import LogMark
from lrs.projections.tables import metadata
from lrs.projector.rebuild_requests import rebuild

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
    # whether nobody may fold it
    Column("paused", Boolean),
    # in events per second, as of when it was folded last, in microseconds since the epoch
    Column("rate", Float),
    Column("folded", BigInteger),
    # what kept somebody from folding it last, and when
    Column("error", Text),
    Column("failed", BigInteger),
)

Identity = tuple[str, int, bytes | None, int]
"""Which tables these are, up to which position, the commitment of the event there, and when they
were folded last: what tells one state of a read model from every other one.
"""

NOT_BUILT = 0
"""The version of a read model that no program may read: it is still to be made."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Where a projection stands: the last event folded, its `stored`, and of which log."""

    name: str
    version: int
    log_id: UUID
    generation: str
    position: int
    stored: int
    commitment: bytes | None
    paused: bool = False
    rate: float = 0.0
    folded: int = 0
    pending_rebuild: str | None = None
    """The id of the rebuild whose outcome is to take its place, if there is one."""

    @property
    def after(self) -> tuple[int, bytes | None]:
        """The last event folded, after which to fold on: its position and its commitment."""
        return self.position, self.commitment

    @property
    def mark(self) -> LogMark | None:
        """The last event folded; None at the log's beginning."""
        found = self.commitment
        return None if found is None else LogMark(self.position, self.stored, found)

    @property
    def identity(self) -> Identity:
        """Equal for two readings of one state alone, also where a crash has undone commits."""
        return self.generation, self.position, self.commitment, self.folded


@dataclass(frozen=True, slots=True)
class Failure:
    """What kept somebody from folding a projection last, and when, in microseconds."""

    error: str
    failed: int


def read(connection: Connection, name: str) -> Checkpoint | None:
    """The projection's position, as of this statement; None before it was made."""
    return _position(_ONE.first(connection, of=name))


def read_with(
    connection: Connection, columns: tuple[ColumnElement[Any], ...], name: str | None = None
) -> dict[str, tuple[Checkpoint, tuple[Any, ...]]]:
    """Every projection's position by name, or only that one's, and some columns of elsewhere in
    the same database, in one round trip.
    """
    if name is None:
        rows = _with_columns(_SELECT, columns).all(connection)
    else:
        rows = _with_columns(_NAMED, columns).all(connection, of=name)
    own = len(_SELECT.selected_columns)
    return {row[0]: (_read(row[:own]), tuple(row[own:])) for row in rows}


def lock(connection: Connection, name: str) -> Checkpoint | None:
    """The position, locked until the transaction ends; None while another worker has it."""
    return _position(connection.execute(_LOCKED, {"of": name}).first())


def begin(connection: Connection, name: str, version: int, log_id: UUID) -> None:
    """Begin a projection at the start of the log; whether it is paused stays as it was."""
    _put(connection, name, _beginning(version, log_id))


def abandon(connection: Connection, at: Checkpoint, log_id: UUID) -> bool:
    """Have nobody answer from these tables any more; whether they were still those."""
    row = _beginning(NOT_BUILT, log_id)
    these = _UPDATE.where(projection.c.begun == bindparam("these"))
    return bool(connection.execute(these, {"of": at.name, "these": at.generation, **row}).rowcount)


def _beginning(version: int, log_id: UUID) -> dict[str, Any]:
    return {
        "version": version,
        "log_id": str(log_id),
        "begun": uuid4().hex,
        "position": 0,
        "stored": 0,
        "commitment": None,
        "rate": None,
        "folded": None,
        "error": None,
        "failed": None,
    }


def take_over(connection: Connection, at: Checkpoint, failure: Failure | None, folded: int) -> None:
    """Have the row say what another of that name says, which was folded elsewhere."""
    row = {
        "version": at.version,
        "log_id": str(at.log_id),
        "begun": at.generation,
        "position": at.position,
        "stored": at.stored,
        "commitment": at.commitment,
        "folded": folded,
        "error": None if failure is None else failure.error,
        "failed": None if failure is None else failure.failed,
    }
    _put(connection, at.name, row)


def _put(connection: Connection, name: str, row: dict[str, Any]) -> None:
    if not connection.execute(_UPDATE, {"of": name, **row}).rowcount:
        connection.execute(insert(projection), {"name": name, **row})


def advance(connection: Connection, at: Checkpoint) -> None:
    """Have the row say how far the projection has come, and how fast."""
    values = {
        "position": at.position,
        "stored": at.stored,
        "commitment": at.commitment,
        "rate": at.rate,
        "folded": at.folded,
    }
    connection.execute(_UPDATE, {"of": at.name, **values})


def pause(connection: Connection, name: str, paused: bool) -> None:
    """Have nobody fold the projection, or have it folded again."""
    connection.execute(_UPDATE, {"of": name, "paused": paused})


def fail(connection: Connection, name: str, failure: Failure) -> None:
    """Note what keeps somebody from folding the projection."""
    connection.execute(_UPDATE, {"of": name, "error": failure.error, "failed": failure.failed})


def failures(connection: Connection) -> dict[str, Failure]:
    """What kept somebody from folding each projection last; of those of which that is known."""
    return {row.name: Failure(row.error, row.failed) for row in connection.execute(_FAILURES)}


_SELECT = select(
    projection.c.name,
    projection.c.version,
    projection.c.log_id,
    projection.c.begun,
    projection.c.position,
    projection.c.stored,
    projection.c.commitment,
    projection.c.paused,
    projection.c.rate,
    projection.c.folded,
    select(rebuild.c.id)
    .where(rebuild.c.projection == projection.c.name)
    .correlate(projection)
    .scalar_subquery()
    .label("coming"),
)


_NAMED = _SELECT.where(projection.c.name == bindparam("of"))
_ONE = CompiledQuery(_NAMED)
_LOCKED = _NAMED.with_for_update(skip_locked=True)
_UPDATE = update(projection).where(projection.c.name == bindparam("of"))
_FAILURES = select(projection.c.name, projection.c.error, projection.c.failed).where(
    projection.c.failed.is_not(None)
)


@lru_cache(maxsize=64)
def _with_columns(query: Select[Any], columns: tuple[ColumnElement[Any], ...]) -> CompiledQuery:
    return CompiledQuery(query.add_columns(*columns))


def _position(row: Any) -> Checkpoint | None:
    return None if row is None else _read(row)


def _read(row: Any) -> Checkpoint:
    name, version, log_id, begun, position, stored, commitment, paused, rate, folded, coming = row
    return Checkpoint(
        name,
        version,
        UUID(log_id),
        begun,
        position,
        stored,
        None if commitment is None else bytes(commitment),
        bool(paused),
        rate or 0.0,
        folded or 0,
        coming,
    )
