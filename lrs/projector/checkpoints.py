"""The checkpoint of each projection: the last event that it has folded.

A projection's row is also its lock. The transaction of a batch locks the row, so that only one
worker of any process folds the projection. There is no lease to expire.
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
    # the generation: random, new whenever the tables are created again, so that caches of the old
    # ones are dropped
    Column("begun", Text, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("commitment", LargeBinary(32)),
    # whether the projection is paused
    Column("paused", Boolean),
    # in events per second, as of when it was folded last, in microseconds since the epoch
    Column("rate", Float),
    Column("folded", BigInteger),
    # the last error of folding, and when it occurred
    Column("error", Text),
    Column("failed", BigInteger),
)

Identity = tuple[str, int, bytes | None, int]
"""The generation of the tables, the position, the commitment of the event at that position, and the
time of the last fold. Together they identify one state of a read model.
"""

NOT_BUILT = 0
"""The version of a read model that is not built yet; no program may read it."""


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """The last event that a projection has folded, its `stored`, and the log's id."""

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
    """The id of the pending rebuild that will replace these tables, if there is one."""

    @property
    def after(self) -> tuple[int, bytes | None]:
        """The last folded event, after which folding continues: its position and its commitment."""
        return self.position, self.commitment

    @property
    def mark(self) -> LogMark | None:
        """The last event folded; None at the log's beginning."""
        commitment = self.commitment
        return None if commitment is None else LogMark(self.position, self.stored, commitment)

    @property
    def identity(self) -> Identity:
        """Equal for two reads only if they saw one state, also if a crash has undone commits."""
        return self.generation, self.position, self.commitment, self.folded


@dataclass(frozen=True, slots=True)
class Failure:
    """The last error of folding a projection, and when it occurred, in microseconds."""

    error: str
    failed: int


def read(connection: Connection, name: str) -> Checkpoint | None:
    """The projection's checkpoint as of this SQL statement; None before the projection exists."""
    return _position(_ONE.first(connection, of=name))


def read_with(
    connection: Connection, columns: tuple[ColumnElement[Any], ...], name: str | None = None
) -> dict[str, tuple[Checkpoint, tuple[Any, ...]]]:
    """Every projection's checkpoint by name, or only that of `name`, together with columns of other
    tables of the same database, in one round trip.
    """
    if name is None:
        rows = _with_columns(_SELECT, columns).all(connection)
    else:
        rows = _with_columns(_NAMED, columns).all(connection, of=name)
    own = len(_SELECT.selected_columns)
    return {row[0]: (_read(row[:own]), tuple(row[own:])) for row in rows}


def lock(connection: Connection, name: str) -> Checkpoint | None:
    """The checkpoint, locked until the transaction ends; None while another worker has it."""
    return _position(connection.execute(_LOCKED, {"of": name}).first())


def begin(connection: Connection, name: str, version: int, log_id: UUID) -> None:
    """Set a projection to the start of the log. It stays paused if it was."""
    _put(connection, name, _beginning(version, log_id))


def abandon(connection: Connection, at: Checkpoint, log_id: UUID) -> bool:
    """Stop all reads from this generation of the tables. Returns whether it was still the current
    one.
    """
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
    """Copy the checkpoint of the staging area into the projection's row."""
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
    """Store the projection's new position and its rate in its row."""
    values = {
        "position": at.position,
        "stored": at.stored,
        "commitment": at.commitment,
        "rate": at.rate,
        "folded": at.folded,
    }
    connection.execute(_UPDATE, {"of": at.name, **values})


def pause(connection: Connection, name: str, paused: bool) -> None:
    """Pause or resume the projection."""
    connection.execute(_UPDATE, {"of": name, "paused": paused})


def fail(connection: Connection, name: str, failure: Failure) -> None:
    """Store an error of folding the projection."""
    connection.execute(_UPDATE, {"of": name, "error": failure.error, "failed": failure.failed})


def failures(connection: Connection) -> dict[str, Failure]:
    """The last error of folding, of each projection that has one."""
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
    (
        name,
        version,
        log_id,
        generation,
        position,
        stored,
        commitment,
        paused,
        rate,
        folded,
        pending_rebuild,
    ) = row
    return Checkpoint(
        name,
        version,
        UUID(log_id),
        generation,
        position,
        stored,
        None if commitment is None else bytes(commitment),
        bool(paused),
        rate or 0.0,
        folded or 0,
        pending_rebuild,
    )
