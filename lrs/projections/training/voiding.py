"""Voidings as `training` sees them: which outcomes a batch takes out of the record."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Column, Connection, Table, bindparam, delete, select

from lrs.db.bulk import insert_columns, rows_of
from lrs.db.types import UuidKey
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.projections.base import Batch
from lrs.projections.tables import metadata

# Voiding statements whose target is not there yet.
awaited = Table(
    "training_void",
    metadata,
    Column("target", UuidKey, primary_key=True),
    Column("voiding", UuidKey, primary_key=True),
)

_AWAITED = select(awaited)
_ANY = select(awaited.c.target).limit(1)
_ARRIVED = delete(awaited).where(awaited.c.target == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Voidings:
    """What a batch takes out of the record.

    `earlier` are statements of earlier batches, in log order, `arriving` the positions of the
    batch's own; each with the position of the first statement that voids it.
    """

    earlier: Sequence[tuple[RecordedStatement, int]] = ()
    arriving: Mapping[int, int] = field(default_factory=dict)


def voidings(batch: Batch, connection: Connection) -> Voidings:
    """Whose outcomes the batch takes away, whichever of the two came first. Keeps the voiding
    statements that have to wait for their targets.
    """
    aims = _aims(r for r in batch.statements if is_voiding(r.statement))
    pairs = [(voiding.id, target) for voiding, target in aims]
    pairs += _awaited(batch, connection)
    if not pairs:
        return Voidings()
    known = batch.find({id_ for pair in pairs for id_ in pair})
    taken: dict[UUID, int] = {}
    waiting = []
    for id_, target in pairs:
        if target not in known:
            waiting.append((target, id_))
        elif id_ in known and voids(known[id_], known[target]):
            position = known[id_].position
            taken[target] = min(position, taken.get(target, position))
    targets, ids = zip(*waiting, strict=True) if waiting else ((), ())
    insert_columns(connection, awaited, {"target": targets, "voiding": ids})
    earlier = [(known[t], at) for t, at in taken.items() if known[t].position < batch.first]
    earlier.sort(key=lambda pair: pair[0].position)
    arriving = {at: by for t, by in taken.items() if (at := known[t].position) >= batch.first}
    return Voidings(earlier, arriving)


def _awaited(batch: Batch, connection: Connection) -> list[tuple[UUID, UUID]]:
    """Voiding statements of earlier batches whose targets have now arrived; they wait no more."""
    if connection.execute(_ANY).first() is None:
        return []
    arrived = [statement.id for statement in batch.statements]
    rows = list(rows_of(connection, _AWAITED, awaited.c.target, arrived))
    if rows:
        connection.execute(_ARRIVED, [{"of": target} for target in {row.target for row in rows}])
    return [(row.voiding, row.target) for row in rows]


def _aims(voiding: Iterable[RecordedStatement]) -> list[tuple[RecordedStatement, UUID]]:
    return [(v, target) for v in voiding if (target := target_of(v.statement)) is not None]
