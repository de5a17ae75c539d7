"""Who refers to whom through a StatementRef, and what that voids.

A chain is followed for MAX_HOPS references: an endless chain of references would otherwise let
one client make the index grow with the square of what it sends.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import BigInteger, Boolean, Column, Connection, Index, Table, select

from lrs.db.bulk import Columns, rows_of
from lrs.db.types import UuidKey
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of, voids
from lrs.projections.base import LogPart
from lrs.projections.tables import metadata

MAX_HOPS = 64

reference = Table(
    "statement_reference",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("id", UuidKey, nullable=False),
    Column("target", UuidKey, nullable=False),
    Column("voiding", Boolean, nullable=False),
)
Index("statement_reference_id", reference.c.id)
Index("statement_reference_target", reference.c.target)


@dataclass(frozen=True, slots=True)
class InheritedMatch:
    """The statement at `position` is also found by what finds the one at `source`."""

    position: int
    source: int
    source_id: UUID | None = None

    @property
    def back(self) -> int:
        """How many positions `source` stands before `position`; negative if after."""
        return self.position - self.source


@dataclass(frozen=True, slots=True)
class StatementReference:
    """A statement that refers to another one."""

    position: int
    id: UUID
    target: UUID
    voiding: bool


class AwaitedTargets:
    """The ids that statements refer to, as far as they may still come, MOST of them at most.

    Nearly all statements are referred to by none: who remembers that need not ask. It lives as long
    as its fold: see lrs.projections.base.Fold.
    """

    MOST = 100_000

    def __init__(self) -> None:
        self._ids: set[bytes] | None = None

    def among(self, connection: Connection, ids: Sequence[bytes]) -> list[UUID]:
        """Those of the ids, which are of new statements, that earlier ones may refer to."""
        if self._ids is None:
            rows = connection.execute(_TARGETS.limit(self.MOST + 1))
            self._ids = {row.target.bytes for row in rows}
        if not self._ids:
            return []
        awaited = ids if len(self._ids) > self.MOST else [id_ for id_ in ids if id_ in self._ids]
        return [UUID(bytes=id_) for id_ in awaited]

    def follow(self, made: Sequence[StatementReference], ids: Sequence[bytes]) -> None:
        """Take in what a batch refers to, and that its own statements, of these ids, have come."""
        if self._ids is not None and len(self._ids) <= self.MOST:
            self._ids.update(r.target.bytes for r in made)
            if self._ids:
                self._ids.difference_update(ids)


def columns_of(made: Sequence[StatementReference]) -> Columns:
    """The rows of `reference` that these are."""
    return {
        "position": [r.position for r in made],
        "id": [r.id for r in made],
        "target": [r.target for r in made],
        "voiding": [r.voiding for r in made],
    }


def resolve(
    part: LogPart,
    ids: Sequence[bytes],
    made: Sequence[StatementReference],
    connection: Connection,
    targets: AwaitedTargets,
) -> tuple[list[InheritedMatch], frozenset[int]]:
    """Before the rows of that part of the log are inserted: the links it adds, and the voided
    positions among the statements that it is connected with. `ids` are those of its statements,
    `made` the references they make.

    A link appears with the last of the statements on its path, whichever end that is.
    """
    references = _connected(ids, made, connection, targets)
    if not references:
        return [], frozenset()
    wanted = {r.id for r in references.values()} | {r.target for r in references.values()}
    known = part.find(wanted)
    links = []
    for start in references.values():
        for path in _chain(start, references, known):
            if any(statement.position >= part.first for statement in path):
                end = path[-1]
                links.append(InheritedMatch(start.position, end.position, end.id))
    links.sort(key=lambda link: (link.position, link.source))
    return links, _voided(references.values(), known)


def _voided(
    references: Collection[StatementReference], known: Mapping[UUID, RecordedStatement]
) -> frozenset[int]:
    """Voided before the batch counts too: such a statement may get links only now."""
    found = set()
    for r in references:
        target = known.get(r.target)
        voiding = known.get(r.id)
        if not r.voiding or target is None or voiding is None:
            continue
        if voids(voiding, target):
            found.add(target.position)
    return frozenset(found)


def made_by(statements: Sequence[RecordedStatement]) -> list[StatementReference]:
    """Those that these statements make."""
    made = []
    for s in statements:
        target = target_of(s.statement)
        if target is not None:
            made.append(StatementReference(s.position, s.id, target, is_voiding(s.statement)))
    return made


def _connected(
    ids: Sequence[bytes],
    made: Sequence[StatementReference],
    connection: Connection,
    targets: AwaitedTargets,
) -> dict[UUID, StatementReference]:
    """All references on a path through the batch, by the id of the referring statement."""
    found = {r.id: r for r in made}
    upward = targets.among(connection, ids)
    targets.follow(made, ids)
    # Those that refer to the batch, and those that refer to them; one hop more finds what voids
    # the farthest.
    for _ in range(MAX_HOPS + 1):
        above = [r for r in _load(connection, reference.c.target, upward) if r.id not in found]
        if not above:
            break
        found |= {r.id: r for r in above}
        upward = [r.id for r in above]
    downward = {r.target for r in found.values()} - found.keys()
    for _ in range(MAX_HOPS):  # what all of these refer to, and what that refers to
        below = [r for r in _load(connection, reference.c.id, list(downward)) if r.id not in found]
        if not below:
            break
        found |= {r.id: r for r in below}
        downward = {r.target for r in below} - found.keys()
    return found


_ALL = select(reference)
_TARGETS = select(reference.c.target)


def referred(connection: Connection, ids: Collection[UUID]) -> set[UUID]:
    """Those of the ids that a statement in the index refers to."""
    rows = rows_of(connection, _TARGETS, reference.c.target, ids)
    return {row.target for row in rows}


def referring_to(connection: Connection, id: UUID) -> list[StatementReference]:
    """Those that refer to the statement of that id, in the order of the log."""
    return sorted(_load(connection, reference.c.target, [id]), key=lambda r: r.position)


def _load(
    connection: Connection, column: Column[UUID], ids: list[UUID]
) -> list[StatementReference]:
    return [StatementReference(*row) for row in rows_of(connection, _ALL, column, ids)]


def _chain(
    start: StatementReference,
    references: Mapping[UUID, StatementReference],
    known: Mapping[UUID, RecordedStatement],
) -> list[list[RecordedStatement]]:
    """Every path from `start` down its references, each one hop longer; a circle ends it."""
    first = known.get(start.id)
    paths: list[list[RecordedStatement]] = []
    path = [first] if first is not None else []
    seen = {start.id}
    at: StatementReference | None = start
    for _ in range(MAX_HOPS):
        if at is None or at.target in seen or at.target not in known:
            break
        seen.add(at.target)
        path = [*path, known[at.target]]
        paths.append(path)
        at = references.get(at.target)
    return paths
