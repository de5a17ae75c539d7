"""The whole store verified: the log itself, and each read model that is served against the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, Future, wait
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import monotonic
from typing import IO

from lrs.domain.errors import Unreachable
from lrs.projector.rebuild.split import Workers
from replay.findings import Meter, stop
from replay.log_check import LOG, LogReport, check_log
from replay.model_check import ModelReport, check_model
from replay.read_only_store import OpenStore

EVERY = 0.5
"""Seconds between two calls of `progress`."""


@dataclass(frozen=True, slots=True)
class Verification:
    """What was found of the log, and of each read model."""

    log: LogReport
    models: Sequence[ModelReport]

    @property
    def is_clean(self) -> bool:
        """Whether the log has no fault, and every read model is what the log gives."""
        return not self.log.faults and all(model.is_identical for model in self.models)


@dataclass(frozen=True, slots=True)
class TaskProgress:
    """How far one of the tasks is: `done` from 0 to 1, and the seconds that are probably left, None
    while that cannot be told.
    """

    done: float
    seconds_left: float | None


OnTaskProgress = Callable[[Mapping[str, TaskProgress]], None]
"""Called with the tasks that are under way: `log`, and the projections by name."""


def verify(
    names: Sequence[str],
    open_source: OpenStore,
    workers: Workers,
    beside: Executor,
    *,
    out: IO[bytes] | None = None,
    progress: OnTaskProgress = lambda _: None,
) -> Verification:
    """Check the log, as a task of the executor `beside`, which is of this machine; meanwhile fold
    these projections, one after the other, by the workers, and compare them. With `out`, everything
    that is found is written there, one JSON object a line.

    Nothing is written but into a temporary folder, which holds the folded read models and is
    removed in any case. Raises Unavailable, Unreachable.
    """
    everything = out is not None
    with _temporary_folder() as folder:
        log = beside.submit(check_log, open_source, folder, everything)
        watch = _Watch(log, Meter(folder, LOG), progress)
        try:
            models = [
                check_model(
                    open_source,
                    name,
                    folder,
                    workers,
                    everything=everything,
                    progress=partial(watch.look, name),
                )
                for name in names
            ]
            while not log.done():
                wait([log], timeout=EVERY)
                watch.look()
            found = Verification(log.result(), models)
        except BrokenExecutor:
            raise Unreachable(
                "A process of the command was killed, perhaps because memory is short: run it "
                "again with --jobs 1."
            ) from None
        finally:
            stop(folder)
            log.cancel()
            wait([log])
        if out is not None:
            _collect(folder, [LOG, *names], out)
    return found


class _Watch:
    """Tells how far the check of the log is, and that of the read model that is folded."""

    def __init__(self, log: Future[LogReport], meter: Meter, progress: OnTaskProgress) -> None:
        self._log, self._meter, self._progress = log, meter, progress
        self._began: dict[str, float] = {}
        self._told = monotonic()

    def look(self, name: str = "", done: float = 0.0) -> None:
        """Note how far the task of that name is, and tell it now and then. Raises the error of the
        log's check if that has failed.
        """
        now = monotonic()
        if name:
            self._began.setdefault(name, now)
        if now - self._told < EVERY:
            return
        self._told = now
        if self._log.done():
            self._log.result()
        tasks = {LOG: None if self._log.done() else self._meter.read()}
        if name:
            tasks[name] = done
        self._progress(
            {
                task: _progress(far, self._began.setdefault(task, now))
                for task, far in tasks.items()
                if far is not None
            }
        )


def _progress(done: float, began: float) -> TaskProgress:
    seconds = monotonic() - began
    return TaskProgress(done, seconds * (1 - done) / done if done and seconds else None)


@contextmanager
def _temporary_folder() -> Iterator[Path]:
    """A folder for the folded read models."""
    try:
        folder = TemporaryDirectory(prefix="zachetka-verify-")
    except OSError as error:
        raise Unreachable(
            f"No temporary folder can be made ({error.strerror}): name one that can be written to "
            "by TMPDIR."
        ) from error
    with folder as path:
        try:
            yield Path(path)
        except OSError as error:
            raise Unreachable(
                f"The temporary folder {gettempdir()} cannot be used ({error.strerror}): name "
                "another one by TMPDIR."
            ) from error


def _collect(folder: Path, names: Iterable[str], out: IO[bytes]) -> None:
    """Write what each task has found, in their order."""
    for name in names:
        with (folder / f"{name}.jsonl").open("rb") as found:
            while part := found.read(1 << 20):
                try:
                    out.write(part)
                    out.flush()
                except OSError as error:
                    raise Unreachable(
                        f"What was found cannot be written into {out.name} ({error.strerror})."
                    ) from error
