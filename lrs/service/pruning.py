"""Deletes bytes of superseded State documents, by a command or regularly in the background, and
checks that no other bytes of documents are missing.
"""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from uuid import UUID

import structlog

from lrs.domain.events import DocumentBytesPruned, DocumentStored, Event
from lrs.domain.pruning import Presence, faults, presences
from lrs.ledger import Blobs, Ledger, Prunable, Pruner
from lrs.ledger.records import LoggedEvent

log = structlog.get_logger(__name__)

DAY = 86_400_000_000
"""A day in microseconds."""

EVERY = 600_000_000
"""Microseconds between two background prunings, by all processes together."""

LOOKS = 60.0
"""Seconds after which a process checks again whether a pruning is due."""

PAUSE = 0.2
"""Seconds between two transactions in the background, so that writers come first."""


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A version of a document, for an auditor. `event` is None if its content is erased, and for a
    deletion. `pruned` is the position and `stored` of the event that records the deletion of the
    bytes, or None. Times are in microseconds since the epoch.
    """

    position: int
    version: int
    stored: int
    topic: str
    event: DocumentStored | None
    presence: Presence | None
    pruned: tuple[int, int] | None


@dataclass(frozen=True, slots=True)
class DocumentsChecked:
    """The number of versions of documents by the presence of their bytes, and the positions of
    those whose bytes contradict the log.
    """

    counts: Counter[Presence]
    faults: list[int]


class Pruning:
    """Pruning of one store. `days` is how many days superseded bytes are kept; 0 for ever."""

    def __init__(self, ledger: Ledger, blobs: Blobs, pruner: Pruner, days: int) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._pruner = pruner
        self.days = days
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed = ""

    def look(self, days: int) -> Prunable:
        """How much was superseded over `days` days ago and may be deleted. Raises Unavailable."""
        self._follow(0.0)
        return self._pruner.prunable(self._ledger.now() - days * DAY)

    def run(
        self,
        days: int,
        *,
        pause: float = 0.0,
        progress: Callable[[Prunable], None] = lambda _: None,
    ) -> Prunable:
        """Delete all bytes that were superseded over `days` days ago and may be deleted, with
        `pause` seconds between two transactions. Raises Unavailable, StorageFull.
        """
        total = Prunable(0, 0)
        self._follow(pause)
        while not self._stop.is_set():
            pruned = self._pruner.prune(days * DAY)
            if not pruned.contents:
                break
            total = Prunable(total.contents + pruned.contents, total.size + pruned.size)
            progress(total)
            self._pruner.sweep()
            self._stop.wait(pause)
        self._pruner.sweep()
        return total

    def start(self) -> None:
        """Prune in a thread until `stop`, whenever no process has pruned for a while."""
        if self.days:
            self._thread = threading.Thread(target=self._run, name="pruning", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)

    def history(self, stream: UUID) -> list[DocumentVersion]:
        """All versions of a document, oldest first. Raises Unavailable."""
        rows = self._ledger.reader.history(stream)
        events = {row.position: self._ledger.decoded(row) for row in rows}
        stored = {at: event for at, event in events.items() if isinstance(event, DocumentStored)}
        sizes = self._blobs.sizes({event.sha2 for event in stored.values()})
        prunings = self._events()
        by_position = presences(stored, {at: event for at, (_, event) in prunings.items()}, sizes)
        pruned = {p: (at, when) for at, (when, event) in prunings.items() for p in event.positions}
        return [_version(row, stored.get(row.position), by_position, pruned) for row in rows]

    def check(self) -> DocumentsChecked:
        """Check that the bytes of every version of every document are stored, or that an event
        records their deletion. Raises Unavailable.
        """
        counts: Counter[Presence] = Counter()
        absent: dict[int, DocumentStored] = {}
        wrong: list[int] = []
        for page in self._pages():
            sizes = self._blobs.sizes({event.sha2 for event in page.values()})
            for at, presence in presences(page, {}, sizes).items():
                if presence is Presence.MISSING:
                    absent[at] = page[at]
                    continue
                counts[presence] += 1
                wrong += faults({at: presence})
        # Read last, so that the events include prunings that happened meanwhile.
        events = {at: event for at, (_, event) in self._events().items()}
        absences = presences(absent, events, {})
        counts.update(absences.values())
        return DocumentsChecked(counts, sorted([*wrong, *faults(absences)]))

    def _pages(self) -> Iterator[dict[int, DocumentStored]]:
        for page in self._decoded(DocumentStored):
            yield {row.position: event for row, event in page if isinstance(event, DocumentStored)}

    def _events(self) -> dict[int, tuple[int, DocumentBytesPruned]]:
        """All events of pruning with their `stored`, by position."""
        return {
            row.position: (row.stored, event)
            for page in self._decoded(DocumentBytesPruned)
            for row, event in page
            if isinstance(event, DocumentBytesPruned)
        }

    def _decoded(self, kind: type[Event]) -> Iterator[list[tuple[LoggedEvent, Event | None]]]:
        """All events of that kind, page by page."""
        for page in self._ledger.reader.pages([kind.TOPIC]):
            yield [(row, self._ledger.decoded(row)) for row in page]

    def _follow(self, pause: float) -> None:
        while self._pruner.follow() and not self._stop.is_set():
            self._stop.wait(pause)

    def _run(self) -> None:
        while not self._stop.wait(LOOKS):
            try:
                if self._pruner.claim(EVERY):
                    pruned = self.run(self.days, pause=PAUSE)
                    if pruned.contents:
                        log.info("pruned", contents=pruned.contents, bytes=pruned.size)
                self._failed = ""
            except Exception as error:
                self._note(error)

    def _note(self, error: Exception) -> None:
        """Log an error, unless it is of the same type as the previous one."""
        if self._failed != type(error).__name__:
            self._failed = type(error).__name__
            with suppress(Exception):  # a full disk may take no log entry either
                log.warning("pruning-failed", error=self._failed, detail=str(error))


def _version(
    row: LoggedEvent,
    event: DocumentStored | None,
    presence: dict[int, Presence],
    pruned: dict[int, tuple[int, int]],
) -> DocumentVersion:
    at = row.position
    return DocumentVersion(
        at, row.originator_version, row.stored, row.topic, event, presence.get(at), pruned.get(at)
    )
