"""Reads of projections that are as fresh as the log, with all rows of one generation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection

from lrs.db.engine import Database, snapshot_transaction
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import StorageFull, Unavailable
from lrs.projections.base import Projection
from lrs.projector import checkpoints
from lrs.projector.batch_runner import BatchRunner, Step
from lrs.projector.checkpoints import Checkpoint
from lrs.projector.status import MIN_ANNOUNCEMENT, ProjectionStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadConsistency:
    """The position and the instant up to which a read of a projection is complete."""

    position: int
    through: int
    status: ProjectionStatus
    """The projection's checkpoint at that time."""

    @property
    def is_paused(self) -> bool:
        """Whether the projection is paused."""
        return self.status.at.paused


@contextmanager
def tables_snapshot(views: Database, projections: Iterable[Projection]) -> Iterator[Connection]:
    """A connection whose queries all see one state of these projections' tables, which no swap
    replaces meanwhile.
    """
    with translate_db_errors(), snapshot_transaction(views) as connection:
        if views.dialect == "postgresql":
            # Before the first query, so that its snapshot belongs to the locked tables. A swap
            # locks all tables of a projection, beginning with the first.
            for projection in projections:
                table = projection.TABLES[0].name
                connection.exec_driver_sql(f'LOCK TABLE views."{table}" IN ACCESS SHARE MODE')
        yield connection


