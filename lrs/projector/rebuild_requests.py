"""The requested rebuilds of projections, and their progress.

A row is a request for a projection of that version. The process that carries it out holds a lock
(lrs/projector/rebuild/staging.py), which ends with the process. So a request without a running
rebuild is carried out again, or removed. Deleting the row cancels the rebuild.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Connection,
    Float,
    Integer,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from lrs.projections.tables import metadata

rebuild = Table(
    "rebuild",
    metadata,
    Column("projection", Text, primary_key=True),
    # random, so different for each request
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # whether any process that folds may carry it out; otherwise a command does, and it ends with
    # that
    Column("background", Boolean, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("rate", Float, nullable=False),
    # time of the progress, or of the failure
    Column("moved", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class RebuildRequest:
    """A requested rebuild; `rate` is in events per second, times in microseconds."""

    projection: str
    id: str
    version: int
    background: bool
    asked: int
    position: int = 0
    rate: float = 0.0
    moved: int = 0


def read_all(connection: Connection) -> dict[str, RebuildRequest]:
    """All requests, by projection."""
    return {row.projection: RebuildRequest(*row) for row in connection.execute(_ALL)}


def read(connection: Connection, projection: str) -> RebuildRequest | None:
    row = connection.execute(_OF, {"of": projection}).first()
    return None if row is None else RebuildRequest(*row)


def ask(connection: Connection, wanted: RebuildRequest) -> None:
    """Request a rebuild, instead of another one of that projection."""
    remove(connection, wanted.projection)
    connection.execute(insert(rebuild), asdict(wanted))


def progress(connection: Connection, now: RebuildRequest) -> bool:
    """Store the progress. Returns whether the rebuild is still requested."""
    values = {"position": now.position, "rate": now.rate, "moved": now.moved}
    return bool(connection.execute(_PROGRESS, {"which": now.id, **values}).rowcount)


def finish(connection: Connection, id: str) -> bool:
    """Delete the request. Returns whether it existed."""
    return bool(connection.execute(rebuild.delete().where(rebuild.c.id == id)).rowcount)


def remove(connection: Connection, projection: str) -> bool:
    """Delete the request for that projection. Returns whether there was one."""
    gone = rebuild.delete().where(rebuild.c.projection == projection)
    return bool(connection.execute(gone).rowcount)


_ALL = select(rebuild)
_OF = _ALL.where(rebuild.c.projection == bindparam("of"))
_PROGRESS = update(rebuild).where(rebuild.c.id == bindparam("which"))
