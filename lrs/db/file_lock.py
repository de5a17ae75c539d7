"""A lock between processes: the write lock of an empty SQLite file, which ends with its process."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from lrs.domain.errors import Unavailable
from lrs.file_access import GroupAccess, make_file

TIMEOUT = 1.0
"""Seconds to wait for the lock: a process that checks whether it is held takes it for a moment."""


class FileLock:
    """The file stays. If it were deleted while another process is about to lock it, two processes
    could each hold a lock.
    """

    def __init__(self, path: Path, access: GroupAccess = GroupAccess.NONE) -> None:
        self._path = path
        self._access = access

    @contextmanager
    def held(self, conflict: Callable[[], Exception]) -> Iterator[None]:
        """Hold the lock. Raises `conflict` if another process holds it, and Unavailable where the
        file cannot be made or locked.
        """
        try:
            make_file(self._path, self._access)
        except OSError as error:
            raise Unavailable("unavailable") from error
        with closing(self._opened(TIMEOUT)) as connection:
            try:
                connection.execute("BEGIN IMMEDIATE")
            except sqlite3.OperationalError as error:
                if _is_locked(error):
                    raise conflict() from None
                raise Unavailable("unavailable") from error
            yield

    def is_held(self) -> bool:
        """Whether any process holds the lock."""
        if not self._path.exists():
            return False
        try:
            with closing(self._opened(0.0)) as connection:
                connection.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError as error:
            return _is_locked(error)
        return False

    def _opened(self, patience: float) -> sqlite3.Connection:
        try:
            return sqlite3.connect(
                self._path, patience, isolation_level=None, check_same_thread=False
            )
        except sqlite3.OperationalError as error:
            raise Unavailable("unavailable") from error


def _is_locked(error: sqlite3.Error) -> bool:
    return error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)
