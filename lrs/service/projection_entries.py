"""The state of every projection: what it is doing, how far it is behind, and its rebuild.

| condition (the first that applies counts) | state |
|---|---|
| its rebuild is running or requested | rebuilding |
| its tables are of another version of the program, or of another log | ahead, replaced, outdated |
| an operator has paused it | paused |
| the last attempt to fold it has failed | erring |
| events have waited for LATE seconds, and no process has folded any | stopped |
| none of these | running |
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.ledger import Ledger
from lrs.projector import (
    Ownership,
    ProjectionStatus,
    Projector,
    checkpoints,
    quarantine,
    rebuild_requests,
    throughput,
)
from lrs.projector.checkpoints import Failure
from lrs.projector.rebuild_requests import RebuildRequest

LATE = 30
"""Seconds after which it is a fault that events wait and no process folds them."""


class ProjectionState(StrEnum):
    """What a projection is doing."""

    RUNNING = "running"
    REBUILDING = "rebuilding"
    PAUSED = "paused"
    ERRING = "erring"
    """The last attempt to fold it failed."""
    STOPPED = "stopped"
    """Events wait, and no process folds them."""
    OUTDATED = "outdated"
    """It has yet to be rebuilt for this version of the program, and no process is about to."""
    REPLACED = "replaced"
    """A newer version of the program has built it, or it was built from another log."""
    AHEAD = "ahead"
    """It was folded from events that the log has lost; its rebuild will be requested soon."""


WRONG = frozenset(
    {
        ProjectionState.ERRING,
        ProjectionState.STOPPED,
        ProjectionState.OUTDATED,
        ProjectionState.REPLACED,
        ProjectionState.AHEAD,
    }
)
"""States that need an operator's attention."""

_NOT_OURS = {
    Ownership.AHEAD: ProjectionState.AHEAD,
    Ownership.ANOTHERS: ProjectionState.REPLACED,
    Ownership.COMING: ProjectionState.OUTDATED,
    Ownership.OUTDATED: ProjectionState.OUTDATED,
}


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """A projection's rebuild; `position` and `rate` are those of the staging area."""

    version: int
    has_started: bool
    """Whether a process works on it now."""
    position: int
    progress: float
    """From 0 to 1."""
    rate: float
    """In events per second."""
    seconds_left: float | None
    """None while it cannot be estimated."""


@dataclass(frozen=True, slots=True)
class ProjectionEntry:
    """A projection's present state. `rate` is in events per second, `lag` in events."""

    name: str
    version: int
    state: ProjectionState
    answers: bool
    """Whether this program answers from it."""
    paused: bool
    position: int
    lag: int
    lag_seconds: float
    """The age of the oldest event that is not folded yet; 0 if there is none."""
    rate: float
    failure: Failure | None
    quarantined: int
    rebuild: RebuildProgress | None


def is_wrong(entries: Sequence[ProjectionEntry]) -> bool:
    """Whether any of the projections needs an operator's attention."""
    return any(entry.state in WRONG or entry.quarantined for entry in entries)


class ProjectionEntries:
    """Reads the state of one store's projections."""

    def __init__(self, ledger: Ledger, projector: Projector, views: Database) -> None:
        self._ledger = ledger
        self._projector = projector
        self._views = views

    def all(self) -> list[ProjectionEntry]:
        """All projections. Raises Unavailable."""
        statuses = self._projector.runner.status_reader.all()
        with translate_db_errors(), self._views.read.connect() as connection:
            failures = checkpoints.failures(connection)
            counts = quarantine.counted(connection)
            requests = rebuild_requests.read_all(connection)
        return [
            self._entry(s, failures.get(name), counts.get(name, 0), requests.get(name))
            for name, s in statuses.items()
        ]

    def _entry(
        self,
        status: ProjectionStatus,
        failure: Failure | None,
        quarantined: int,
        request: RebuildRequest | None,
    ) -> ProjectionEntry:
        at, now = status.at, self._ledger.now()
        lag, oldest = 0, now
        if not status.is_level:
            lag, oldest = self._projector.runner.waiting(status)
        seconds = max(0, now - oldest) / throughput.SECOND
        rebuild = None if request is None else self._progress(request, status.head)
        return ProjectionEntry(
            name=at.name,
            version=at.version,
            state=self._state(status, failure, rebuild, seconds if lag else 0, now),
            answers=self._projector.runner.status_reader.owner(status) is Ownership.OURS,
            paused=at.paused,
            position=status.position,
            lag=lag,
            lag_seconds=round(seconds, 3) if lag else 0.0,
            rate=throughput.shown(at.rate, at.folded, now),
            failure=failure,
            quarantined=quarantined,
            rebuild=rebuild,
        )

    def _state(
        self,
        status: ProjectionStatus,
        failure: Failure | None,
        rebuild: RebuildProgress | None,
        late: float,
        now: int,
    ) -> ProjectionState:
        if rebuild is not None:
            return ProjectionState.REBUILDING
        at, owner = status.at, self._projector.runner.status_reader.owner(status)
        if owner is not Ownership.OURS:
            return _NOT_OURS[owner]
        if at.paused:
            return ProjectionState.PAUSED
        if failure is not None and failure.failed > at.folded:
            return ProjectionState.ERRING
        if late > LATE and now - at.folded > LATE * throughput.SECOND:
            return ProjectionState.STOPPED
        return ProjectionState.RUNNING

    def _progress(self, request: RebuildRequest, head: int) -> RebuildProgress | None:
        """None if the request was left by a command that no longer runs."""
        has_started = self._projector.rebuilds.staging(request.projection).is_locked()
        if not (has_started or request.background):
            return None
        position, rate = (min(request.position, head), request.rate) if has_started else (0, 0.0)
        return RebuildProgress(
            version=request.version,
            has_started=has_started,
            position=position,
            progress=round(position / head, 4) if head else 0.0,
            rate=round(rate, 1),
            seconds_left=round((head - position) / rate, 1) if rate else None,
        )
