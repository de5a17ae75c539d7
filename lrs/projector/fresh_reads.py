"""Reading projections as fresh as the log, and all rows of one generation."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from time import monotonic
from typing import TypeVar

from sqlalchemy import Connection

from lrs.db.engine import Database, snapshot_transaction
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import StorageFull, Unavailable
from lrs.projector import checkpoints
from lrs.projector.batch_runner import BatchRunner, Step
from lrs.projector.checkpoints import Checkpoint
from lrs.projector.status import MIN_ANNOUNCEMENT, ProjectionStatus

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class ReadConsistency:
    """Up to where a projection can be trusted: a position, and the instant it is complete to."""

    position: int
    through: int
    status: ProjectionStatus
    """Where it stood when that was found out."""

    @property
    def is_paused(self) -> bool:
        """Whether it is not to come any further."""
        return self.status.at.paused


class FreshReads:
    """Answers questions to projections. `wait` is how long it lets a projection catch up, in s;
    `stop` is set when the process ends.
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
        """Note that reads are complete up to that instant, if not up to a later one."""
        self._through = max(self._through, instant)

    def reset_through(self) -> None:
        """Note that reads are complete up to no instant that is known yet."""
        self._through = 0

    def status(self, name: str) -> ProjectionStatus:
        """Where the projection stands. Raises Unavailable while it is being made, and once it is
        another program's.
        """
        return self._runner.status_reader.of(name)

    def fresh(self, name: str) -> ReadConsistency:
        """Bring the projection up to the log's head as of now, or wait for whoever does.

        After `wait` seconds it gives what is there; the ReadConsistency tells the truth about it.
        So it does at once for one that is paused.
        """
        status = self._freshened(name)
        return _consistency(status, self._through)

    def query(self, name: str, question: Callable[[Connection], T]) -> tuple[T, ReadConsistency]:
        """The answer that the projection's tables give, as fresh as `fresh` says. The question
        may be put again, so it must change nothing.
        """
        consistency = self.fresh(name)
        return self.query_once(consistency, question), consistency

    def query_once(self, consistency: ReadConsistency, question: Callable[[Connection], T]) -> T:
        """The answer that the projection's tables give, all of them of one making, and none of
        them behind where they stood. Raises Unavailable.
        """

        def read(status: ProjectionStatus) -> T:
            with translate_db_errors(), self._views.read.connect() as connection:
                # On the connection that is asked: it would not outlive a crash that undid commits.
                at = checkpoints.read(connection, status.at.name)
                if at is None or at.generation != status.at.generation:
                    raise Unavailable("view-being-made")
                if at.position < status.at.position:
                    raise Unavailable("index-behind")
                return question(connection)

        return self.retry_if_swapped(consistency.status, read)

    @contextmanager
    def snapshot_read(self, name: str, *others: str) -> Iterator[tuple[Connection, Checkpoint]]:
        """A connection all of whose queries see one state of these projections' tables, and where
        the first of them stands there. Raises Unavailable.
        """
        with self._state(name, *others) as connection:
            at, *_ = (self._ours(connection, each) for each in (name, *others))
            yield connection, at

    @contextmanager
    def fresh_snapshot_read(
        self, name: str, *others: str
    ) -> Iterator[tuple[Connection, ReadConsistency]]:
        """As `snapshot_read`, of a state as fresh as `fresh` says; the ReadConsistency is of that
        state. Only the first of these projections is brought up to the log.
        """
        through = self._through  # before the state: what was complete then is in it
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

    @contextmanager
    def _state(self, *names: str) -> Iterator[Connection]:
        with translate_db_errors(), snapshot_transaction(self._views) as connection:
            if self._views.dialect == "postgresql":
                # Before the first query: what that sees must be in the tables that are there then.
                # Whoever swaps tables locks all of them, the first of a projection's first.
                for each in names:
                    table = self._runner.projections[each].TABLES[0].name
                    connection.exec_driver_sql(f'LOCK TABLE views."{table}" IN ACCESS SHARE MODE')
            yield connection

    def _ours(self, connection: Connection, name: str) -> Checkpoint:
        at = checkpoints.read(connection, name)
        if at is None:
            raise Unavailable("view-being-made")
        self._runner.status_reader.require_ours(at)
        return at

    def retry_if_swapped(
        self, status: ProjectionStatus, read: Callable[[ProjectionStatus], T]
    ) -> T:
        """What `read` finds in the projection's tables, which stand there. Where they are swapped
        for others meanwhile, it reads those. Raises Unavailable where those are a newer program's.
        """
        while True:
            try:
                found = read(status)
            except Exception:
                if self._runner.position(status.at.name).generation == status.at.generation:
                    raise
            else:
                if self._is_same_generation(status):
                    return found
            status = self.status(status.at.name)

    def _freshened(self, name: str) -> ProjectionStatus:
        deadline = monotonic() + self._wait
        status = self.status(name)
        while not (status.is_level or status.at.paused) and monotonic() < deadline:
            try:
                at = self._catch_up(name, status, deadline)
            except StorageFull:
                break  # what is there can still be read
            # Of a rebuild that was known of then; what is remembered may be from before.
            at = replace(at, pending_rebuild=status.at.pending_rebuild)
            status = replace(status, at=at, there=at.commitment)
        return status

    def _is_same_generation(self, status: ProjectionStatus) -> bool:
        """Whether the tables are still those that this status describes. They are if no rebuild was
        known of, and there has been no time for one since: each is known of for MIN_ANNOUNCEMENT at
        least.
        """
        if status.at.pending_rebuild is None and monotonic() - status.asked < MIN_ANNOUNCEMENT / 2:
            return True
        return self._runner.position(status.at.name).generation == status.at.generation

    def _catch_up(self, name: str, status: ProjectionStatus, deadline: float) -> Checkpoint:
        """Fold towards what is due, or wait for whoever does. Where that has led."""
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
                return reached.at  # another thread of this process has been there meanwhile
            step = self._runner.step(self._runner.projections[name])
        reached = self._runner.reached(name)
        if step is Step.BUSY or reached is None:
            self._stop.wait(0.003)
            return self._runner.position(name)
        return reached.at


def _consistency(status: ProjectionStatus, through: int) -> ReadConsistency:
    """Up to where it can be trusted; `through` is up to when reads are known to be complete."""
    complete = max(status.through, through) if status.is_level else status.through
    return ReadConsistency(status.position, complete, status)
