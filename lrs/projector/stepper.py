"""Folding the log into projections, batch by batch, under each projection's lock."""

from __future__ import annotations

import threading
from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from enum import Enum
from pathlib import Path

import structlog
from sqlalchemy import Connection, func, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.schema import CreateSchema

from lrs.database import Database, begin_at_once
from lrs.domain.errors import Unavailable
from lrs.faults import honest_errors, is_away, is_full
from lrs.ledger import Ledger, Page
from lrs.process import collecting_by_hand
from lrs.projections import positions
from lrs.projections.checksum import checksum
from lrs.projections.positions import Position
from lrs.projections.projection import STATEMENTS, Projection
from lrs.projections.tables import metadata
from lrs.projector.adopt import adopt
from lrs.projector.batches import Batches
from lrs.projector.standing import Standing, Standings

log = structlog.get_logger(__name__)

LARGE_BATCH = 4_000
"""Events folded at once where nobody waits for the lock, as in a rebuild."""


ROUNDS = 25
"""Large batches after which a rebuild has the garbage collected."""


class Step(Enum):
    """What one step found: nothing to fold, a batch with no more behind it, or a full one."""

    IDLE = 0
    SOME = 1
    FULL = 2
    BUSY = 3
    """Another worker has the projection."""


_UNFINISHED = (Step.FULL, Step.BUSY)


