"""Tuning of the Python runtime, once at the start of a process."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3

_LARGE = 1_048_576
"""Memory blocks of at least so many bytes are returned to the system as soon as they are free."""


@contextmanager
def without_automatic_gc() -> Iterator[Callable[[], object]]:
    """Disable automatic garbage collection; gives the function that collects once.

    Folding creates almost no reference cycles, and automatic collection takes a tenth of a
    rebuild's time.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield gc.collect
    finally:
        if was_enabled:
            gc.enable()


def tune_memory() -> None:
    """Tune the garbage collector, glibc's memory and the switching of threads.

    The collector ignores the objects that exist now, and runs less often. A batch of statements is
    a hundred thousand small objects that live for milliseconds; with the default threshold the
    collector visits all of them again and again, a third of a rebuild's time.

    glibc keeps two heaps instead of one for each thread, and returns large blocks to the system.

    A thread that returns from the database waits for the GIL as long as another thread may hold it:
    by default five milliseconds, for every query of a request while the projector folds.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
