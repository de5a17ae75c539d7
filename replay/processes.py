"""Processes that fold: Python folds on one core a process."""

from __future__ import annotations

import signal
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context

from lrs.parent_process import end_with_parent
from lrs.runtime import tune_memory


def process_pool(count: int, begin: Callable[[], None] | None = None) -> ProcessPoolExecutor:
    """So many processes, which end with this one. Each calls `begin`, which is pickled, first."""
    return ProcessPoolExecutor(count, get_context("spawn"), initializer=_settle, initargs=(begin,))


def _settle(begin: Callable[[], None] | None) -> None:
    """Whoever presses Ctrl-C means the process that waits, and that one cancels. Where it is
    killed, nobody waits any more.
    """
    if begin is not None:
        begin()
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    tune_memory()
