"""The times at which the store would have stored each event, had it existed all the time."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from lrs.demo.journal import Journal, JournalEvent
from lrs.domain.aggregates.catalogue_entry import EntryIdentity
from lrs.domain.time import micros
from lrs.domain.xapi.agent import JsonObject

_SHORTEST, _LONGEST = 400_000, 4_000_000
"""The delay between posting and storing, in microseconds."""


class Past:
    """The instants of a history's events, for a store that receives them in their order.

    A statement's stream is its id. The streams of the catalogue depend on secrets of the store, so
    `expect` announces the next events.
    """

    def __init__(self, journal: Journal) -> None:
        self.instants = _instants(journal)
        """One for each event, in microseconds since the epoch, strictly increasing."""
        self._statements: dict[UUID, int] = {}
        self._instants: dict[tuple[EntryIdentity, int], int] = {}
        versions: Counter[EntryIdentity] = Counter()
        for instant, item in zip(self.instants, journal.history(), strict=True):
            if isinstance(item, JournalEvent):
                entry = (item.kind, item.key)
                versions[entry] += 1
                self._instants[entry, versions[entry]] = instant
            else:
                self._statements[UUID(item["id"])] = instant
        self._expected: deque[int] = deque()
        self._given: dict[tuple[UUID, int], int] = {}

    def expect(self, thing: EntryIdentity, version: int) -> None:
        """The next event that is no statement is that of this entry and time."""
        self._expected.append(self._instants[thing, version])

    def stored_at(self, stream: tuple[UUID, int]) -> int:
        """The instant of the event of that stream and version, the same at every call; 0 if the
        event is not the demo's.
        """
        if stream[0] in self._statements:
            return self._statements[stream[0]]
        if stream not in self._given:
            self._given[stream] = self._expected.popleft() if self._expected else 0
        return self._given[stream]


def _instants(journal: Journal) -> Sequence[int]:
    instants: list[int] = []
    latest = 0
    for index, (posted, item) in enumerate(journal.dated()):
        latest = max(_arrived(posted, item, index), latest + 1)
        instants.append(latest)
    return instants


def _arrived(posted: datetime, item: JsonObject | JournalEvent, index: int) -> int:
    """A few seconds later. A statement's id decides how many: dice would change all that is
    generated after.
    """
    chance = index if isinstance(item, JournalEvent) else UUID(item["id"]).int
    return micros(posted) + _SHORTEST + chance % (_LONGEST - _SHORTEST)
