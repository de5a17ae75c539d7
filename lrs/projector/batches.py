"""What projections fold next: the log after a position, read and decoded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from uuid import UUID

from lrs.domain.events import DESCRIBED, EntryWithdrawn, RecordedFact
from lrs.domain.statement import RecordedStatement
from lrs.ledger import Ledger, Page
from lrs.projections.projection import STATEMENTS, Batch, Projection

_BESIDE = frozenset({*(fact.TOPIC for fact in DESCRIBED), EntryWithdrawn.TOPIC})
"""Topics that are folded together with statements."""


@dataclass(frozen=True, slots=True)
class Decoded:
    """A batch with what its last event adds to the projection's position."""

    batch: Batch
    page: Page


class Batches:
    """Batches of one log. Projections in step share one reading and decoding of statements."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._kept: tuple[int, int, Decoded] | None = None

    def page(self, projection: Projection, position: int, limit: int) -> Page:
        """Up to `limit` events that the projection folds after `position`."""
        reader = self._ledger.reader
        if projection.TOPICS >= STATEMENTS:
            return reader.after(position, limit)
        return reader.following(position, projection.TOPICS, limit)

    def next(self, projection: Projection, position: int, limit: int) -> Decoded | None:
        """The batch after `position`; None while there is nothing there."""
        if projection.TOPICS >= STATEMENTS:
            return self.statements(position, limit)
        page = self.page(projection, position, limit)
        if page.last == position:
            return None
        return Decoded(self._batch(position, page), page)

    def statements(self, position: int, limit: int) -> Decoded | None:
        """The batch of statements after `position`, with what the catalogue says among them, kept
        until another one is read.
        """
        kept = self._kept
        if kept is not None and kept[:2] == (position, limit):
            return kept[2]
        page = self._ledger.reader.after(position, limit, _BESIDE)
        if page.count == 0:
            return None
        decoded = Decoded(self._batch(position, page), page)
        self._kept = (position, limit, decoded)
        return decoded

    def forget(self) -> None:
        """Let go of the batch that is kept."""
        self._kept = None

    def _batch(self, position: int, page: Page) -> Batch:
        last = page.last
        facts = []
        for logged in page.facts:
            fact = self._ledger.decoded(logged)
            if fact is not None:
                facts.append(RecordedFact(logged.position, logged.stored, fact))

        def find(ids: Collection[UUID]) -> dict[UUID, RecordedStatement]:
            rows = self._ledger.reader.statements(ids, upto=last)
            return {row.id: row.recorded() for row in rows}

        def at(positions: Sequence[int]) -> dict[int, RecordedStatement]:
            rows = self._ledger.reader.at(positions)
            return {position: row.recorded() for position, row in rows.items()}

        statements = [s.recorded() for s in page.statements]
        return Batch(position + 1, last, statements, find, at, facts)
