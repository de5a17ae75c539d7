"""Applying the projection `training` to a log held in a list."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.statement import RecordedStatement
from lrs.projections.projection import Batch
from lrs.projections.training import Training

OTHER = "https://centre.example.org/courses/stress"


def project(
    connection: Connection, statements: Sequence[RecordedStatement], cuts: Collection[int] = ()
) -> None:
    """Applies the log in batches that end at each of the cuts, and at the end."""
    training, known = Training(), {s.id: s for s in statements}
    first = 1
    for last in sorted({*cuts, len(statements)}):

        def find(wanted: Collection[UUID], last: int = last) -> dict[UUID, RecordedStatement]:
            return {i: known[i] for i in wanted if i in known and known[i].position <= last}

        def at(positions: Sequence[int]) -> dict[int, RecordedStatement]:
            return {position: statements[position - 1] for position in positions}

        training.apply(Batch(first, last, statements[first - 1 : last], find, at), connection)
        first = last + 1
