"""Which projections are being made anew beside those that are read, and how far that has come.

A row is a request: it says that there is to be a read model of that version. Who works at it holds
a lock (lrs/projector/rebuild/staging.py), which ends with the process; so a row that nobody works
at is taken up again, or swept away. To delete it is to cancel the rebuild.
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
    # another for each request
    Column("id", Text, nullable=False),
    Column("version", Integer, nullable=False),
    # whether any process that folds may do it; else it is a command's own, and ends with that
    Column("background", Boolean, nullable=False),
    Column("asked", BigInteger, nullable=False),
    Column("position", BigInteger, nullable=False),
    Column("rate", Float, nullable=False),
    # when it got that far, or failed
    Column("moved", BigInteger, nullable=False),
)


@dataclass(frozen=True, slots=True)
class RebuildRequest:
    """A rebuild that is requested; `rate` is in events per second, times in microseconds."""

    projection: str
    id: str
    version: int
    background: bool
    asked: int
    position: int = 0
    rate: float = 0.0
    moved: int = 0


def read_all(connection: Connection) -> dict[str, RebuildRequest]:
    """All of them, by projection."""
    return {row.projection: RebuildRequest(*row) for row in connection.execute(_ALL)}


def read(connection: Connection, projection: str) -> RebuildRequest | None:
    row = connection.execute(_OF, {"of": projection}).first()
    return None if row is None else RebuildRequest(*row)


def ask(connection: Connection, wanted: RebuildRequest) -> None:
    """Wish for a rebuild, in the stead of another of that projection."""
    remove(connection, wanted.projection)
    connection.execute(insert(rebuild), asdict(wanted))


def progress(connection: Connection, now: RebuildRequest) -> bool:
    """Note how far it has come; whether it is still requested."""
    values = {"position": now.position, "rate": now.rate, "moved": now.moved}
    return bool(connection.execute(_PROGRESS, {"which": now.id, **values}).rowcount)


def finish(connection: Connection, id: str) -> bool:
    """Take the request away; whether it was still there."""
    return bool(connection.execute(rebuild.delete().where(rebuild.c.id == id)).rowcount)


def remove(connection: Connection, projection: str) -> bool:
    """Take away whatever is requested of that projection; whether there was anything."""
    gone = rebuild.delete().where(rebuild.c.projection == projection)
    return bool(connection.execute(gone).rowcount)


_ALL = select(rebuild)
_OF = _ALL.where(rebuild.c.projection == bindparam("of"))
_PROGRESS = update(rebuild).where(rebuild.c.id == bindparam("which"))
