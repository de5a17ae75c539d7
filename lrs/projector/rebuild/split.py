"""Folding a whole log into empty tables, with the work split over the processes of an executor.

Ranges of positions are scanned, each as a task of its own: it reads and decodes the events, and
finds what they say. This process writes what was found, in the order of the log, and keeps what
concerns shards in a file. Then the shards are folded, each as a task, and merged in any order. The
rows do not depend on the number of ranges, shards or processes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future
from contextlib import AbstractContextManager, contextmanager, nullcontext
from dataclasses import dataclass, replace
from typing import Any, NamedTuple, TypeVar

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import LogDiverged, LrsError, Unreachable
from lrs.domain.events import RecordedEvent
from lrs.ledger import KnownLog, Ledger, ReadableLog
from lrs.projections.base import STATEMENT_TOPICS, Projection, Scanned, SplitFold, SplitProjection
from lrs.projector import checkpoints
from lrs.projector.batch_runner import LARGE_BATCH, ROUNDS, BatchRunner
from lrs.projector.event_batches import BatchSource, log_part
from lrs.projector.quarantine import describe_error
from lrs.projector.rebuild.shard_file import ShardFile
from lrs.runtime import without_automatic_gc

T = TypeVar("T")

OnPosition = Callable[[int], None]
"""Called with a position of the log that says how far the work is; it may raise to end the work."""

PER_SHARD = 20_000
"""Positions of the log for each shard: while it is folded it takes some 70 MB."""

SCANNING = 0.6
"""The part of the time that scanning takes; the shards take the rest."""


OpenLog = Callable[[], AbstractContextManager[Ledger]]
"""How a task gets at the log. It is pickled where the executor has other processes."""


@dataclass(frozen=True, slots=True)
class Workers:
    """Who does the work: an executor that runs `count` tasks at once beside this thread, or, where
    `count` is 0, this thread.
    """

    executor: Executor
    count: int
    open_log: OpenLog


class SplitFailed(Exception):
    """An event cannot be folded, for this reason: only folding batch by batch can find which
    event.
    """


class InThisThread(Executor):
    """An executor that runs each task when it is submitted."""

    def submit(self, fn: Callable[..., T], /, *args: Any, **kwargs: Any) -> Future[T]:
        future: Future[T] = Future()
        try:
            future.set_result(fn(*args, **kwargs))
        except Exception as error:
            future.set_exception(error)
        return future


def in_this_thread(ledger: Ledger) -> Workers:
    """The workers of a process that folds alone."""
    return Workers(InThisThread(), 0, lambda: nullcontext(ledger))


class ScannedPart(NamedTuple):
    """What a part of the log says, by projection; `before` is the commitment of the event before
    the part, `stored` and `commitment` are those of its last event.
    """

    first: int
    last: int
    before: bytes | None
    stored: int
    commitment: bytes
    scanned: Mapping[str, Scanned]


def fold_split(
    log: ReadableLog,
    database: Database,
    projections: Sequence[Projection],
    workers: Workers,
    progress: OnPosition = lambda _: None,
) -> None:
    """Fold the whole log into the empty tables of these projections. Raises SplitFailed, and
    Unreachable where the workers fail.
    """
    until = log.reader.head()[0]
    split = [p for p in projections if isinstance(p, SplitProjection)]
    if until <= LARGE_BATCH:  # one scan, for which no other process need be started
        workers = replace(workers, executor=InThisThread(), count=0)
    if split and until:
        with without_automatic_gc() as collect:
            _SplitRun(log, database, split, workers, until, progress, collect).run()
    others = [p for p in projections if p not in split]
    if others:  # of few events, which are folded quickly
        BatchRunner(log, database, others, LARGE_BATCH).catch_up(
            progress=progress if not split else lambda _: None
        )
    progress(until)


class _SplitRun:
    def __init__(
        self,
        log: ReadableLog,
        database: Database,
        projections: Sequence[SplitProjection],
        workers: Workers,
        until: int,
        progress: OnPosition,
        collect: Callable[[], object],
    ) -> None:
        self._log, self._database = log, database
        self._projections = {p.NAME: p for p in projections}
        self._folds: dict[str, SplitFold] = {p.NAME: p.new_split_fold() for p in projections}
        self._workers, self._until = workers, until
        self._progress, self._collect = progress, collect
        self._scanning = SCANNING if any(p.SHARDED for p in projections) else 1.0
        """The part of the time that scanning takes."""

    def run(self) -> None:
        with ShardFile() as kept:
            with _failing():
                contexts = self._begin()
            end = self._scan_all(contexts, kept)
            with _failing(), self._database.write.begin() as connection:
                for fold in self._folds.values():
                    fold.settle(connection)
            self._fold_shards(kept)
        self._advance(end)

    def _begin(self) -> dict[str, Any]:
        """What scans need to know, by projection."""
        topics = frozenset().union(*(p.TOPICS for p in self._projections.values()))
        events = list(self._events(topics - STATEMENT_TOPICS))
        shards = 1 + self._until // PER_SHARD
        with self._database.write.begin() as connection:
            return {
                name: fold.begin(
                    [e for e in events if e.event.TOPIC in self._projections[name].TOPICS],
                    shards,
                    connection,
                )
                for name, fold in self._folds.items()
            }

    def _events(self, topics: frozenset[str]) -> Iterator[RecordedEvent]:
        """The log's events of these topics."""
        first = 1
        while topics and (
            page := self._log.reader.sequence(first, LARGE_BATCH, self._until, topics)
        ):
            for logged in page:
                event = self._log.decoded(logged)
                if event is not None:
                    yield RecordedEvent(logged.position, logged.stored, event)
            first = page[-1].position + 1

    def _scan_all(self, contexts: Mapping[str, Any], kept: ShardFile) -> ScannedPart:
        """Write what scans of the whole log find. Returns the last part. Raises LogDiverged where
        workers have read another log, or one that ends earlier.
        """
        projections = list(self._projections.values())
        tasks = (
            (
                self._workers.open_log,
                projections,
                first,
                min(first + LARGE_BATCH - 1, self._until),
                contexts,
            )
            for first in range(1, self._until + 1, LARGE_BATCH)
        )
        end: ScannedPart | None = None
        for number, parts in enumerate(self._results(scan_range, tasks), start=1):
            for part in parts:
                _require_next(end, part)
                with _failing():
                    self._write(part, kept)
                end = part
            if end is not None:
                self._progress(int(self._scanning * end.last))
            if number % ROUNDS == 0:
                self._collect()
        head = self._log.reader.commitment_at(self._until)
        if end is None or (end.last, end.commitment) != (self._until, head):
            raise LogDiverged("log-diverged")
        return end

    def _write(self, part: ScannedPart, kept: ShardFile) -> None:
        in_log = log_part(self._log, part.first, part.last)
        with self._database.write.begin() as connection:
            for name, fold in self._folds.items():
                scanned = part.scanned[name]
                fold.write(scanned, in_log, connection)
                for shard, found in scanned.shards.items():
                    kept.add((name, shard), found)

    def _fold_shards(self, kept: ShardFile) -> None:
        """Fold and merge what was found of shards."""
        shards = kept.shards()
        tasks = (
            (self._projections[name], self._folds[name].work(shard), kept.read((name, shard)))
            for name, shard in shards
        )
        results = self._results(fold_shard, tasks)
        for done, ((name, _), folded) in enumerate(zip(shards, results, strict=True), start=1):
            with _failing(), self._database.write.begin() as connection:
                self._folds[name].merge(folded, connection)
            part = self._scanning + (1 - self._scanning) * done / len(shards)
            self._progress(int(part * self._until))
            self._collect()
        with _failing(), self._database.write.begin() as connection:
            for fold in self._folds.values():
                fold.finish(connection)

    def _results(self, task: Callable[..., T], arguments: Iterable[tuple[Any, ...]]) -> Iterator[T]:
        """The results of the task for these arguments, in their order. Some tasks are submitted
        ahead, so that all processes are busy and memory stays bounded.
        """
        waiting: deque[Future[T]] = deque()
        try:
            for of_one in arguments:
                with _worker_errors():
                    waiting.append(self._workers.executor.submit(task, *of_one))
                if len(waiting) > 2 * self._workers.count:
                    yield _result(waiting.popleft())
            while waiting:
                yield _result(waiting.popleft())
        finally:
            for future in waiting:
                future.cancel()

    def _advance(self, end: ScannedPart) -> None:
        """Set the checkpoints to the last event."""
        with translate_db_errors(), self._database.write.begin() as connection:
            for name in self._projections:
                at = checkpoints.read(connection, name)
                assert at is not None
                reached = replace(
                    at, position=end.last, stored=end.stored, commitment=end.commitment,
                    folded=self._log.now(),
                )  # fmt: skip
                checkpoints.advance(connection, reached)


