"""A process that ends with the one that started it, also where that one is killed.

`kill -9` of a server's first process would leave workers that keep the port, and of a rebuild's one
processes that go on folding for nobody.
"""

from __future__ import annotations

import ctypes
import os
import signal
import sys
import threading
import time
from contextlib import suppress
from multiprocessing import parent_process

_PR_SET_PDEATHSIG = 1

LOOK = 1.0
"""Seconds between two looks at the parent where the system tells nothing of its end."""


def end_with_parent(linger: float = 0.0) -> None:
    """Have this process get SIGTERM when the process that started it by `multiprocessing` ends, and
    end for good `linger` seconds later. It does nothing in a process that was started otherwise.

    Linux sends the signal itself; elsewhere, and where the parent ended before Linux was asked, a
    thread notices that the process has another parent now.
    """
    parent = parent_process()
    if parent is None or parent.pid is None:
        return
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
    watching = threading.Thread(
        target=_watch, args=(parent.pid, linger), name="parent-watch", daemon=True
    )
    watching.start()


def _watch(parent: int, linger: float) -> None:
    while os.getppid() == parent:
        time.sleep(LOOK)
    # To the main thread: Python runs handlers there, and another thread's signal does not wake it.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(linger)
    os._exit(1)
