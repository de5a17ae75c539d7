"""A request that waits for its rows to be committed, and the possible answers to it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from time import monotonic

from eventsourcing.persistence import IntegrityError

from lrs.ledger.event_rows import EventRow, Stream


class VersionTaken(IntegrityError):
    """The log holds these stream versions already. Nothing of the append was written."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        super().__init__(f"{len(streams)} stream versions are recorded already")
        self.streams = streams


class BytesGone(Exception):
    """Bytes that an event names have been pruned. Nothing of the append was written."""


Answer = list[int] | Exception
"""The answer to a request: the positions of its rows, or the error."""


class PendingAppend:
    """One request's rows and, later, its answer."""

    __slots__ = ("_answered", "abandoned", "answer", "deadline", "needing", "next", "rows")

    def __init__(
        self, rows: Sequence[EventRow], deadline: float, needing: Collection[bytes]
    ) -> None:
        self.rows = rows
        self.needing = needing
        self.deadline = deadline
        self.answer: Answer = []
        self.next: PendingAppend | None = None
        """The request that this one wakes after it has woken itself."""
        self.abandoned = False
        self._answered = threading.Lock()
        self._answered.acquire()

    def wait(self) -> bool:
        """Wait for the answer. Whether it came before the deadline."""
        return self._answered.acquire(timeout=max(0.0, self.deadline - monotonic()))

    def is_answered(self) -> bool:
        return self._answered.acquire(blocking=False)

    def wake(self) -> None:
        self._answered.release()
