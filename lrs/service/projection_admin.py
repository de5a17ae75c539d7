"""The operator's view of projections: their state, and the commands that control them."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lrs.db.engine import Database, wait_for_disk
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import ProjectionNotFound
from lrs.ledger import Ledger
from lrs.projector import Projector, divergence, quarantine, rebuild_requests
from lrs.projector.checkpoints import Failure
from lrs.projector.divergence import Divergence
from lrs.projector.quarantine import Quarantined
from lrs.service.projection_entries import (
    ProjectionEntries,
    ProjectionEntry,
    ProjectionState,
    RebuildProgress,
    is_wrong,
)

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


@dataclass(frozen=True, slots=True)
class QuarantinedEvent:
    """An event that a projection could not fold, and its stream: for a statement, its id."""

    event: Quarantined
    stream: UUID | None


@dataclass(frozen=True, slots=True)
class RetryResult:
    """The result of retrying an event: the reason why it still cannot be folded, or None."""

    position: int
    stream: UUID | None
    reason: str | None


class ProjectionAdmin:
    """Shows and controls the projections of one store."""

    def __init__(self, ledger: Ledger, projector: Projector, views: Database) -> None:
        self._ledger = ledger
        self._projector = projector
        self._views = views
        self._entries = ProjectionEntries(ledger, projector, views)

    @property
    def names(self) -> list[str]:
        return list(self._projector.runner.projections)

    def all(self) -> list[ProjectionEntry]:
        """All projections. Raises Unavailable."""
        return self._entries.all()

    def of(self, name: str) -> ProjectionEntry:
        """The projection with that name. Raises ProjectionNotFound, Unavailable."""
        self.require(name)
        return next(entry for entry in self.all() if entry.name == name)

    def require(self, name: str) -> None:
        """Raises ProjectionNotFound if there is no projection with that name."""
        if name not in self._projector.runner.projections:
            raise ProjectionNotFound("projection-not-found", known=", ".join(self.names))

    def pause(self, name: str) -> None:
        """Stop all processes from folding it, until `resume`. Raises ProjectionNotFound,
        Unavailable.
        """
        self.require(name)
        self._projector.set_paused(name, True)

    def resume(self, name: str) -> None:
        """Let it be folded again. Raises ProjectionNotFound, Unavailable."""
        self.require(name)
        self._projector.set_paused(name, False)

    def rebuild(self, name: str) -> None:
        """Request its rebuild, which this or another process that folds will do. Raises
        ProjectionNotFound, RebuildConflict, Unavailable.
        """
        self.require(name)
        self._projector.rebuilds.ask(name)
        self._projector.hint()

    def cancel(self, name: str) -> None:
        """Cancel its rebuild, in whichever process it runs. Raises ProjectionNotFound,
        RebuildConflict, Unavailable.
        """
        self.require(name)
        self._projector.rebuilds.cancel(name)

    def divergences(self) -> list[Divergence]:
        """The divergences that no operator has acknowledged yet. Raises Unavailable."""
        with translate_db_errors(), self._views.read.connect() as connection:
            return divergence.unacknowledged(connection)

    def acknowledge(self) -> int:
        """Acknowledge all divergences; return their number. Raises Unavailable."""
        with translate_db_errors(), self._views.write.begin() as connection:
            wait_for_disk(connection)
            return divergence.acknowledge(connection, self._ledger.now())

    def waiting(self) -> list[str]:
        """The projections whose rebuild is requested for this version of the program."""
        with translate_db_errors(), self._views.read.connect() as connection:
            requests = rebuild_requests.read_all(connection)
        projections = self._projector.runner.projections.items()
        return [n for n, p in projections if n in requests and requests[n].version == p.VERSION]

    def folding(self, topic: str) -> list[str]:
        """The names of the projections that fold events of this topic."""
        found = self._projector.runner.projections.items()
        return [name for name, projection in found if topic in projection.TOPICS]

    def quarantined(self, name: str | None = None) -> list[QuarantinedEvent]:
        """The events that this projection, or any, has quarantined. Raises ProjectionNotFound."""
        if name is not None:
            self.require(name)
        with translate_db_errors(), self._views.read.connect() as connection:
            events = quarantine.events(connection, name)
        streams = self._ledger.reader.ids_at([event.position for event in events])
        with_ids = ((event, streams.get(event.position)) for event in events)
        return [QuarantinedEvent(event, None if id is None else UUID(id)) for event, id in with_ids]

    def retry(self, name: str, position: int | None = None) -> list[RetryResult]:
        """Try to fold the quarantined event at this position, or all of the projection, each by
        itself; the result is discarded. If an event fails again, its new reason is stored.

        Raises ProjectionNotFound, also for an event that is not quarantined; Unavailable.
        """
        events = [
            q for q in self.quarantined(name) if position is None or q.event.position == position
        ]
        if position is not None and not events:
            raise ProjectionNotFound("not-in-quarantine", projection=name)
        return [self._retried(one) for one in events]

    def _retried(self, quarantined: QuarantinedEvent) -> RetryResult:
        name, position = quarantined.event.projection, quarantined.event.position
        reason = self._projector.try_event(name, position)
        if reason is not None:
            event = Quarantined(name, position, reason, self._ledger.now())
            with translate_db_errors(), self._views.write.begin() as connection:
                quarantine.give_reason(connection, event)
        return RetryResult(position, quarantined.stream, reason)
