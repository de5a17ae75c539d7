"""Where projections stand, and how far they have to go.

A projection of rare topics has nothing to do while only statements come in. What it folds next is
asked of the log, for all of them in one query; where no event of its topics lies between its
position and the log's head, it is level with the log without having moved.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from functools import lru_cache
from time import monotonic
from typing import Any

from sqlalchemy import ColumnElement, Connection

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import Unavailable
from lrs.domain.events import StatementStored
from lrs.ledger import Ledger, commitment_of, end_of_log
from lrs.projections.base import Projection, is_newer
from lrs.projector import checkpoints
from lrs.projector.checkpoints import NOT_BUILT, Checkpoint

MIN_ANNOUNCEMENT = 1.0
"""Seconds for which it is known at least that tables are about to be replaced, before they are: a
read that is over sooner, and began when nothing was known of it, has seen nothing of it.
"""


class Ownership(Enum):
    """Which program a read model is for."""

    OURS = 0
    COMING = 1
    """Ours is to take its place."""
    OUTDATED = 2
    """Ours was never made, and nobody is to make it."""
    ANOTHERS = 3
    """It is of a newer program, or of another log."""
    AHEAD = 4
    """It was folded from events that the log does not hold any more."""


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """A projection's position, and the log's end, which was read no earlier."""

    at: Checkpoint
    head: int
    """The position of the log's last event."""
    stored: int
    """That event's `stored`."""
    latest: bytes | None
    """That event's commitment; None while the log is empty."""
    there: bytes | None
    """The commitment of the log's event at the projection's position; None if there is none."""
    due: int
    """The position of the last event that the projection folds."""
    asked: float
    """When that was asked, by the clock that only goes on, in seconds."""

    @property
    def is_level(self) -> bool:
        """Whether it holds all that it folds of the log up to the head."""
        return self.at.position >= self.due

    @property
    def is_ahead(self) -> bool:
        """Whether it was folded from events that the log does not hold any more: the log has lost
        its end, by a failover or because a copy was restored. Others may stand there by now.
        """
        return self.at.position > 0 and self.at.commitment != self.there

    @property
    def position(self) -> int:
        """The position up to which it holds all that it folds."""
        return max(self.at.position, self.head) if self.is_level else self.at.position

    @property
    def through(self) -> int:
        """The `stored` of the event up to which it holds all that it folds."""
        return max(self.at.stored, self.stored) if self.is_level else self.at.stored


class StatusReader:
    """Reads where the projections of one program stand, in a round trip or two."""

    def __init__(
        self, ledger: Ledger, views: Database, projections: Mapping[str, Projection]
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._one_database = views.dialect == "postgresql" and views.url == ledger.place
        self._versions = {name: p.VERSION for name, p in projections.items()}
        self._rare = {name: rare_topics(p) for name, p in projections.items()}
        self._were_ours: set[str] = set()
        self._topics = tuple(sorted({t for topics in self._rare.values() for t in topics}))

    def all(self) -> dict[str, ProjectionStatus]:
        """By name, also those that this program may neither read nor fold."""
        return self._read(self._rare, self._topics, None)

    def of(self, name: str) -> ProjectionStatus:
        """Raises Unavailable while it is being made, and once it is another program's."""
        status = self._read((name,), self._rare[name], name)[name]
        self.require_answers(status)
        return status

    def in_snapshot(self, connection: Connection, name: str) -> ProjectionStatus:
        """Where it stands in the state that this connection sees, and the log's end no earlier.
        Raises Unavailable as `of` does.
        """
        topics, asked = self._rare[name], monotonic()
        if self._one_database:
            at, end = checkpoints.read_with(connection, _beside(topics), name).get(name, _NONE)
        else:
            at = checkpoints.read(connection, name)
            end = () if at is None else self._ledger.reader.end(topics, [at.position])
        if at is None:
            raise Unavailable("view-being-made")
        status = self._status(at, end, topics, asked)
        self.require_answers(status)
        return status

    def ownership(self, at: Checkpoint) -> Ownership:
        """Which program may read and fold what stands there."""
        ours = self._versions[at.name]
        if at.log_id != self._ledger.log_id:
            return Ownership.ANOTHERS
        if at.version == NOT_BUILT:
            return Ownership.OUTDATED if at.pending_rebuild is None else Ownership.COMING
        if at.version == ours:
            self._were_ours.add(at.name)
            return Ownership.OURS
        if is_newer(at.version, ours) or at.name in self._were_ours:
            return Ownership.ANOTHERS
        return Ownership.OUTDATED if at.pending_rebuild is None else Ownership.COMING

    def owner(self, status: ProjectionStatus) -> Ownership:
        """As `ownership`, and whether the log still holds what was folded."""
        whose = self.ownership(status.at)
        return Ownership.AHEAD if whose is Ownership.OURS and status.is_ahead else whose

    def require_answers(self, status: ProjectionStatus) -> None:
        """As `require_ours`, and keep off tables that were folded from what the log has lost."""
        self.require_ours(status.at)
        if status.is_ahead:
            raise Unavailable("view-ahead-of-log", projection=status.at.name)

    def require_ours(self, at: Checkpoint) -> None:
        """Keep off tables that are still to be made for this program, or that another one has
        made. Raises Unavailable.
        """
        match self.ownership(at):
            case Ownership.COMING:
                raise Unavailable("view-being-made")
            case Ownership.OUTDATED:
                raise Unavailable("view-outdated", projection=at.name)
            case Ownership.ANOTHERS:
                raise Unavailable("view-replaced", projection=at.name)

    def _read(
        self, names: Collection[str], topics: tuple[str, ...], only: str | None
    ) -> dict[str, ProjectionStatus]:
        asked = monotonic()
        with translate_db_errors(), self._views.read.connect() as connection:
            columns = _beside(topics) if self._one_database else ()
            found = checkpoints.read_with(connection, columns, only)
        if any(name not in found for name in names):
            raise Unavailable("view-being-made")
        if self._one_database:
            ends = {name: found[name][1] for name in names}
        else:  # the log's end after the checkpoints, or a checkpoint could seem to be beyond it
            at = {name: found[name][0].position for name in names}
            (*end,) = self._ledger.reader.end(topics, list(at.values()))
            split = len(end) - len(at)
            ends = {
                name: (*end[:split], there) for name, there in zip(at, end[split:], strict=True)
            }
        return {name: self._status(found[name][0], ends[name], topics, asked) for name in names}

    def _status(
        self, at: Checkpoint, end: Sequence[Any], topics: tuple[str, ...], asked: float
    ) -> ProjectionStatus:
        """`end` is what LogReader.end gives, with the commitment at the projection's position."""
        head, stored, latest, *last, there = end
        last_of = {topic: position or 0 for topic, position in zip(topics, last, strict=True)}
        rare = self._rare[at.name]
        due = max(last_of[topic] for topic in rare) if rare else head or 0
        return ProjectionStatus(
            at, head or 0, stored or 0, _bytes(latest), _bytes(there), due, asked
        )


_NONE: tuple[None, tuple[Any, ...]] = (None, ())


@lru_cache(maxsize=64)
def _beside(topics: tuple[str, ...]) -> tuple[ColumnElement[Any], ...]:
    """The log's end and the commitment at a projection's position, beside that position's row."""
    return *end_of_log(topics), commitment_of(checkpoints.projection.c.position)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def rare_topics(projection: Projection) -> tuple[str, ...]:
    """The topics of a projection that folds no statements; none if it does."""
    topics = projection.TOPICS
    return () if StatementStored.TOPIC in topics else tuple(sorted(topics))
