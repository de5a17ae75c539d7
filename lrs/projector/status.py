"""The status of projections: their checkpoints, and their lag behind the log.

A projection of rare topics has nothing to fold while only statements arrive. One query on the log
finds the next event of each such projection. If no event of its topics lies between its position
and the log's head, the projection is up to date, although its position has not changed.
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
from lrs.ledger import ReadableLog, commitment_of, end_of_log
from lrs.projections.base import Projection, is_newer
from lrs.projector import checkpoints
from lrs.projector.checkpoints import NOT_BUILT, Checkpoint

MIN_ANNOUNCEMENT = 1.0
"""Every swap of tables is announced at least so many seconds before. So a read that took less time,
and began without an announcement, saw no swap.
"""


class Ownership(Enum):
    """Which program a projection belongs to."""

    OURS = 0
    COMING = 1
    """This program's own is to replace it."""
    OUTDATED = 2
    """This program's own does not exist, and no rebuild is requested."""
    ANOTHERS = 3
    """It belongs to a newer program, or to another log."""
    AHEAD = 4
    """It has folded events that the log does not hold any more."""


@dataclass(frozen=True, slots=True)
class ProjectionStatus:
    """A projection's checkpoint, and the log's end, which was read at the same time or later."""

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
    """The monotonic time of the read, in seconds."""

    @property
    def is_level(self) -> bool:
        """Whether it has folded all its events of the log up to the head."""
        return self.at.position >= self.due

    @property
    def is_ahead(self) -> bool:
        """Whether it has folded events that the log has lost, in a failover or by restoring a copy.
        Other events may have their positions by now.
        """
        return self.at.position > 0 and self.at.commitment != self.there

    @property
    def position(self) -> int:
        """The position up to which it has folded all its events."""
        return max(self.at.position, self.head) if self.is_level else self.at.position

    @property
    def through(self) -> int:
        """The `stored` of the event up to which it has folded all its events."""
        return max(self.at.stored, self.stored) if self.is_level else self.at.stored


class StatusReader:
    """Reads the status of the projections of one program, in one or two round trips."""

    def __init__(
        self, ledger: ReadableLog, views: Database, projections: Mapping[str, Projection]
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._one_database = views.dialect == "postgresql" and views.url == ledger.place
        self._versions = {name: p.VERSION for name, p in projections.items()}
        self._rare = {name: rare_topics(p) for name, p in projections.items()}
        self._were_ours: set[str] = set()
        self._topics = tuple(sorted({t for topics in self._rare.values() for t in topics}))

    def all(self) -> dict[str, ProjectionStatus]:
        """The status by name, also of projections that this program may neither read nor fold."""
        return self._read(self._rare, self._topics, None)

    def of(self, name: str) -> ProjectionStatus:
        """Raises Unavailable while it is being made, and once it is another program's."""
        status = self._read((name,), self._rare[name], name)[name]
        self.require_answers(status)
        return status

    def in_snapshot(self, connection: Connection, name: str) -> ProjectionStatus:
        """The status in the snapshot that this connection sees, with a log's end that is not older.
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
        """Which program may read and fold the projection."""
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
        """Like `ownership`, also considering whether the log still holds the folded events."""
        owner = self.ownership(status.at)
        return Ownership.AHEAD if owner is Ownership.OURS and status.is_ahead else owner

    def require_answers(self, status: ProjectionStatus) -> None:
        """Like `require_ours`; also raises Unavailable for tables that have folded lost events."""
        self.require_ours(status.at)
        if status.is_ahead:
            raise Unavailable("view-ahead-of-log", projection=status.at.name)

    def require_ours(self, at: Checkpoint) -> None:
        """Raises Unavailable for tables that are not built yet for this program, or belong to
        another one.
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
        read_at = monotonic()
        with translate_db_errors(), self._views.read.connect() as connection:
            columns = _beside(topics) if self._one_database else ()
            by_name = checkpoints.read_with(connection, columns, only)
        if any(name not in by_name for name in names):
            raise Unavailable("view-being-made")
        if self._one_database:
            ends = {name: by_name[name][1] for name in names}
        else:  # read after the checkpoints, none of which can so be beyond the log's end
            at = {name: by_name[name][0].position for name in names}
            (*end,) = self._ledger.reader.end(topics, list(at.values()))
            split = len(end) - len(at)
            ends = {
                name: (*end[:split], commitment)
                for name, commitment in zip(at, end[split:], strict=True)
            }
        return {name: self._status(by_name[name][0], ends[name], topics, read_at) for name in names}

    def _status(
        self, at: Checkpoint, end: Sequence[Any], topics: tuple[str, ...], read_at: float
    ) -> ProjectionStatus:
        """`end` is what LogReader.end gives, with the commitment at the projection's position."""
        head, stored, latest, *last, commitment = end
        last_of = {topic: position or 0 for topic, position in zip(topics, last, strict=True)}
        rare = self._rare[at.name]
        due = max(last_of[topic] for topic in rare) if rare else head or 0
        return ProjectionStatus(
            at, head or 0, stored or 0, _bytes(latest), _bytes(commitment), due, read_at
        )


_NONE: tuple[None, tuple[Any, ...]] = (None, ())


@lru_cache(maxsize=64)
def _beside(topics: tuple[str, ...]) -> tuple[ColumnElement[Any], ...]:
    """The log's end and the commitment at a projection's position, as columns of the checkpoint's
    query.
    """
    return *end_of_log(topics), commitment_of(checkpoints.projection.c.position)


def _bytes(value: bytes | memoryview | None) -> bytes | None:
    return None if value is None else bytes(value)


def rare_topics(projection: Projection) -> tuple[str, ...]:
    """The topics of a projection that folds no statements; none if it does."""
    topics = projection.TOPICS
    return () if StatementStored.TOPIC in topics else tuple(sorted(topics))
