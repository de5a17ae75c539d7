"""Brings projections up to the log: one worker at a time per projection, in any process.

Three ways in: a thread of the web process or of `lrs project` (`start`), a reader that needs the
projection fresh (`fresh`), and a rebuild (`rebuild`). All fold through `Stepper.step`.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from time import monotonic

import structlog

from lrs.database import Database
from lrs.domain.errors import StorageFull
from lrs.ledger import Ledger
from lrs.projections.positions import Position
from lrs.projections.projection import Projection
from lrs.projector.recent import Behind, Recent
from lrs.projector.standing import Standing
from lrs.projector.stepper import Step, Stepper

__all__ = ["Behind", "Projector", "Reach", "Recent", "Standing", "Step", "Stepper"]

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reach:
    """Up to where a projection can be trusted: a position, and the instant it is complete to."""

    position: int
    through: int


class Projector(Stepper):
    """Keeps projections up to date. `batch` is in events, times in seconds.

    `pause` is how long the thread waits after a wake-up, so that one batch serves many appends;
    `poll` how long it sleeps at most, so that a lost wake-up costs that and never an event.
    """

    def __init__(
        self,
        ledger: Ledger,
        views: Database,
        projections: Sequence[Projection],
        *,
        batch: int = 1_000,
        wait: float = 2.0,
        pause: float = 0.5,
        poll: float = 1.0,
    ) -> None:
        super().__init__(ledger, views, projections, batch)
        self._wait, self._pause, self._poll = wait, pause, poll
        self._wake = threading.Event()
        self._thread: threading.Thread | None = None
        self._through = 0

    def fresh(self, name: str) -> Reach:
        """Bring the projection up to the log's head as of now, or wait for whoever does.

        After `wait` seconds it gives what is there; the Reach tells the truth about it.
        """
        deadline = monotonic() + self._wait
        standing = self.standing(name)
        while not standing.is_level and monotonic() < deadline:
            try:
                at = self._catch_up(name, standing, deadline)
            except StorageFull:
                break  # what is there can still be read
            standing = replace(standing, at=at)
        through = max(standing.through, self._through) if standing.is_level else standing.through
        return Reach(standing.position, through)

    @property
    def through(self) -> int:
        """The latest instant up to which reads are known to be complete, in microseconds."""
        return self._through

    def hint(self) -> None:
        """Say that there may be something new. Cheap; from any thread."""
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

    def _run(self, fold: bool) -> None:
        """Fold until `stop`: woken by hints, polling between them, surviving whatever fails."""
        while not self._stop.is_set():
            try:
                standings = self.standings()
                full = fold and self._step_all(standings)
                self._look_around(standings)
            except Exception as error:
                with suppress(Exception):  # a full disk may take no log entry either
                    log.warning("projector-waits", error=type(error).__name__, detail=str(error))
                full = False
                self._stop.wait(self._poll)
            if not full and self._wake.wait(self._poll):
                self._wake.clear()
                self._stop.wait(self._pause)

    def _step_all(self, standings: dict[str, Standing]) -> bool:
        """Fold a batch of each that has something to fold, and note where that has led. Whether
        there is more.
        """
        full = False
        for name, standing in standings.items():
            if not standing.is_level:
                # Where another process is at work, that one goes on; to come back at once would
                # only have the two take turns at ever smaller batches.
                step = self.step(self.projections[name])
                full |= step is Step.FULL
                if step is not Step.BUSY:
                    standings[name] = replace(standing, at=self._reached[name])
        if not full:
            self._batches.forget()
        return full

    def _look_around(self, standings: dict[str, Standing]) -> None:
        """Renew `through`: the clock while nothing is being appended, so that an idle store
        answers a recent instant; else the `stored` of the last event that all have folded.
        """
        quiet = self._ledger.quiet_clock()
        through = min((s.through for s in standings.values()), default=0)
        if quiet is not None and all(s.position >= quiet[0] for s in standings.values()):
            through = quiet[1]
        self._through = max(self._through, through)

    def _catch_up(self, name: str, standing: Standing, deadline: float) -> Position:
        """Fold towards what is due, or wait for whoever does. Where that has led."""
        lock = self._locks[name]
        if not lock.acquire(timeout=max(0.0, deadline - monotonic())):
            return self.position(name)
        try:
            reached = self._reached.get(name)
            if (
                reached is not None
                and reached.position >= standing.due
                and reached.begun == standing.at.begun
            ):
                return reached  # another thread of this process has been there meanwhile
            step = self.step(self.projections[name])
        finally:
            lock.release()
        if step is Step.BUSY:
            self._stop.wait(0.003)
            return self.position(name)
        return self._reached[name]
