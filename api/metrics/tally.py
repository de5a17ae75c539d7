"""Counters of one process: requests by route, method and class of status; refusals by code."""

from __future__ import annotations

import threading
from typing import NamedTuple


class SeriesKey(NamedTuple):
    """The labels of a request. `route` is the program's own rule, never a path."""

    route: str
    method: str
    status: str


class RequestTally:
    """Counts since the process began; any thread may add."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._requests: dict[SeriesKey, list[float]] = {}
        self._refusals: dict[str, int] = {}

    def add(self, key: SeriesKey, seconds: float, code: str | None) -> None:
        """One request, how long it took, and the code of its refusal if it was refused."""
        with self._lock:
            entry = self._requests.get(key)
            if entry is None:
                entry = self._requests[key] = [0, 0.0]
            entry[0] += 1
            entry[1] += seconds
            if code is not None:
                self._refusals[code] = self._refusals.get(code, 0) + 1

    def requests(self) -> dict[SeriesKey, tuple[int, float]]:
        """How many there were of each kind, and the seconds of all of them together."""
        with self._lock:
            return {key: (int(count), sum_) for key, (count, sum_) in self._requests.items()}

    def refusals(self) -> dict[str, int]:
        """How often each code was answered."""
        with self._lock:
            return dict(self._refusals)
