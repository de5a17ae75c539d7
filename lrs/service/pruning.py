"""Deleting bytes of superseded State documents, by hand or now and then in the background; and
checking that of the others none is missing.
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
"""Microseconds."""

EVERY = 600_000_000
"""Microseconds between two prunings in the background, of all processes together."""

LOOKS = 60.0
"""Seconds between two looks of a process whether it is time."""

PAUSE = 0.2
"""Seconds between two transactions in the background: writers come first."""


@dataclass(frozen=True, slots=True)
class DocumentVersion:
    """A version of a document as an auditor sees it; `event` is None once its content is erased,
    and for a deletion. `pruned` is the event that says that its bytes went: position and `stored`,
    or None. Times are in microseconds since the epoch.
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
    """How many versions of documents there are of each kind, and the positions of those whose bytes
    are not as the log says.
    """

    counts: Counter[Presence]
    faults: list[int]


class Pruning:
    """Pruning of one store. `days` is for how many days superseded bytes stay; 0 is for ever."""

    def __init__(self, ledger: Ledger, blobs: Blobs, pruner: Pruner, days: int) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._pruner = pruner
        self.days = days
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None
        self._failed = ""

    def look(self, days: int) -> Prunable:
        """How much was superseded so many days ago and may go. Raises Unavailable."""
        self._follow(0.0)
        return self._pruner.prunable(self._ledger.now() - days * DAY)

    def run(
        self,
        days: int,
        *,
        pause: float = 0.0,
        progress: Callable[[Prunable], None] = lambda _: None,
    ) -> Prunable:
        """Delete all that was superseded so many days ago and may go, in transactions with pauses
        of so many seconds between them. Raises Unavailable, StorageFull.
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
        """Prune in a thread of this process until `stop`, unless another one has just done so."""
        if self.days:
            self._thread = threading.Thread(target=self._run, name="pruning", daemon=True)
            self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        if self._thread is not None:
            self._thread.join(10)

    def history(self, stream: UUID) -> list[DocumentVersion]:
        """All versions of a document, the oldest first. Raises Unavailable."""
        rows = self._ledger.reader.history(stream)
        events = {row.position: self._ledger.decoded(row) for row in rows}
        stored = {at: event for at, event in events.items() if isinstance(event, DocumentStored)}
        sizes = self._blobs.sizes({event.sha2 for event in stored.values()})
        prunings = self._events()
        found = presences(stored, {at: event for at, (_, event) in prunings.items()}, sizes)
        gone = {p: (at, when) for at, (when, event) in prunings.items() for p in event.positions}
        return [_version(row, stored.get(row.position), found, gone) for row in rows]

    def check(self) -> DocumentsChecked:
        """Whether the bytes of every version of every document are there, or gone by an event.
        Raises Unavailable.
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
        # Read last: what was pruned meanwhile is among them.
        events = {at: event for at, (_, event) in self._events().items()}
        found = presences(absent, events, {})
        counts.update(found.values())
        return DocumentsChecked(counts, sorted([*wrong, *faults(found)]))

    def _pages(self) -> Iterator[dict[int, DocumentStored]]:
        for page in self._decoded(DocumentStored):
            yield {row.position: event for row, event in page if isinstance(event, DocumentStored)}

    def _events(self) -> dict[int, tuple[int, DocumentBytesPruned]]:
        """Every pruning, with its `stored`, by its position."""
        return {
            row.position: (row.stored, event)
            for page in self._decoded(DocumentBytesPruned)
            for row, event in page
            if isinstance(event, DocumentBytesPruned)
        }

    def _decoded(self, kind: type[Event]) -> Iterator[list[tuple[LoggedEvent, Event | None]]]:
        """All events of that kind, a page at a time."""
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
        """Say each reason once."""
        if self._failed != type(error).__name__:
            self._failed = type(error).__name__
            with suppress(Exception):  # a full disk may take no log entry either
                log.warning("pruning-failed", error=self._failed, detail=str(error))


def _version(
    row: LoggedEvent,
    event: DocumentStored | None,
    found: dict[int, Presence],
    said: dict[int, tuple[int, int]],
) -> DocumentVersion:
    at = row.position
    return DocumentVersion(
        at, row.originator_version, row.stored, row.topic, event, found.get(at), said.get(at)
    )
