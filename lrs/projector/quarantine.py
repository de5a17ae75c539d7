"""The quarantine: events that projections could not fold and skipped, with the reasons."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import BigInteger, Column, Connection, Table, Text, func, insert, select, update

from lrs.projections.tables import metadata

LONGEST = 500
"""The most characters of a reason."""

quarantine = Table(
    "quarantine",
    metadata,
    Column("projection", Text, primary_key=True),
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("error", Text, nullable=False),
    Column("failed", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An event that a projection could not fold, the reason, and the time of the last attempt, in
    microseconds since the epoch; 0 if an earlier version of the program did not record it.
    """

    projection: str
    position: int
    error: str
    failed: int


def describe_error(error: Exception) -> str:
    """A reason in words."""
    return f"{type(error).__name__}: {error}"[:LONGEST]


def set_aside(connection: Connection, event: Quarantined) -> None:
    connection.execute(insert(quarantine), asdict(event))


def give_reason(connection: Connection, event: Quarantined) -> None:
    """Replace the reason of a quarantined event by that of the latest attempt."""
    of, at = quarantine.c.projection == event.projection, quarantine.c.position == event.position
    values = {"error": event.error, "failed": event.failed}
    connection.execute(update(quarantine).where(of, at).values(values))


def events(connection: Connection, projection: str | None = None) -> Sequence[Quarantined]:
    """The quarantined events of that projection, or of all, by projection and position."""
    query = select(quarantine).order_by(quarantine.c.projection, quarantine.c.position)
    if projection is not None:
        query = query.where(quarantine.c.projection == projection)
    return [
        Quarantined(p, at, error, failed or 0) for p, at, error, failed in connection.execute(query)
    ]


def counted(connection: Connection) -> dict[str, int]:
    """The number of quarantined events of each projection that has any."""
    counts = select(quarantine.c.projection, func.count()).group_by(quarantine.c.projection)
    return dict(map(tuple, connection.execute(counts)))


def remove(connection: Connection, projection: str) -> None:
    connection.execute(quarantine.delete().where(quarantine.c.projection == projection))
