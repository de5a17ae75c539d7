"""Limits the memory that all requests of a process use together, in addition to the limits of each.

A JSON body of ten megabytes takes a hundred megabytes of objects while it is checked: one at a time
is fine, sixteen are not.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from lrs.domain.errors import Unavailable

PARSED = 160_000_000
"""Bytes that the objects of bodies may take that are parsed at once, by an estimate."""

_A_VALUE = 100
"""Bytes that a JSON value takes, without a text's characters."""

_COPIES = 3
"""How many copies of a body's own bytes are in memory."""


def parsed_weight(json: Iterable[bytes]) -> int:
    """About how many bytes of memory it takes to parse a JSON text, of which these are the parts:
    each value comes after a comma or a bracket.
    """
    return sum(
        _COPIES * len(part) + _A_VALUE * (part.count(b",") + part.count(b"[") + part.count(b"{"))
        for part in json
    )


class MemoryBudget:
    """So many bytes for all requests; a request that needs more than is free waits for `patience`
    seconds.
    """

    def __init__(self, total: int = PARSED, patience: float = 4.0) -> None:
        self._total = self._free = total
        self._patience = patience
        self._changed = threading.Condition()

    @contextmanager
    def held(self, weight: int) -> Iterator[None]:
        """Reserve so many bytes for the block. Raises Unavailable if they do not become free in
        time.
        """
        wanted = min(self._total, weight)
        self._take(wanted)
        try:
            yield
        finally:
            self._give(wanted)

    def _take(self, wanted: int) -> None:
        with self._changed:
            if not self._changed.wait_for(lambda: self._free >= wanted, self._patience):
                raise Unavailable("memory-busy")
            self._free -= wanted

    def _give(self, wanted: int) -> None:
        with self._changed:
            self._free += wanted
            self._changed.notify_all()