def scan_range(
    open_log: OpenLog,
    projections: Sequence[SplitProjection],
    first: int,
    last: int,
    contexts: Mapping[str, Any],
) -> list[ScannedPart]:
    """Scan the events at these positions: one part, or several where they are large."""
    parts: list[ScannedPart] = []
    with _failing(), without_automatic_gc(), open_log() as ledger:
        log = KnownLog(ledger, last)
        batches = BatchSource(log, projections)
        position, before = first - 1, log.reader.commitment_at(first - 1)
        while position < last and (
            decoded := batches.statements((position, before), last - position)
        ):
            page = decoded.page
            scanned = {
                p.NAME: p.scan(decoded.batch.of_topics(p.TOPICS), contexts[p.NAME])
                for p in projections
            }
            parts.append(
                ScannedPart(position + 1, page.last, before, page.stored, page.commitment, scanned)
            )
            position, before = page.last, page.commitment
    return parts


def fold_shard(projection: SplitProjection, work: Any, parts: Sequence[bytes]) -> Any:
    """Fold one shard of the projection."""
    with _failing(), without_automatic_gc():
        return projection.fold_shard(work, parts)


def _require_next(end: ScannedPart | None, part: ScannedPart) -> None:
    """Raises LogDiverged unless the part follows the one before: in a log that has lost events
    positions may be missing between them, but none at which a worker has seen an event.
    """
    last, commitment = (end.last, end.commitment) if end is not None else (0, None)
    adjoins = last == part.first - 1
    if (adjoins and commitment != part.before) or (not adjoins and part.before is not None):
        raise LogDiverged("log-diverged")


@contextmanager
def _failing() -> Iterator[None]:
    """Raises SplitFailed for errors that an event may have caused, and Unreachable where memory is
    short.
    """
    try:
        with translate_db_errors():
            yield
    except LrsError:
        raise
    except MemoryError as error:
        raise Unreachable("There is too little memory to fold the log.") from error
    except Exception as error:
        raise SplitFailed(describe_error(error)) from error


def _result(future: Future[T]) -> T:
    with _worker_errors():
        return future.result()


@contextmanager
def _worker_errors() -> Iterator[None]:
    """Raises Unreachable where a worker failed, and not the task that it had."""
    try:
        yield
    except (LrsError, SplitFailed):
        raise
    except BrokenExecutor as error:
        raise Unreachable(
            "A process that folded was killed, perhaps because memory was short: what was "
            "there before is unchanged. Run the command again with fewer processes, by --jobs."
        ) from error
    except Exception as error:  # whatever a cluster raises that loses a worker or its own way
        raise Unreachable(f"A worker has failed ({describe_error(error)}).") from error
