"""Reports as they were known at an earlier position: the same reports, asked of a replica."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import structlog

from lrs.db.engine import Database, Options, open_database
from lrs.domain.errors import InvalidQuery, LrsError, ReplicaConflict, Unavailable
from lrs.ledger import KnownLog, Ledger
from lrs.service.reports.report_set import ReportSet
from replay.replica_progress import ReplicaProgress
from replay.replicas import Replicas

log = structlog.get_logger(__name__)

AT_ONCE = 20_000
"""Events that are folded while whoever asks waits; a replica that takes more is made meanwhile."""

MOST_AWAITED = 4
"""Replicas that a process makes one after the other; whoever wants more has to ask again."""

AGAIN = 1.0
"""Seconds until a replica is tried again that waits for another process."""

REMEMBERED = 60.0
"""Seconds for which whoever asks for a replica again is told why it could not be made."""

OpenReports = Callable[[KnownLog, Database], ReportSet]
"""Makes the reports on a replica, which was folded from this log."""


class ReplicaBeingMade(Exception):
    """The replica that would answer is being made: ask again later."""

    def __init__(self, progress: ReplicaProgress) -> None:
        super().__init__(f"the replica at position {progress.position} is being made")
        self.progress = progress


@dataclass(frozen=True, slots=True)
class _OpenReplica:
    """A replica with its reports. Which file it is, as another one may get the same name; and the
    commitment of its last event, as a log that lost events may get another one at its position.
    """

    file: int
    commitment: bytes | None
    database: Database
    reports: ReportSet


class KnownReports:
    """The reports as known at any position, for all threads of a process."""

    def __init__(
        self, replicas: Replicas, ledger: Ledger, open_reports: OpenReports, *, threads: int
    ) -> None:
        self.replicas = replicas
        self._ledger = ledger
        self._open_reports = open_reports
        self._options = Options(durable=False, connections=threads, create=False)
        self._lock = threading.Lock()
        self._open: OrderedDict[int, _OpenReplica] = OrderedDict()
        self._awaited: OrderedDict[int, None] = OrderedDict()
        self._failed: dict[int, tuple[float, LrsError]] = {}
        """When and why a replica could not be made, until somebody asks for it again."""
        self._maker: threading.Thread | None = None
        self._stop = threading.Event()

    def at(self, position: int) -> ReportSet:
        """The reports as known at that position.

        Raises ReplicaBeingMade, InvalidQuery where the log is not that long, and as Replicas.make
        does if that failed for somebody who asked before.
        """
        if position > self._ledger.reader.head()[0]:
            raise InvalidQuery("known-in-future", parameter="known")
        found = self._opened(position)
        if found is None and self.replicas.remaining(position) < AT_ONCE:
            with suppress(ReplicaConflict):
                self.replicas.make(position)
                found = self._opened(position)
        if found is None:
            self._await(position)
            nothing = ReplicaProgress(position, 0, None)
            raise ReplicaBeingMade(self.replicas.progress(position) or nothing)
        return found

    def close(self) -> None:
        """End what is being made, and let the files go."""
        self._stop.set()
        maker = self._maker
        if maker is not None:
            maker.join(10)
        with self._lock:
            for replica in self._open.values():
                replica.database.close()
            self._open.clear()

    def _opened(self, position: int) -> ReportSet | None:
        """The reports on the replica, if it is ready."""
        which = _file_of(self.replicas.file(position)), self._ledger.reader.commitment_at(position)
        with self._lock:
            known = self._open.get(position)
            if known is not None and which == (known.file, known.commitment):
                self._open.move_to_end(position)
                self.replicas.note_use(position)
                return known.reports
            self._close(position)
        path = self.replicas.path(position)
        if path is None:
            return None
        self.replicas.note_use(position)
        database = open_database(f"sqlite:///{path}", self._options)
        reports = self._open_reports(self.replicas.log(position), database)
        replica = _OpenReplica(*which, database, reports)
        with self._lock:
            self._close(position)
            self._open[position] = replica
            while len(self._open) > self.replicas.most:
                self._close(next(iter(self._open)))
        return replica.reports

    def _close(self, position: int) -> None:
        replica = self._open.pop(position, None)
        if replica is not None:
            replica.database.close()

    def _await(self, position: int) -> None:
        """Have a thread make the replica. Raises Unavailable where too many wait for theirs."""
        with self._lock:
            when, failed = self._failed.pop(position, (0.0, None))
            if failed is not None and monotonic() - when < REMEMBERED:
                raise failed
            if position not in self._awaited:
                if len(self._awaited) >= MOST_AWAITED:
                    raise Unavailable("replicas-awaited")
                self._awaited[position] = None
            if self._maker is None or not self._maker.is_alive():
                self._maker = threading.Thread(target=self._make, name="replicas", daemon=True)
                self._maker.start()

    def _make(self) -> None:
        """Make what is awaited, the first first."""
        while not self._stop.is_set():
            with self._lock:
                if not self._awaited:
                    self._maker = None
                    return
                position = next(iter(self._awaited))
            if self._made(position):
                with self._lock:
                    self._awaited.pop(position, None)

    def _made(self, position: int) -> bool:
        """Whether nothing more is to be done for the replica."""
        try:
            self.replicas.make(position, self._go_on)
        except ReplicaConflict as conflict:
            if conflict.code == "replica-being-made":
                return self._stop.wait(AGAIN)
        except LrsError as error:
            if error.code != "shutting-down":
                log.warning("replica-failed", position=position, code=error.code)
                self._note_failure(position, error)
        except Exception as error:
            log.exception("replica-failed", position=position)
            failure = Unavailable("unavailable")
            failure.__cause__ = error
            self._note_failure(position, failure)
        return True

    def _note_failure(self, position: int, error: LrsError) -> None:
        with self._lock:
            self._failed[position] = monotonic(), error

    def _go_on(self, _: ReplicaProgress) -> None:
        if self._stop.is_set():
            raise Unavailable("shutting-down")


def _file_of(path: Path) -> int:
    """Which file it is; 0 if there is none."""
    try:
        return path.stat().st_ino
    except FileNotFoundError:
        return 0
