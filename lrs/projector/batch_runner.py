"""Folding the log into projections, batch by batch, under each projection's lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from enum import Enum
from time import monotonic
from typing import NamedTuple

import structlog
from sqlalchemy.exc import SQLAlchemyError

from lrs.db.engine import Database, begin_without_waiting
from lrs.db.errors import is_away, is_full, translate_db_errors
from lrs.domain.errors import Unavailable
from lrs.ledger import Page, ReadableLog
from lrs.projections.base import STATEMENT_TOPICS, Projection
from lrs.projector import checkpoints, quarantine
from lrs.projector.checkpoints import Checkpoint, Failure
from lrs.projector.checksum import checksum
from lrs.projector.event_batches import BatchSource
from lrs.projector.fold_cache import FoldCache
from lrs.projector.quarantine import Quarantined, describe_error
from lrs.projector.status import ProjectionStatus, StatusReader, rare_topics
from lrs.projector.throughput import paced
from lrs.runtime import without_automatic_gc

log = structlog.get_logger(__name__)

LARGE_BATCH = 4_000
"""Events folded at once where nobody waits for the lock, as in a rebuild."""


ROUNDS = 25
"""Number of large batches after which a process that only folds collects garbage."""


class Step(Enum):
    """What one step found: nothing to fold, a batch with no more behind it, or a full one."""

    IDLE = 0
    SOME = 1
    FULL = 2
    BUSY = 3
    """Another worker has the projection."""
    PAUSED = 4
    """The projection is paused."""


_UNFINISHED = (Step.FULL, Step.BUSY)


class Reached(NamedTuple):
    """A projection's checkpoint as of this process's last read or fold, and the monotonic time of
    that, in seconds.
    """

    at: Checkpoint
    when: float


class BatchRunner:
    """Folds the log into projections, `batch` events at a time, each batch in a transaction."""

    def __init__(
        self,
        ledger: ReadableLog,
        views: Database,
        projections: Sequence[Projection],
        batch: int,
        *,
        stop: threading.Event | None = None,
    ) -> None:
        self._ledger = ledger
        self._views = views
        self.projections = {p.NAME: p for p in projections}
        self._batch = batch
        self._locks = {name: threading.RLock() for name in self.projections}
        self._fold_cache = FoldCache()
        self._reached: dict[str, Reached] = {}
        self.status_reader = StatusReader(ledger, views, self.projections)
        self._stop = stop or threading.Event()
        self._batches = BatchSource(ledger, self.projections.values())

    def catch_up(
        self, names: Collection[str] = (), progress: Callable[[int], None] = lambda _: None
    ) -> int:
        """Fold until these projections, or all, are at the log's head, except paused ones. Returns
        the position that all have reached.

        The projections advance together, so that each part of the log is read and decoded once.
        `progress` is called with the position after each round.
        """
        names = names or list(self.projections)
        pending, rounds = [self.projections[name] for name in names], 0
        with ThreadPoolExecutor(len(pending)) as pool, without_automatic_gc() as collect:
            # PostgreSQL works for one projection while Python folds the next; SQLite has one
            # writer, and threads would only wait for each other.
            each = pool.map if self._views.dialect == "postgresql" else map
            while pending:
                at = [self.position(p.NAME).after for p in pending if p.TOPICS >= STATEMENT_TOPICS]
                if at:
                    self._batches.statements(min(at), LARGE_BATCH)
                steps = list(each(lambda p: self.step(p, LARGE_BATCH), pending))
                pending = [p for p, step in zip(pending, steps, strict=True) if step in _UNFINISHED]
                if Step.BUSY in steps:
                    self._stop.wait(0.01)
                progress(min(self.position(name).position for name in names))
                rounds += 1
                if rounds % ROUNDS == 0:
                    collect()
        self._batches.reset_cache()
        return min(self.position(name).position for name in names)

    def checksum(self, name: str) -> str:
        """A digest of all the projection's rows: equal rows, equal digest."""
        with translate_db_errors(), self._views.read.connect() as connection:
            if self._views.dialect == "postgresql":  # one snapshot, and cursors on the server
                connection.execution_options(isolation_level="REPEATABLE READ")
            return checksum(connection, self.projections[name].TABLES)

    def step(self, projection: Projection, limit: int | None = None) -> Step:
        """Fold one batch. An event that cannot be folded is found by halving the batch, and goes
        into quarantine.
        """
        with self._locks[projection.NAME]:
            return self._step(projection, limit or self._batch)

    def position(self, name: str) -> Checkpoint:
        """The projection's checkpoint. Raises Unavailable if there is none."""
        with translate_db_errors(), self._views.read.connect() as connection:
            at = checkpoints.read(connection, name)
        if at is None:
            raise Unavailable("view-being-made")
        return at

    def reached(self, name: str) -> Reached | None:
        """The checkpoint that this process read last; None before the first read."""
        return self._reached.get(name)

    @contextmanager
    def exclusively(self, name: str, seconds: float) -> Iterator[bool]:
        """Lock the projection against this process's other threads, waiting at most so many
        seconds. Yields whether that succeeded.
        """
        lock = self._locks[name]
        is_ours = lock.acquire(timeout=max(0.0, seconds))
        try:
            yield is_ours
        finally:
            if is_ours:
                lock.release()

    def reset_cache(self) -> None:
        """Free the memory of the batch that was read last."""
        self._batches.reset_cache()

    def waiting(self, status: ProjectionStatus) -> tuple[int, int]:
        """How many events the projection still has to fold, and the `stored` of the first."""
        topics = rare_topics(self.projections[status.at.name])
        return self._ledger.reader.waiting(status.at.position, topics)

    def _step(self, projection: Projection, limit: int) -> Step:
        at: Checkpoint | None = None
        began = self._ledger.now()
        try:
            with translate_db_errors(), begin_without_waiting(self._views) as connection:
                at = checkpoints.lock(connection, projection.NAME) if connection else None
                if connection is None or at is None:
                    return Step.BUSY
                self.status_reader.require_ours(at)
                if at.paused:
                    self._note_reached(at)
                    return Step.PAUSED
                decoded = self._batches.next(projection, at.after, limit)
                if decoded is None:
                    self._note_reached(at)
                    return Step.IDLE
                fold = self._fold_cache.take(projection, at)
                fold.apply(decoded.batch, connection)
                reached = self._reaching(at, decoded.page, began)
                checkpoints.advance(connection, reached)
        except Exception as error:
            if at is None or isinstance(error, Unavailable) or is_infrastructure(error):
                raise
            return self._isolate(projection, at, limit, error)
        self._fold_cache.put_back(projection, fold, reached)
        self._note_reached(reached)
        page = decoded.page
        return Step.FULL if page.cut or page.count == limit else Step.SOME

    def _note_reached(self, at: Checkpoint) -> None:
        self._reached[at.name] = Reached(at, monotonic())

    def _reaching(self, at: Checkpoint, page: Page, began: int) -> Checkpoint:
        """The position after that page, whose folding began at that time."""
        now = self._ledger.now()
        return replace(
            at,
            position=page.last,
            stored=page.stored,
            commitment=page.commitment,
            rate=paced(at.rate, page.count, now - (at.folded or began)),
            folded=now,
        )

    def _isolate(
        self, projection: Projection, at: Checkpoint, limit: int, error: Exception
    ) -> Step:
        """Halve the batch after `at`, which could not be folded, until it is the failing event
        alone, unless another worker has folded that event meanwhile.
        """
        page = self._batches.page(projection, at.after, limit)
        if limit > 1:
            return self.step(projection, max(1, page.count // 2))
        now = self._ledger.now()
        failed = Quarantined(projection.NAME, page.last, describe_error(error), now)
        reached = self._reaching(at, page, now)
        log.error(
            "event-quarantined",
            projection=failed.projection,
            position=failed.position,
            error=failed.error,
        )
        with translate_db_errors(), self._views.write.begin() as connection:
            locked = checkpoints.lock(connection, projection.NAME)
            if locked is None or locked.identity != at.identity:
                return Step.BUSY
            quarantine.set_aside(connection, failed)
            checkpoints.fail(connection, projection.NAME, Failure(failed.error, now))
            checkpoints.advance(connection, reached)
        self._note_reached(reached)
        return Step.FULL


def is_infrastructure(error: Exception) -> bool:
    """Whether the error is due to the database's state, and not to the events."""
    return isinstance(error, SQLAlchemyError) and (is_away(error) or is_full(error))
