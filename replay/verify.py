"""The whole store verified: the log itself, and each read model that is served against the log."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_EXCEPTION, Executor, Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir
from time import monotonic
from typing import IO, Any

from lrs.domain.errors import Unreachable
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
    executor: Executor,
    *,
    out: IO[bytes] | None = None,
    progress: OnTaskProgress = lambda _: None,
) -> Verification:
    """Check the log and these projections, each as a task of the executor, which may be one of
    processes. With `out`, everything that is found is written there, one JSON object a line.

    Nothing is written but into a temporary folder, which holds the folded read models and is
    removed in any case. Raises Unavailable, Unreachable.
    """
    with _temporary_folder() as folder:
        tasks: dict[str, Future[Any]] = {}
        try:
            everything = out is not None
            tasks[LOG] = executor.submit(check_log, open_source, folder, everything)
            for name in names:
                tasks[name] = executor.submit(check_model, open_source, name, folder, everything)
            _wait(tasks, folder, progress)
            log, *models = (task.result() for task in tasks.values())
        except BrokenProcessPool:
            raise Unreachable(
                "A process of the command was killed, perhaps because memory is short: run it "
                "again with --jobs 1."
            ) from None
        finally:
            stop(folder)
            for task in tasks.values():
                task.cancel()
            wait(tasks.values())
        if out is not None:
            _collect(folder, tasks, out)
    return Verification(log, models)


def _wait(tasks: Mapping[str, Future[Any]], folder: Path, progress: OnTaskProgress) -> None:
    """Wait until all are done. Raises the error of one that has failed."""
    began: dict[str, float] = {}
    meters = {name: Meter(folder, name) for name in tasks}
    while True:
        found = wait(tasks.values(), timeout=EVERY, return_when=FIRST_EXCEPTION)
        for task in found.done:
            task.result()
        if not found.not_done:
            return
        progress(
            {
                name: _progress(done, began.setdefault(name, monotonic()))
                for name, meter in meters.items()
                if not tasks[name].done() and (done := meter.read()) is not None
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
