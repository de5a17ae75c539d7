"""Voidings as `training` sees them: which outcomes a batch takes out of the record."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from uuid import UUID

from sqlalchemy import Column, Connection, Table, bindparam, delete, select

from lrs.db.bulk import insert_columns, rows_of
from lrs.db.types import UuidKey
from lrs.domain.training.outcomes import Outcome
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.projections.base import LogPart
from lrs.projections.tables import metadata
from lrs.projections.training import lines, people

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


def aims(statements: Iterable[RecordedStatement]) -> list[tuple[UUID, UUID]]:
    """The voiding statements among these, and the statements at which they aim, by ids."""
    voiding = (s for s in statements if is_voiding(s.statement))
    return [(v.id, target) for v in voiding if (target := target_of(v.statement)) is not None]


def voidings(
    part: LogPart, ids: Iterable[bytes], aimed: Sequence[tuple[UUID, UUID]], connection: Connection
) -> Voidings:
    """Whose outcomes that part of the log takes away, whichever of the two came first. `ids` are
    those of its statements, `aimed` are their `aims`. Keeps the voiding statements that have to
    wait for their targets.
    """
    pairs = [*aimed, *_awaited(ids, connection)]
    if not pairs:
        return Voidings()
    known = part.find({id_ for pair in pairs for id_ in pair})
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
    earlier = [(known[t], at) for t, at in taken.items() if known[t].position < part.first]
    earlier.sort(key=lambda pair: pair[0].position)
    arriving = {at: by for t, by in taken.items() if (at := known[t].position) >= part.first}
    return Voidings(earlier, arriving)


def void_earlier(
    connection: Connection,
    targets: Sequence[tuple[RecordedStatement, int]],
    outcomes_of: Callable[[RecordedStatement], Sequence[Outcome]],
) -> set[tuple[int, int]]:
    """Mark the outcomes of these statements as voided. Returns the number of the identifier and the
    position of each.
    """
    found = [(outcome, by) for target, by in targets for outcome in outcomes_of(target)]
    numbers = people.numbers_of(connection, {outcome.trainee for outcome, _ in found})
    taken = [(numbers[outcome.trainee], outcome.position, by) for outcome, by in found]
    lines.void(connection, taken)
    return {(who, at) for who, at, _ in taken}


def _awaited(ids: Iterable[bytes], connection: Connection) -> list[tuple[UUID, UUID]]:
    """Voiding statements of earlier batches whose targets have now arrived; they wait no more."""
    if connection.execute(_ANY).first() is None:
        return []
    arrived = [UUID(bytes=id_) for id_ in ids]
    rows = list(rows_of(connection, _AWAITED, awaited.c.target, arrived))
    if rows:
        connection.execute(_ARRIVED, [{"of": target} for target in {row.target for row in rows}])
    return [(row.voiding, row.target) for row in rows]
