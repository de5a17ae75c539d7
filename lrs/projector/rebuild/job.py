"""A running rebuild: folds the log from its start into a staging area, then swaps the tables.

Once the staged tables are at the log's head, the job locks the live projection, folds the remaining
events and swaps: the tables, the checkpoint, the quarantine and the request change in one
transaction.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic

import structlog
from sqlalchemy import Connection

from lrs.db.engine import Database, snapshot_transaction, wait_for_disk
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import RebuildConflict, Unavailable
from lrs.ledger import Ledger
from lrs.projections.base import Projection
from lrs.projector import checkpoints, quarantine, rebuild_requests
from lrs.projector.batch_runner import LARGE_BATCH, BatchRunner, Step
from lrs.projector.checkpoints import Checkpoint
from lrs.projector.checksum import RowDigest, checksum
from lrs.projector.rebuild.scratch import fold_from_start
from lrs.projector.rebuild.split import Workers
from lrs.projector.rebuild.staging import StagingArea
from lrs.projector.rebuild_requests import RebuildRequest
from lrs.projector.row_comparison import compare_tables
from lrs.projector.status import MIN_ANNOUNCEMENT
from lrs.projector.throughput import SECOND, paced

log = structlog.get_logger(__name__)

TELLING = 0.5
"""Seconds between two updates of the progress."""

SWAP_LOCK_TIMEOUTS = (0.1, 0.2, 0.4, 0.8, 1.5)
"""Seconds that a swap waits for readers, attempt by attempt; the last value repeats. It is more
than the second after which PostgreSQL cancels an automatic vacuum that is in the way.
"""

OnProgress = Callable[[RebuildRequest], None]
Level = Callable[[], object]


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """A completed rebuild: its position and its duration in seconds. `different` says how many rows
    of the new tables and the old ones differ; None if they were not or cannot be compared. If any
    do, `swapped` says whether the new tables are in use all the same.
    """

    projection: str
    position: int
    seconds: float
    different: int | None = None
    swapped: bool = True

    @property
    def same(self) -> bool | None:
        """Whether the new rows equal the old ones; None if that is not known."""
        return None if self.different is None else not self.different


class RebuildJob:
    """A running rebuild."""

    def __init__(
        self,
        ledger: Ledger,
        views: Database,
        projection: Projection,
        place: StagingArea,
        wanted: RebuildRequest,
        live: Checkpoint | None,
        *,
        workers: Workers,
        stop: threading.Event,
        progress: OnProgress,
        swap_anyway: bool = False,
    ) -> None:
        self._swap_anyway = swap_anyway
        self._ledger = ledger
        self._views = views
        self._projection = projection
        self._staging = place
        self._wanted = wanted
        self._live = live
        self._workers = workers
        self._stop = stop
        self._progress = progress
        self._began = self._told = monotonic()
        self._runner = BatchRunner(ledger, place.database, [projection], LARGE_BATCH)
        place.make()

    def run(self, level: Level | None) -> Rebuilt:
        """Raises as RebuildCoordinator.run does."""
        not_before = self._began + MIN_ANNOUNCEMENT
        self._fold_all()
        while monotonic() < not_before:
            self._stop.wait(0.05)
            self._report_progress(self._wanted.position)
        for patience in _patience():
            self._fold()
            if level is not None:
                level()
            with suppress(_NotYet):
                at, different = self._swap(patience, compare=level is not None)
                seconds, swapped = monotonic() - self._began, self._may_swap(different)
                what = "projection-rebuilt" if swapped else "rebuild-differs"
                log.info(what, projection=at.name, position=at.position)
                return Rebuilt(at.name, at.position, seconds, different, swapped)
            self._stop.wait(patience)
        raise AssertionError("patience never ends")

    def _fold_all(self) -> None:
        """Fold the log into empty tables."""
        fold_from_start(
            self._ledger,
            self._staging.database,
            [self._projection],
            self._workers,
            self._report_progress,
            for_readers=False,
        )
        self._staging.finish(self._projection.TABLES)

    def _fold(self) -> None:
        """Fold until the staged tables are at the log's head."""
        step = Step.FULL
        while step not in (Step.IDLE, Step.SOME):
            self._report_progress(self._runner.position(self._projection.NAME).position)
            step = self._runner.step(self._projection)

    def _fold_upto(self, position: int) -> None:
        """Fold the events that the live projection holds and the staged tables do not hold yet."""
        name = self._projection.NAME
        while (remaining := position - self._runner.position(name).position) > 0:
            self._runner.step(self._projection, min(remaining, LARGE_BATCH))

    def _report_progress(self, position: int) -> None:
        """Update the progress from time to time. Raises once the request is gone."""
        if self._stop.is_set():
            raise Unavailable("shutting-down")
        seconds = monotonic() - self._told
        if seconds < TELLING:
            return
        self._told += seconds
        self._staging.require_lock()
        moved = max(0, position - self._wanted.position)  # a fold may have begun again
        self._wanted = replace(
            self._wanted,
            position=position,
            rate=paced(self._wanted.rate or moved / seconds, moved, int(seconds * SECOND)),
            moved=self._ledger.now(),
        )
        self._progress(self._wanted)
        with suppress(
            Unavailable
        ):  # on SQLite another transaction may write the projections for long
            self._note()

    def _note(self) -> None:
        with translate_db_errors(), self._views.write.begin() as connection:
            if not rebuild_requests.progress(connection, self._wanted):
                raise RebuildConflict("rebuild-cancelled", projection=self._wanted.projection)

    def _may_swap(self, different: int | None) -> bool:
        return self._swap_anyway or not different

    def _swap(self, patience: float, compare: bool) -> tuple[Checkpoint, int | None]:
        """Swap the tables, unless rows were compared and differ. Returns the checkpoint, and how
        many rows differ. Raises _NotYet while a reader or writer blocks the swap.
        """
        name = self._projection.NAME
        try:
            with self._staging.swapping(patience) as connection:
                # The lock is held since the rebuild began, so no crash has undone any part of it.
                self._staging.require_lock()
                wait_for_disk(connection)
                live = self._locked(connection)
                self._fold_upto(live.position)
                different = self._compared(connection, live) if compare else None
                if not rebuild_requests.finish(connection, self._wanted.id):
                    raise RebuildConflict("rebuild-cancelled", projection=name)
                if not self._may_swap(different):
                    return live, different
                return self._put(connection), different
        except Unavailable as error:
            if error.code == "unavailable":
                raise _NotYet from error
            raise

    def _put(self, connection: Connection) -> Checkpoint:
        name = self._projection.NAME
        with self._staging.database.read.connect() as compared:
            at = checkpoints.read(compared, name)
            aside = quarantine.events(compared, name)
            failure = checkpoints.failures(compared).get(name)
        assert at is not None
        self._staging.put(connection, self._projection.TABLES)
        quarantine.remove(connection, name)
        for event in aside:
            quarantine.set_aside(connection, event)
        checkpoints.take_over(connection, at, failure, self._ledger.now())
        return at

    def _locked(self, connection: Connection) -> Checkpoint:
        """The live projection's checkpoint, locked until the transaction ends."""
        name = self._projection.NAME
        live = checkpoints.lock(connection, name)
        if live is None:
            raise _NotYet
        if self._live is None or live.generation != self._live.generation:
            raise RebuildConflict("rebuild-overtaken", projection=name)
        return live

    def _compared(self, connection: Connection, live: Checkpoint) -> int | None:
        """How many rows differ; None if the two cannot have folded the same history. Raises
        _NotYet while they are at different positions.
        """
        compared = self._runner.status_reader.of(live.name)
        if live.version != self._projection.VERSION:
            return None
        if compared.at.position != live.position and compared.due > live.position:
            if live.paused:
                return None
            raise _NotYet
        tables = self._projection.TABLES
        if checksum(connection, tables) == self._runner.checksum(live.name):
            return 0
        with snapshot_transaction(self._staging.database) as staged:
            return sum(1 for _ in compare_tables(connection, staged, tables, RowDigest()))


class _NotYet(Exception):
    """A writer or reader of the live projection blocks the swap."""


def _patience() -> Iterator[float]:
    yield from SWAP_LOCK_TIMEOUTS
    while True:
        yield SWAP_LOCK_TIMEOUTS[-1]
