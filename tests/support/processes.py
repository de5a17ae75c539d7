"""Other processes in a test: started clean, bounded in time, killed at the end if they live."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from multiprocessing.context import ForkServerProcess
from typing import Any

# Each is forked from a process that has done nothing but import: as clean as a new one, in a
# hundredth of the time.
_CONTEXT = multiprocessing.get_context("forkserver")
_CONTEXT.set_forkserver_preload(
    [
        "tests.support.own_projection",
        "api.wsgi",
        "api.cli.main",
        "api.cli.serve",
        "lrs.db.postgres",
        "tests.support.settled",
    ]
)


@contextmanager
def running(
    target: Callable[..., None], arguments: Sequence[Sequence[Any]], *, daemon: bool = True
) -> Iterator[list[ForkServerProcess]]:
    """One process for each tuple of arguments, all at once. A daemon starts no others."""
    processes = [_CONTEXT.Process(target=target, args=tuple(a), daemon=daemon) for a in arguments]
    for process in processes:
        process.start()
    try:
        yield processes
    finally:
        for process in processes:
            process.kill()
            process.join(60)


def forked(target: Callable[..., None], arguments: Sequence[Any]) -> ForkServerProcess:
    """One process that goes on until somebody ends it; it may start others."""
    process = _CONTEXT.Process(target=target, args=tuple(arguments), daemon=False)
    process.start()
    return process


def finish(processes: Sequence[ForkServerProcess], seconds: float) -> None:
    """Wait for all of them, together `seconds` at most, and require that each ended well."""
    deadline = time.monotonic() + seconds
    for process in processes:
        process.join(max(0.0, deadline - time.monotonic()))
    assert [process.exitcode for process in processes] == [0] * len(processes)


def wait_until(true: Callable[[], bool], seconds: float = 60.0) -> float:
    """Look every hundredth of a second until it is true; the seconds that took."""
    began = time.monotonic()
    while not true():
        assert time.monotonic() - began < seconds, f"still not so after {seconds} s"
        time.sleep(0.01)
    return time.monotonic() - began
