"""A number that any thread may add to."""

from __future__ import annotations

import threading


class Counter:
    """A count that starts at 0 with the process."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.total = 0

    def add(self, number: int) -> None:
        """Add under a lock: `+=` alone loses counts when two threads add at once."""
        with self._lock:
            self.total += number
