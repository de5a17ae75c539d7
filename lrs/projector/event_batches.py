"""Reads and decodes the batches of events that projections fold next."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from heapq import merge
from operator import attrgetter
from uuid import UUID

from lrs.domain.events import RecordedEvent
from lrs.domain.xapi.statement import RecordedStatement
from lrs.ledger import Page, ReadableLog
from lrs.projections.base import STATEMENT_TOPICS, Batch, BatchEvent, LogPart, Projection

_POSITION = attrgetter("position")

After = tuple[int, bytes | None]
"""The position after which a projection continues, and the commitment of the event there; None at
the log's beginning, and where the commitment is not to be checked.
"""


@dataclass(frozen=True, slots=True)
class DecodedBatch:
    """A batch, with the data of its last event for the checkpoint."""

    batch: Batch
    page: Page


class BatchSource:
    """Batches of one log for these projections. Projections at the same position share one read and
    decoding of statements, with the events of all topics that any of them folds together with
    statements.
    """

    def __init__(self, ledger: ReadableLog, projections: Iterable[Projection]) -> None:
        self._ledger = ledger
        with_statements = [p.TOPICS for p in projections if p.TOPICS >= STATEMENT_TOPICS]
        self._others = frozenset().union(*with_statements) - STATEMENT_TOPICS
        self._cached: tuple[After, int, DecodedBatch] | None = None

    def page(self, projection: Projection, after: After, limit: int) -> Page:
        """Up to `limit` events that the projection folds next. Raises LogDiverged."""
        reader, (position, commitment) = self._ledger.reader, after
        if projection.TOPICS >= STATEMENT_TOPICS:
            return reader.after(position, limit, commitment=commitment)
        return reader.following(position, projection.TOPICS, limit, commitment=commitment)

    def next(self, projection: Projection, after: After, limit: int) -> DecodedBatch | None:
        """The batch that the projection folds next; None if there are no new events. Raises
        LogDiverged.
        """
        if projection.TOPICS >= STATEMENT_TOPICS:
            decoded = self.statements(after, limit)
            if decoded is None:
                return None
            return DecodedBatch(decoded.batch.of_topics(projection.TOPICS), decoded.page)
        page = self.page(projection, after, limit)
        if page.last == after[0]:
            return None
        return DecodedBatch(self._batch(after[0], page), page)

    def statements(self, after: After, limit: int) -> DecodedBatch | None:
        """The next batch of statements and of the events that are folded together with them. It is
        cached until another one is read. Raises LogDiverged.
        """
        cached = self._cached
        if cached is not None and cached[:2] == (after, limit) and self._is_held(cached[2].page):
            return cached[2]
        position, commitment = after
        page = self._ledger.reader.after(position, limit, self._others, commitment=commitment)
        if page.count == 0:
            return None
        decoded = DecodedBatch(self._batch(position, page), page)
        self._cached = (after, limit, decoded)
        return decoded

    def _is_held(self, page: Page) -> bool:
        """Whether the log still has the same event at the end of the page, so that the whole page
        is unchanged.
        """
        return self._ledger.reader.commitment_at(page.last) == page.commitment

    def reset_cache(self) -> None:
        """Drop the cached batch."""
        self._cached = None

    def _batch(self, position: int, page: Page) -> Batch:
        others: list[BatchEvent] = []
        for logged in page.other_events:
            event = self._ledger.decoded(logged)
            if event is not None:
                others.append(RecordedEvent(logged.position, logged.stored, event))

        statements: list[BatchEvent] = [s.recorded() for s in page.statements]
        if others and statements:
            statements = list(merge(statements, others, key=_POSITION))
        part = log_part(self._ledger, position + 1, page.last)
        return Batch(part.first, part.last, part.find, part.at, statements or others)


def log_part(log: ReadableLog, first: int, last: int) -> LogPart:
    """The part of the log from position `first` to `last`."""

    def find(ids: Collection[UUID]) -> dict[UUID, RecordedStatement]:
        return {row.id: row.recorded() for row in log.reader.statements(ids, upto=last)}

    def at(positions: Sequence[int]) -> dict[int, RecordedStatement]:
        return {at: row.recorded() for at, row in log.reader.at(positions).items()}

    return LogPart(first, last, find, at)
