"""A number that any thread may add to."""

from __future__ import annotations

import threading


class Counter:
    """Counts from 0 since the process began."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.total = 0

    def add(self, number: int) -> None:
        """`+=` alone would lose what two threads add at once."""
        with self._lock:
            self.total += number
