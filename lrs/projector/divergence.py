"""The last known event of the log, and the losses of events that were detected.

Both tables are next to the projections and not in the log, as they describe a log that lost its
last events, in a failover to an asynchronous standby or by restoring an older copy. No rebuild
removes them.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Table,
    Text,
    bindparam,
    insert,
    select,
    update,
)

from lrs.domain.events import LogMark
from lrs.projections.tables import metadata

watermark = Table(
    "log_watermark",
    metadata,
    Column("log_id", Text, primary_key=True),
    # the last event that is known to have been committed
    Column("position", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("commitment", LargeBinary(32), nullable=False),
)

divergence = Table(
    "log_divergence",
    metadata,
    Column("id", Text, primary_key=True),
    Column("found", BigInteger, nullable=False),
    Column("log_id", Text, nullable=False),
    # the id of the former log: the same one, unless it was replaced
    Column("former", Text, nullable=False),
    Column("highest", BigInteger, nullable=False),
    Column("surviving", BigInteger, nullable=False),
    # names of the read models that were folded from lost events, separated by spaces
    Column("projections", Text, nullable=False),
    Column("acknowledged", BigInteger),
)


@dataclass(frozen=True, slots=True)
class Divergence:
    """A detected loss of events, or a replaced log. Times in microseconds.

    `highest` is the last position known, `surviving` the last one at which the log still holds the
    event that it held before; `projections` were folded from events that are lost.
    """

    found: int
    log_id: UUID
    former: UUID
    highest: int
    surviving: int
    projections: Sequence[str] = ()
    acknowledged: int | None = None

    @property
    def missing(self) -> int:
        """How many events are known to be missing."""
        return self.highest - self.surviving

    @property
    def is_another_log(self) -> bool:
        """Whether the log was replaced by another one, instead of having lost its end."""
        return self.former != self.log_id


def known(connection: Connection, log_id: UUID) -> LogMark | None:
    """The last known event of that log."""
    row = connection.execute(_KNOWN, {"of": str(log_id)}).first()
    return None if row is None else LogMark(row.position, row.stored, bytes(row.commitment))


def raise_to(connection: Connection, log_id: UUID, mark: LogMark) -> None:
    """Store the last known event, unless a later one is stored already."""
    values, of = mark._asdict(), {"of": str(log_id)}
    raised = connection.execute(_RAISE, {**of, "to": mark.position, **values}).rowcount
    if not raised and connection.execute(_KNOWN, of).first() is None:
        connection.execute(insert(watermark), {"log_id": str(log_id), **values})


def lower_to(connection: Connection, log_id: UUID, mark: LogMark | None) -> None:
    """Set the last known event back; None if the log is empty."""
    connection.execute(watermark.delete().where(watermark.c.log_id == str(log_id)))
    if mark is not None:
        raise_to(connection, log_id, mark)


def note(connection: Connection, new: Divergence) -> Divergence:
    """Store the divergence, or merge it into one of the same loss that is not acknowledged. Returns
    the stored one.
    """
    query = select(divergence).where(
        divergence.c.acknowledged.is_(None),
        divergence.c.former == str(new.former),
        divergence.c.log_id == str(new.log_id),
        divergence.c.surviving == new.surviving,
    )
    row = connection.execute(query).first()
    if row is None:
        connection.execute(insert(divergence), {"id": uuid4().hex, **_row(new)})
        return new
    earlier = _read(row)
    names = dict.fromkeys([*earlier.projections, *new.projections])
    both = replace(earlier, highest=max(earlier.highest, new.highest), projections=tuple(names))
    connection.execute(update(divergence).where(divergence.c.id == row.id).values(_row(both)))
    return both


def unacknowledged(connection: Connection) -> list[Divergence]:
    """The divergences that no operator has acknowledged, oldest first."""
    query = select(divergence).where(divergence.c.acknowledged.is_(None))
    return [_read(row) for row in connection.execute(query.order_by(divergence.c.found))]


def acknowledge(connection: Connection, now: int) -> int:
    """Acknowledge all divergences at that time. Returns how many there were."""
    waiting = update(divergence).where(divergence.c.acknowledged.is_(None))
    return connection.execute(waiting.values(acknowledged=now)).rowcount


_KNOWN = select(watermark).where(watermark.c.log_id == bindparam("of"))
_RAISE = update(watermark).where(
    watermark.c.log_id == bindparam("of"), watermark.c.position < bindparam("to")
)


def _row(one: Divergence) -> dict[str, object]:
    return {
        "found": one.found,
        "log_id": str(one.log_id),
        "former": str(one.former),
        "highest": one.highest,
        "surviving": one.surviving,
        "projections": " ".join(one.projections),
        "acknowledged": one.acknowledged,
    }


def _read(row: Any) -> Divergence:
    return Divergence(
        row.found,
        UUID(row.log_id),
        UUID(row.former),
        row.highest,
        row.surviving,
        tuple(row.projections.split()),
        row.acknowledged,
    )
