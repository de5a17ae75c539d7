"""Voidings as `training` sees them: which outcomes a batch takes out of the record."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from sqlalchemy import Column, Connection, Table, select

from lrs.bulk import insert_columns, rows_of
from lrs.columns import UuidKey
from lrs.domain.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.projections.projection import Batch
from lrs.projections.tables import metadata

# Every voiding statement, whether its target is known yet or not: which rows stand here must not
# depend on which of the two came in the same batch.
training_void = Table(
    "training_void",
    metadata,
    Column("target", UuidKey, primary_key=True),
    Column("voiding", UuidKey, primary_key=True),
)

_VOIDS = select(training_void)


def note(connection: Connection, batch: Batch) -> list[RecordedStatement]:
    """Keeps the batch's voiding statements, and gives them."""
    found = [r for r in batch.statements if is_voiding(r.statement)]
    aims = _aims(found)
    columns = {"target": [target for _, target in aims], "voiding": [v.id for v, _ in aims]}
    insert_columns(connection, training_void, columns)
    return found


def earlier_targets(
    batch: Batch, voidings: Sequence[RecordedStatement]
) -> list[tuple[RecordedStatement, int]]:
    """Statements of earlier batches that this batch takes out of the record, in log order, each
    with the position of the first statement that does.
    """
    aims = _aims(voidings)
    known = batch.find({target for _, target in aims}) if aims else {}
    taken: dict[UUID, int] = {}
    for voiding, id_ in aims:
        target = known.get(id_)
        if target is not None and target.position < batch.first and voids(voiding, target):
            taken.setdefault(id_, voiding.position)
    pairs = ((known[id_], position) for id_, position in taken.items())
    return sorted(pairs, key=lambda pair: pair[0].position)


def voided_on_arrival(
    batch: Batch, connection: Connection, arrived: Collection[UUID]
) -> dict[UUID, int]:
    """Which of the batch's statements a voiding statement up to the batch's end takes out, and the
    position of the first that does.
    """
    rows = rows_of(connection, _VOIDS, training_void.c.target, arrived)
    pairs = [(row.target, row.voiding) for row in rows]
    if not pairs:
        return {}
    known = batch.find({id_ for pair in pairs for id_ in pair})
    found: dict[UUID, int] = {}
    for target, voiding in pairs:
        if target in known and voiding in known and voids(known[voiding], known[target]):
            position = known[voiding].position
            found[target] = min(position, found.get(target, position))
    return found


def _aims(voidings: Iterable[RecordedStatement]) -> list[tuple[RecordedStatement, UUID]]:
    return [(v, target) for v in voidings if (target := target_of(v.statement)) is not None]