class FreshReads:
    """Runs queries on projections. `wait` is how long a read lets a projection catch up, in
    seconds; `stop` is set when the process ends.
    """

    def __init__(
        self, runner: BatchRunner, views: Database, wait: float, stop: threading.Event
    ) -> None:
        self._runner = runner
        self._views = views
        self._wait = wait
        self._stop = stop
        self._through = 0

    @property
    def through(self) -> int:
        """The latest instant up to which reads are known to be complete, in microseconds."""
        return self._through

    def raise_through(self, instant: int) -> None:
        """Record that reads are complete up to that instant, unless a later one is known."""
        self._through = max(self._through, instant)

    def reset_through(self) -> None:
        """Record that no instant is known up to which reads are complete."""
        self._through = 0

    def status(self, name: str) -> ProjectionStatus:
        """The projection's status. Raises Unavailable while it is being built, and once it belongs
        to another program.
        """
        return self._runner.status_reader.of(name)

    def fresh(self, name: str) -> ReadConsistency:
        """Bring the projection up to the present head of the log, or wait for the process that
        does.

        After `wait` seconds it returns the consistency that the projection has reached by then. For
        a paused projection it does so at once.
        """
        status = self._freshened(name)
        return _consistency(status, self._through)

    def query(self, name: str, question: Callable[[Connection], T]) -> tuple[T, ReadConsistency]:
        """The query's result, as fresh as `fresh` says. The query may run several times, so it must
        not change anything.
        """
        consistency = self.fresh(name)
        return self.query_once(consistency, question), consistency

    def query_once(self, consistency: ReadConsistency, question: Callable[[Connection], T]) -> T:
        """The query's result, from tables of one generation that are not behind their present
        checkpoint. Raises Unavailable.
        """

        def read(status: ProjectionStatus) -> T:
            with translate_db_errors(), self._views.read.connect() as connection:
                # On the query's own connection: it would not survive a crash that undid commits.
                at = checkpoints.read(connection, status.at.name)
                if at is None or at.generation != status.at.generation:
                    raise Unavailable("view-being-made")
                if at.position < status.at.position:
                    raise Unavailable("index-behind")
                return question(connection)

        return self.retry_if_swapped(consistency.status, read)

    @contextmanager
    def snapshot_read(self, name: str, *others: str) -> Iterator[tuple[Connection, Checkpoint]]:
        """A connection whose queries all see one state of these projections' tables, and the status
        of the first of them in that state. Raises Unavailable.
        """
        with self._state(name, *others) as connection:
            at, *_ = (self._ours(connection, each) for each in (name, *others))
            yield connection, at

    @contextmanager
    def fresh_snapshot_read(
        self, name: str, *others: str
    ) -> Iterator[tuple[Connection, ReadConsistency]]:
        """Like `snapshot_read`, with a state as fresh as `fresh` says, and the ReadConsistency of
        that state. Only the first of these projections is brought up to the log.
        """
        through = (
            self._through
        )  # read before the snapshot, which so includes everything that was complete then
        with self._state(name, *others) as connection:
            status = self._runner.status_reader.in_snapshot(connection, name)
            if status.is_level:
                for each in others:
                    self._ours(connection, each)
                yield connection, _consistency(status, through)
                return
        consistency = self.fresh(name)
        with self.snapshot_read(name, *others) as (connection, at):
            complete = (
                at.stored
                if at.position < consistency.position
                else max(consistency.through, at.stored)
            )
            status = replace(consistency.status, at=at)
            yield connection, ReadConsistency(at.position, complete, status)

    def _state(self, *names: str) -> AbstractContextManager[Connection]:
        return tables_snapshot(self._views, [self._runner.projections[name] for name in names])

    def _ours(self, connection: Connection, name: str) -> Checkpoint:
        at = checkpoints.read(connection, name)
        if at is None:
            raise Unavailable("view-being-made")
        self._runner.status_reader.require_ours(at)
        return at

    def retry_if_swapped(
        self, status: ProjectionStatus, read: Callable[[ProjectionStatus], T]
    ) -> T:
        """The result of `read` on the projection's tables with that status. If the tables are
        swapped meanwhile, it reads the new ones. Raises Unavailable if these belong to a newer
        program.
        """
        while True:
            try:
                result = read(status)
            except Exception:
                if self._runner.position(status.at.name).generation == status.at.generation:
                    raise
            else:
                if self._is_same_generation(status):
                    return result
            status = self.status(status.at.name)

    def _freshened(self, name: str) -> ProjectionStatus:
        deadline = monotonic() + self._wait
        status = self.status(name)
        while not (status.is_level or status.at.paused) and monotonic() < deadline:
            try:
                at = self._catch_up(name, status, deadline)
            except StorageFull:
                break  # the present rows can still be read
            # Take the pending rebuild of the present status; the remembered one may be older.
            at = replace(at, pending_rebuild=status.at.pending_rebuild)
            status = replace(status, at=at, there=at.commitment)
        return status

    def _is_same_generation(self, status: ProjectionStatus) -> bool:
        """Whether the tables are still of the generation of this status. They are if no rebuild was
        pending and less than MIN_ANNOUNCEMENT has passed: each rebuild is announced at least that
        long before its swap.
        """
        if status.at.pending_rebuild is None and monotonic() - status.asked < MIN_ANNOUNCEMENT / 2:
            return True
        return self._runner.position(status.at.name).generation == status.at.generation

    def _catch_up(self, name: str, status: ProjectionStatus, deadline: float) -> Checkpoint:
        """Fold up to the due position, or wait for the process that does. Returns the status
        afterwards.
        """
        with self._runner.exclusively(name, deadline - monotonic()) as is_ours:
            if not is_ours:
                return self._runner.position(name)
            reached = self._runner.reached(name)
            if (
                reached is not None
                and reached.when >= status.asked
                and reached.at.position >= status.due
                and reached.at.generation == status.at.generation
            ):
                return reached.at  # another thread of this process has folded meanwhile
            step = self._runner.step(self._runner.projections[name])
        reached = self._runner.reached(name)
        if step is Step.BUSY or reached is None:
            self._stop.wait(0.003)
            return self._runner.position(name)
        return reached.at


def _consistency(status: ProjectionStatus, through: int) -> ReadConsistency:
    """The consistency of a read with that status; `through` is the instant up to which reads are
    known to be complete.
    """
    complete = max(status.through, through) if status.is_level else status.through
    return ReadConsistency(status.position, complete, status)
