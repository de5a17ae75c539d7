"""A request that waits for its rows to be committed, and what becomes of it."""

from __future__ import annotations

import threading
from collections.abc import Collection, Sequence
from time import monotonic

from eventsourcing.persistence import IntegrityError

from lrs.ledger.event_rows import EventRow, Stream


class VersionTaken(IntegrityError):
    """These streams have that version already. Nothing of the append was written."""

    def __init__(self, streams: Sequence[Stream]) -> None:
        super().__init__(f"{len(streams)} stream versions are recorded already")
        self.streams = streams


class BytesGone(Exception):
    """Bytes that an event was to name are pruned by now. Nothing of the append was written."""


Answer = list[int] | Exception
"""What becomes of a request: the positions of its rows, or why there are none."""


class PendingAppend:
    """One request's rows and, in time, its answer."""

    __slots__ = ("_answered", "abandoned", "answer", "deadline", "needing", "next", "rows")

    def __init__(
        self, rows: Sequence[EventRow], deadline: float, needing: Collection[bytes]
    ) -> None:
        self.rows = rows
        self.needing = needing
        self.deadline = deadline
        self.answer: Answer = []
        self.next: PendingAppend | None = None
        """Who is to be woken by this one, once it is awake."""
        self.abandoned = False
        self._answered = threading.Lock()
        self._answered.acquire()

    def wait(self) -> bool:
        """Whether the answer came in time."""
        return self._answered.acquire(timeout=max(0.0, self.deadline - monotonic()))

    def is_answered(self) -> bool:
        return self._answered.acquire(blocking=False)

    def wake(self) -> None:
        self._answered.release()
