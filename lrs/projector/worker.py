"""The projector of a process: its thread, and its operations for readers and operators."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection
from contextlib import suppress
from dataclasses import replace
from time import monotonic

import structlog
from sqlalchemy import Connection

from lrs.db.engine import Database, wait_for_disk
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import Unavailable
from lrs.ledger import Ledger
from lrs.projector import checkpoints
from lrs.projector.batch_runner import BatchRunner, Step, is_infrastructure
from lrs.projector.checkpoints import Checkpoint, Failure
from lrs.projector.continuity import Continuity
from lrs.projector.event_batches import BatchSource
from lrs.projector.fresh_reads import FreshReads
from lrs.projector.quarantine import describe_error
from lrs.projector.rebuild.background import BackgroundRebuilds
from lrs.projector.rebuild.coordinator import RebuildCoordinator
from lrs.projector.rebuild.job import Rebuilt
from lrs.projector.rebuild.split import Workers
from lrs.projector.rebuild_requests import RebuildRequest
from lrs.projector.startup import prepare
from lrs.projector.status import Ownership, ProjectionStatus

log = structlog.get_logger(__name__)


class Projector:
    """Keeps projections up to date. Times in seconds.

    `wait` is how long it waits for another worker; `pause` how long the thread waits after a
    wake-up, so that one batch serves many appends; `poll` how long it sleeps at most, so that a
    lost wake-up costs that and never an event. `stop` is an event that its parts check, too.
    """

    def __init__(
        self,
        ledger: Ledger,
        views: Database,
        runner: BatchRunner,
        reads: FreshReads,
        rebuilds: RebuildCoordinator,
        *,
        stop: threading.Event,
        wait: float,
        pause: float,
        poll: float,
    ) -> None:
        self._ledger, self._views = ledger, views
        self.runner, self.reads, self.rebuilds = runner, reads, rebuilds
        self._stop, self._wake = stop, threading.Event()
        self._wait, self._pause, self._poll = wait, pause, poll
        self._thread: threading.Thread | None = None
        self._failed: dict[str, str] = {}
        """The last error of folding in this process, by projection."""
        versions = {name: p.VERSION for name, p in runner.projections.items()}
        self._background = BackgroundRebuilds(ledger, views, rebuilds, versions)
        self._continuity = Continuity(ledger, views, runner.projections)

    def prepare(self) -> None:
        """Create missing projections, and request the necessary rebuilds."""
        prepare(self._ledger, self._views, self.runner.projections.values())

    def hint(self) -> None:
        """Hint that the log may have new events. Cheap; from any thread."""
        self._wake.set()

    def start(self, *, fold: bool = True) -> None:
        """Fold in a thread of this process until `stop`; without `fold`, only renew `through`."""
        self._thread = threading.Thread(
            target=self._run, args=(fold,), name="projector", daemon=True
        )
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._wake.set()
        if self._thread is not None:
            self._thread.join(10)
        self._background.join(10)
        # if the database is unavailable, the next start does without the watermark
        with suppress(Exception):
            self._continuity.close()

    def rebuild(
        self,
        names: Collection[str],
        *,
        workers: Workers | None = None,
        compare: bool = False,
        swap_anyway: bool = False,
        progress: Callable[[RebuildRequest], None] = lambda _: None,
    ) -> list[Rebuilt]:
        """Rebuild these projections, one after the other. Without `workers`, this thread does all
        the work. With `compare`, tables whose rows differ
        stay as they are, unless `swap_anyway` is given.
        """
        return [
            self.rebuilds.run(
                name,
                workers=workers,
                level=(lambda name=name: self.runner.catch_up([name])) if compare else None,  # type: ignore[misc]
                swap_anyway=swap_anyway,
                progress=progress,
            )
            for name in names
        ]

    def set_paused(self, name: str, paused: bool) -> None:
        """Pause or resume the projection in all processes. Waits for the running batch. Raises
        Unavailable.
        """
        with translate_db_errors(), self._views.write.begin() as connection:
            wait_for_disk(connection)
            checkpoints.pause(connection, name, paused)
        self.hint()

    def try_event(self, name: str, position: int) -> str | None:
        """Fold the event at that position by itself into the projection, and roll back. Returns the
        reason why it cannot be folded, or None. Raises Unavailable.
        """
        projection = self.rebuilds.projection(name)
        decoded = BatchSource(self._ledger, [projection]).next(projection, (position - 1, None), 1)
        assert decoded is not None
        with translate_db_errors(), self._views.write.connect() as connection:
            transaction = connection.begin()
            try:
                self.runner.status_reader.require_ours(self._locked(connection, name))
                projection.new_fold().apply(decoded.batch, connection)
            except Unavailable:
                raise
            except Exception as error:
                if is_infrastructure(error):
                    raise
                return describe_error(error)
            finally:
                transaction.rollback()
        return None

    def _locked(self, connection: Connection, name: str) -> Checkpoint:
        """The checkpoint, locked once no other worker holds it."""
        deadline = monotonic() + self._wait
        while monotonic() < deadline:
            at = checkpoints.lock(connection, name)
            if at is not None:
                return at
            self._stop.wait(0.01)
        raise Unavailable("view-busy", projection=name)

    def _run(self, fold: bool) -> None:
        """Fold until `stop`: woken by hints, polling between them, surviving all errors."""
        while not self._stop.is_set():
            try:
                statuses = self.runner.status_reader.all()
                ahead = any(self._owner(s) is Ownership.AHEAD for s in statuses.values())
                if self._continuity.look(statuses.values(), ahead=ahead):
                    self.reads.reset_through()
                full = fold and self._step_all(statuses)
                self._look_around(statuses)
                if fold and any(s.at.pending_rebuild is not None for s in statuses.values()):
                    self._background.look()
            except Exception as error:
                with suppress(Exception):  # a full disk may take no log entry either
                    log.warning("projector-waits", error=type(error).__name__, detail=str(error))
                full = False
                self._stop.wait(self._poll)
            if not full and self._wake.wait(self._poll):
                self._wake.clear()
                self._stop.wait(self._pause)

    def _step_all(self, statuses: dict[str, ProjectionStatus]) -> bool:
        """Fold a batch of each projection with new events, and record the consistency. Returns
        whether there is more. An error of one projection does not stop the others.
        """
        full, failed = False, None
        for name, status in statuses.items():
            at = status.at
            if (owner := self._owner(status)) is not Ownership.OURS:
                # otherwise its rebuild for this program is pending
                if owner in (Ownership.ANOTHERS, Ownership.OUTDATED):
                    self._warn(at)
                continue
            if status.is_level or at.paused:
                continue
            # If another process is folding, leave it to that process: coming back at once would
            # only make both fold ever smaller batches in turns.
            try:
                step = self.runner.step(self.runner.projections[name])
            except Exception as error:
                failed = error
                self._note(name, error)
                continue
            self._failed.pop(name, None)
            full |= step is Step.FULL
            reached = self.runner.reached(name)
            if step is not Step.BUSY and reached is not None:
                at = reached.at
                statuses[name] = replace(status, at=at, there=at.commitment)
        if not full:
            self.runner.reset_cache()
        if failed is not None:
            raise failed
        return full

    def _owner(self, status: ProjectionStatus) -> Ownership:
        return self.runner.status_reader.owner(status)

    def _warn(self, at: Checkpoint) -> None:
        """Log once that this program no longer folds a projection, or not yet."""
        text = f"version {at.version} of log {at.log_id}"
        if self._failed.get(at.name) != text:
            self._failed[at.name] = text
            log.warning("view-of-another-program", projection=at.name, version=at.version)

    def _note(self, name: str, error: Exception) -> None:
        """Log and store the error that keeps this process from folding, each reason once."""
        text = describe_error(error)
        if self._failed.get(name) != text:
            self._failed[name] = text
            with suppress(Exception), self._views.write.begin() as connection:
                checkpoints.fail(connection, name, Failure(text, self._ledger.now()))

    def _look_around(self, statuses: dict[str, ProjectionStatus]) -> None:
        """Renew `through`: the clock while nothing is being appended, so that an idle store
        answers a recent instant; else the `stored` of the last event that all have folded, but for
        those from which this program answers nothing.
        """
        quiet = self._ledger.quiet_clock()
        ours = [s for s in statuses.values() if self._owner(s) is Ownership.OURS]
        through = min((s.through for s in ours), default=0)
        if quiet is not None and all(s.position >= quiet[0] for s in ours):
            through = quiet[1]
        self.reads.raise_through(through)
