"""What a run of tests has around it: folders in memory, and compiled modules."""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path

import psutil  # type: ignore[import-untyped]

MEMORY = Path("/dev/shm")
NEEDED = 4 << 30
"""Bytes. A run of all tests fills about a gigabyte."""


def use_memory() -> None:
    """Have temporary folders be in memory, for this process and those that it starts: nothing that
    a test keeps need outlive the machine, and on a disk every commit of a database waits for it.

    Not where TMPDIR says where they are to be, nor in the long runs, nor where memory is scarce or
    a program may not be run from there.
    """
    if "TMPDIR" in os.environ or "LRS_TEST_SOAK" in os.environ or not _suits(MEMORY):
        return
    os.environ["TMPDIR"] = str(MEMORY)
    tempfile.tempdir = None  # as it was found before


def _suits(folder: Path) -> bool:
    if not os.access(folder, os.W_OK | os.X_OK):
        return False
    about = os.statvfs(folder)
    room = min(about.f_bavail * about.f_frsize, psutil.virtual_memory().available)
    return room >= NEEDED and not about.f_flag & os.ST_NOEXEC


def keep_bytecode() -> None:
    """Have modules be compiled once, whatever the environment says: tests start hundreds of
    processes, each of which would compile the whole program for two seconds.
    """
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
    sys.dont_write_bytecode = False
