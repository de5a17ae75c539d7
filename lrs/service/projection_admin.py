"""How every projection is doing, and the commands of whoever runs the store."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lrs.db.engine import Database, wait_for_disk
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import ProjectionNotFound
from lrs.ledger import Ledger
from lrs.projector import (
    Ownership,
    ProjectionStatus,
    Projector,
    checkpoints,
    divergence,
    quarantine,
    rebuild_requests,
    throughput,
)
from lrs.projector.checkpoints import Failure
from lrs.projector.divergence import Divergence
from lrs.projector.quarantine import Quarantined
from lrs.projector.rebuild_requests import RebuildRequest

__all__ = [
    "Divergence",
    "Failure",
    "ProjectionAdmin",
    "ProjectionEntry",
    "ProjectionState",
    "QuarantinedEvent",
    "RebuildProgress",
    "RetryResult",
    "is_wrong",
]

LATE = 30
"""Seconds after which an event that waits, while nobody folds, has been forgotten."""


class ProjectionState(StrEnum):
    """What a projection is doing."""

    RUNNING = "running"
    REBUILDING = "rebuilding"
    PAUSED = "paused"
    ERRING = "erring"
    """Whoever tried to fold it last has failed."""
    STOPPED = "stopped"
    """Events wait, and nobody folds."""
    OUTDATED = "outdated"
    """It is still to be made in this program's version, and nobody is about to."""
    REPLACED = "replaced"
    """A newer program has made it, or one on another log."""
    AHEAD = "ahead"
    """It was folded from events that the log has lost; its rebuild is about to be asked for."""


WRONG = frozenset(
    {
        ProjectionState.ERRING,
        ProjectionState.STOPPED,
        ProjectionState.OUTDATED,
        ProjectionState.REPLACED,
        ProjectionState.AHEAD,
    }
)
"""States that somebody has to see to."""


@dataclass(frozen=True, slots=True)
class RebuildProgress:
    """A projection that is made anew; `position` and `rate` are those of the copy."""

    version: int
    has_started: bool
    """Whether anybody works at it just now."""
    position: int
    progress: float
    """From 0 to 1."""
    rate: float
    """In events per second."""
    seconds_left: float | None
    """None while that cannot be told."""


@dataclass(frozen=True, slots=True)
class ProjectionEntry:
    """A projection as it is read now. `rate` is in events per second, `lag` in events."""

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


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """An event that a projection could not fold, and the stream that it is of: for a statement
    that is its id.
    """

    event: Quarantined
    stream: UUID | None


@dataclass(frozen=True, slots=True)
class RetryResult:
    """An event that was tried again: the reason why it still cannot be folded, if it cannot."""

    position: int
    stream: UUID | None
    reason: str | None


