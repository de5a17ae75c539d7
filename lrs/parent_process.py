"""Makes a process end with the process that started it, even if that one is killed.

Otherwise `kill -9` of a server's first process would leave workers that hold the port, and
`kill -9` of a rebuild's first process would leave processes that go on folding in vain.
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
"""Seconds between two checks of the parent, on systems that send no signal at its end."""


def end_with_parent(linger: float = 0.0) -> None:
    """Send SIGTERM to this process when the process that started it by `multiprocessing` ends, and
    end it `linger` seconds later. Does nothing in a process that was not started so.

    Linux sends the signal itself. On other systems, or if the parent ended before prctl was called,
    a thread notices that the process has another parent.
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
    # To the main thread, because Python runs handlers there; a signal elsewhere does not wake it.
    signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
    time.sleep(linger)
    os._exit(1)
