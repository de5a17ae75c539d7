"""Large statements are read by few requests at once: each holds their bytes several times."""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import Blueprint, g

from lrs.domain.errors import Unavailable

AT_ONCE = 2
"""In a process."""

PATIENCE = 4.0
"""Seconds after which a waiting request is refused."""


class LargeReads:
    """The large reads of one process."""

    def __init__(self) -> None:
        self._free = BoundedSemaphore(AT_ONCE)

    def of(self, bp: Blueprint) -> None:
        """Makes each request of the blueprint release its slot at its end."""
        bp.teardown_request(self._end)

    def begin(self) -> None:
        """Before large statements are read, until the request has made its answer. Raises
        Unavailable where too many others are read for too long.
        """
        if not self._free.acquire(timeout=PATIENCE):
            raise Unavailable("memory-busy")
        g.reads_large = True

    def _end(self, _error: BaseException | None = None) -> None:
        if g.pop("reads_large", False):
            self._free.release()