class ProjectionAdmin:
    """Looks at the projections of one store, and commands them."""

    def __init__(self, ledger: Ledger, projector: Projector, views: Database) -> None:
        self._ledger = ledger
        self._projector = projector
        self._views = views

    @property
    def names(self) -> list[str]:
        return list(self._projector.runner.projections)

    def all(self) -> list[ProjectionEntry]:
        """Every projection. Raises Unavailable."""
        statuses = self._projector.runner.status_reader.all()
        with translate_db_errors(), self._views.read.connect() as connection:
            failures = checkpoints.failures(connection)
            counts = quarantine.counted(connection)
            wanted = rebuild_requests.read_all(connection)
        return [
            self._entry(s, failures.get(name), counts.get(name, 0), wanted.get(name))
            for name, s in statuses.items()
        ]

    def of(self, name: str) -> ProjectionEntry:
        """That one. Raises ProjectionNotFound, Unavailable."""
        self.require(name)
        return next(entry for entry in self.all() if entry.name == name)

    def require(self, name: str) -> None:
        """Raises ProjectionNotFound."""
        if name not in self._projector.runner.projections:
            raise ProjectionNotFound("projection-not-found", known=", ".join(self.names))

    def pause(self, name: str) -> None:
        """Have no process fold it until it is resumed. Raises ProjectionNotFound, Unavailable."""
        self.require(name)
        self._projector.set_paused(name, True)

    def resume(self, name: str) -> None:
        """Have it folded again. Raises ProjectionNotFound, Unavailable."""
        self.require(name)
        self._projector.set_paused(name, False)

    def rebuild(self, name: str) -> None:
        """Have it made anew beside the live one by a process that folds, this one or another.
        Raises ProjectionNotFound, RebuildConflict, Unavailable.
        """
        self.require(name)
        self._projector.rebuilds.ask(name)
        self._projector.hint()

    def cancel(self, name: str) -> None:
        """Give up its rebuild, whoever makes it. Raises ProjectionNotFound, RebuildConflict,
        Unavailable.
        """
        self.require(name)
        self._projector.rebuilds.cancel(name)

    def divergences(self) -> list[Divergence]:
        """Where the log did not go on from what was known of it, until an operator has
        acknowledged that. Raises Unavailable.
        """
        with translate_db_errors(), self._views.read.connect() as connection:
            return divergence.unacknowledged(connection)

    def acknowledge(self) -> int:
        """Acknowledge all divergences; how many there were. Raises Unavailable."""
        with translate_db_errors(), self._views.write.begin() as connection:
            wait_for_disk(connection)
            return divergence.acknowledge(connection, self._ledger.now())

    def waiting(self) -> list[str]:
        """Those that a process of this version is to make anew."""
        with translate_db_errors(), self._views.read.connect() as connection:
            wanted = rebuild_requests.read_all(connection)
        projections = self._projector.runner.projections
        return [n for n, p in projections.items() if n in wanted and wanted[n].version == p.VERSION]

    def folding(self, topic: str) -> list[str]:
        """The names of the projections that fold events of this topic."""
        found = self._projector.runner.projections.items()
        return [name for name, projection in found if topic in projection.TOPICS]

    def quarantined(self, name: str | None = None) -> list[QuarantinedEvent]:
        """What that projection has set aside, or all have. Raises ProjectionNotFound."""
        if name is not None:
            self.require(name)
        with translate_db_errors(), self._views.read.connect() as connection:
            events = quarantine.events(connection, name)
        streams = self._ledger.reader.ids_at([event.position for event in events])
        found = ((event, streams.get(event.position)) for event in events)
        return [QuarantinedEvent(event, None if id is None else UUID(id)) for event, id in found]

    def retry(self, name: str, position: int | None = None) -> list[RetryResult]:
        """Try again to fold the event there, or all that the projection has set aside, each by
        itself and without keeping what comes of it. A new reason takes the old one's place.

        Raises ProjectionNotFound, also for an event that is not set aside; Unavailable.
        """
        aside = [
            a for a in self.quarantined(name) if position is None or a.event.position == position
        ]
        if position is not None and not aside:
            raise ProjectionNotFound("not-in-quarantine", projection=name)
        return [self._tried(a) for a in aside]

    def _tried(self, aside: QuarantinedEvent) -> RetryResult:
        name, position = aside.event.projection, aside.event.position
        reason = self._projector.try_event(name, position)
        if reason is not None:
            event = Quarantined(name, position, reason, self._ledger.now())
            with translate_db_errors(), self._views.write.begin() as connection:
                quarantine.give_reason(connection, event)
        return RetryResult(position, aside.stream, reason)

    def _entry(
        self,
        status: ProjectionStatus,
        failure: Failure | None,
        aside: int,
        wanted: RebuildRequest | None,
    ) -> ProjectionEntry:
        at, now = status.at, self._ledger.now()
        lag, oldest = 0, now
        if not status.is_level:
            lag, oldest = self._projector.runner.waiting(status)
        seconds = max(0, now - oldest) / throughput.SECOND
        rebuild = None if wanted is None else self._rebuilding(wanted, status.head)
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
            quarantined=aside,
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

    def _rebuilding(self, wanted: RebuildRequest, head: int) -> RebuildProgress | None:
        """None for what a command that is gone has left."""
        begun = self._projector.rebuilds.staging(wanted.projection).is_locked()
        if not (begun or wanted.background):
            return None
        position, rate = (min(wanted.position, head), wanted.rate) if begun else (0, 0.0)
        return RebuildProgress(
            version=wanted.version,
            has_started=begun,
            position=position,
            progress=round(position / head, 4) if head else 0.0,
            rate=round(rate, 1),
            seconds_left=round((head - position) / rate, 1) if rate else None,
        )


_NOT_OURS = {
    Ownership.AHEAD: ProjectionState.AHEAD,
    Ownership.ANOTHERS: ProjectionState.REPLACED,
    Ownership.COMING: ProjectionState.OUTDATED,
    Ownership.OUTDATED: ProjectionState.OUTDATED,
}


def is_wrong(entries: Sequence[ProjectionEntry]) -> bool:
    """Whether somebody has to see to any of them."""
    return any(entry.state in WRONG or entry.quarantined for entry in entries)