class Stepper:
    """Folds the log into projections, `batch` events at a time, whoever asks for it."""

    def __init__(
        self, ledger: Ledger, views: Database, projections: Sequence[Projection], batch: int
    ) -> None:
        self._ledger = ledger
        self._views = views
        self.projections = {p.NAME: p for p in projections}
        self._batch = batch
        self._locks = {name: threading.RLock() for name in self.projections}
        self._begun: dict[str, str] = {}
        self._reached: dict[str, Position] = {}
        self._standings = Standings(ledger, views, self.projections)
        self._stop = threading.Event()
        self._batches = Batches(ledger)

    def prepare(self) -> None:
        """Make the tables; begin anew each projection of another version or of another log.

        Ahead of the log, or at a position whose event is another one, means the log was restored
        or failed over: what was folded may never have happened.
        """
        with honest_errors(), self._views.write.begin() as connection:
            if self._views.dialect == "postgresql":
                connection.execute(_MIGRATION_LOCK)
                connection.execute(CreateSchema("views", if_not_exists=True))
            metadata.create_all(connection, tables=list(positions.TABLES))
            for projection in self.projections.values():
                at = positions.read(connection, projection.NAME)
                reason = self._staleness(projection, at)
                if reason is not None:
                    log.info("projection-begins", projection=projection.NAME, reason=reason)
                    self._begin(connection, projection)

    def rebuild(
        self, names: Collection[str], progress: Callable[[int], None] = lambda _: None
    ) -> int:
        """Drop these projections and fold the whole log again. The position reached."""
        with honest_errors(), self._views.write.begin() as connection:
            for name in names:
                self._begin(connection, self.projections[name])
        return self.catch_up(names, progress)

    def adopt(self, name: str, file: Path) -> None:
        """Take the projection over from another SQLite file, where it was folded."""
        with self._locks[name]:
            adopt(self._views, self.projections[name], file)

    def catch_up(
        self, names: Collection[str] = (), progress: Callable[[int], None] = lambda _: None
    ) -> int:
        """Fold until these projections, or all, are at the log's head. The position reached.

        They advance side by side, so that each part of the log is read and decoded once.
        `progress` is told the position after each round.
        """
        names = names or list(self.projections)
        left, rounds = [self.projections[name] for name in names], 0
        with ThreadPoolExecutor(len(left)) as pool, collecting_by_hand() as collect:
            # PostgreSQL works for one projection while Python folds the next; SQLite has one
            # writer, and threads would only wait for each other.
            each = pool.map if self._views.dialect == "postgresql" else map
            while left:
                at = [self.position(p.NAME).position for p in left if p.TOPICS >= STATEMENTS]
                if at:
                    self._batches.statements(min(at), LARGE_BATCH)
                steps = list(each(lambda p: self.step(p, LARGE_BATCH), left))
                left = [p for p, step in zip(left, steps, strict=True) if step in _UNFINISHED]
                if Step.BUSY in steps:
                    self._stop.wait(0.01)
                progress(min(self.position(name).position for name in names))
                rounds += 1
                if rounds % ROUNDS == 0:
                    collect()
        self._batches.forget()
        return min(self.position(name).position for name in names)

    def checksum(self, name: str) -> str:
        """A digest of all the projection's rows: equal rows, equal digest."""
        with honest_errors(), self._views.read.connect() as connection:
            if self._views.dialect == "postgresql":  # one snapshot, and cursors on the server
                connection.execution_options(isolation_level="REPEATABLE READ")
            return checksum(connection, self.projections[name].TABLES)

    def step(self, projection: Projection, limit: int | None = None) -> Step:
        """Fold one batch. An event that cannot be folded is found by halving, and set aside."""
        with self._locks[projection.NAME]:
            return self._step(projection, limit or self._batch)

    def position(self, name: str) -> Position:
        """Where the projection stands. Raises Unavailable while it is being made."""
        with honest_errors(), self._views.read.connect() as connection:
            at = positions.read(connection, name)
        if at is None:
            raise Unavailable("view-being-made")
        return at

    def _step(self, projection: Projection, limit: int) -> Step:
        at: Position | None = None
        try:
            with honest_errors(), begin_at_once(self._views) as connection:
                at = positions.hold(connection, projection.NAME) if connection else None
                if connection is None or at is None:
                    return Step.BUSY
                self._require_ours(projection, at)
                if self._begun.get(projection.NAME) != at.begun:
                    projection.forget()
                    self._begun[projection.NAME] = at.begun
                decoded = self._batches.next(projection, at.position, limit)
                if decoded is None:
                    self._reached[projection.NAME] = at
                    return Step.IDLE
                projection.apply(decoded.batch, connection)
                _advance(connection, projection.NAME, decoded.page)
        except Exception as error:
            projection.forget()
            if at is None or isinstance(error, Unavailable) or _is_infrastructure(error):
                raise
            return self._isolate(projection, at, limit, error)
        page = decoded.page
        self._reached[projection.NAME] = replace(at, position=page.last, stored=page.stored)
        return Step.FULL if page.count == limit else Step.SOME

    def standings(self) -> dict[str, Standing]:
        """Where every projection stands. Raises Unavailable while one is being made."""
        return self._standings.all()

    def standing(self, name: str) -> Standing:
        """Where that one stands. Raises Unavailable while it is being made."""
        return self._standings.of(name)

    def _isolate(self, projection: Projection, at: Position, limit: int, error: Exception) -> Step:
        """Halve the batch after `at`, which could not be folded, until the event at fault stands
        alone; unless another worker has come past it meanwhile.
        """
        page = self._batches.page(projection, at.position, limit)
        if limit > 1:
            return self.step(projection, max(1, page.count // 2))
        text = f"{type(error).__name__}: {error}"[:500]
        log.error("event-quarantined", projection=projection.NAME, position=page.last, error=text)
        with honest_errors(), self._views.write.begin() as connection:
            held = positions.hold(connection, projection.NAME)
            if held is None or held.position != at.position:
                return Step.BUSY
            positions.set_aside(connection, projection.NAME, page.last, text)
            _advance(connection, projection.NAME, page)
        self._reached[projection.NAME] = replace(at, position=page.last, stored=page.stored)
        return Step.FULL

    def _require_ours(self, projection: Projection, at: Position) -> None:
        """Keep off tables that a newer program, or one on another log, has begun anew."""
        if (at.version, at.log_id) != (projection.VERSION, self._ledger.log_id):
            raise Unavailable("view-replaced", projection=projection.NAME)

    def _staleness(self, projection: Projection, at: Position | None) -> str | None:
        if at is None:
            return "new"
        if at.version != projection.VERSION:
            return "other version"
        if at.log_id != self._ledger.log_id:
            return "other log"
        if at.position and self._ledger.reader.commitment_at(at.position) != at.commitment:
            return "the log was restored"
        return None

    def _begin(self, connection: Connection, projection: Projection) -> None:
        tables = list(projection.TABLES)
        # The row first: it waits for the batch under way, which would wait for dropped tables.
        positions.remove(connection, projection.NAME)
        metadata.drop_all(connection, tables=tables)
        metadata.create_all(connection, tables=tables)
        positions.create(connection, projection.NAME, projection.VERSION, self._ledger.log_id)


_MIGRATION_LOCK = select(func.pg_advisory_xact_lock(0x7A61_6368_7669_6577))


def _advance(connection: Connection, name: str, page: Page) -> None:
    positions.advance(
        connection, name, position=page.last, stored=page.stored, commitment=page.commitment
    )


def _is_infrastructure(error: Exception) -> bool:
    return isinstance(error, SQLAlchemyError) and (is_away(error) or is_full(error))
