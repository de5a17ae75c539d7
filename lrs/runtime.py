"""What a process of the store does once at its start."""

from __future__ import annotations

import ctypes
import gc
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

_M_ARENA_MAX, _M_MMAP_THRESHOLD = -8, -3

_LARGE = 1_048_576
"""Bytes of a block that is given back to the system as soon as it is free."""


@contextmanager
def without_automatic_gc() -> Iterator[Callable[[], object]]:
    """Stop the collector's own looking around; gives what looks once.

    Folding makes next to no cycles, and a rebuild does nothing else: a tenth of its time.
    """
    gc.disable()
    try:
        yield gc.collect
    finally:
        gc.enable()


def tune_memory() -> None:
    """Spare the garbage collector what is here for good, and let it look less often.

    A batch of statements is a hundred thousand small objects that live for milliseconds; at the
    default threshold the collector walks through all of them again and again (a third of the
    time of a rebuild). And have glibc keep two heaps instead of one a thread, and none of them
    as large as the largest request it ever saw.

    A thread that comes back from the database waits for the interpreter as long as another may
    hold it, five milliseconds by default; while the projector folds, that would be five for every
    query of a request.
    """
    with suppress(OSError, AttributeError):
        libc = ctypes.CDLL(None)
        libc.mallopt(_M_ARENA_MAX, 2)
        libc.mallopt(_M_MMAP_THRESHOLD, _LARGE)
    sys.setswitchinterval(0.0005)
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
