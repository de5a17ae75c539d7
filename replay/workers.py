"""The processes that fold, of this machine or of a cluster: Python folds on one core a process."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from multiprocessing import get_context
from typing import Any

from lrs.domain.errors import Unreachable
from lrs.parent_process import end_with_parent
from lrs.projector.rebuild.split import InThisThread, OpenLog, Workers
from lrs.runtime import tune_memory

__all__ = ["Workers", "cluster", "process_pool", "workers"]

CONNECTING = 10
"""Seconds that a scheduler has to answer."""


def process_pool(count: int, begin: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """So many processes, which end with this one. Each calls `begin`, which is pickled, first."""
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_settle, initargs=(begin,))


@contextmanager
def workers(
    open_log: OpenLog, jobs: int, begin: Callable[[], None] | None = None
) -> Iterator[Workers]:
    """So many processes of this machine, or this thread if it is one. Each process calls `begin`,
    which is pickled, first.
    """
    if jobs == 1:
        yield Workers(InThisThread(), 0, open_log)
        return
    with process_pool(jobs, begin) as pool:
        yield Workers(pool, jobs, open_log)


@contextmanager
def cluster(open_log: OpenLog, address: str) -> Iterator[Workers]:
    """The Dask cluster whose scheduler has that address. Its workers must have this program, and
    reach the log. Raises Unreachable.
    """
    with _client(address) as client:
        count = sum(client.nthreads().values())
        if not count:
            raise Unreachable(f"The Dask scheduler at {address} has no workers.")
        client.run(tune_memory)
        yield Workers(client.get_executor(pure=False), count, open_log)


def _client(address: str) -> Any:
    try:
        distributed: Any = import_module("distributed")
    except ImportError:
        raise Unreachable(
            "A cluster needs Dask, which is not installed: pip install 'zachetka[dask]'."
        ) from None
    try:
        return distributed.Client(address, timeout=CONNECTING, set_as_default=False)
    except (OSError, ValueError) as error:
        raise Unreachable(f"There is no Dask scheduler at {address}.") from error


def _settle(begin: Callable[[], None] | None) -> None:
    """Whoever presses Ctrl-C means the process that waits, and that one cancels. Where it is
    killed, nobody waits any more.
    """
    if begin is not None:
        begin()
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tune_memory()
