"""What an append is given and gives: rows of events, the head that they follow, the result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from lrs.domain.events import LogMark

Stream = tuple[UUID, int]
"""An event's stream and its version there: what makes a second one a conflict."""

StoredAt = Callable[[Stream], int]
"""When an event was stored, for who fills a log with an invented past: microseconds since the
epoch, or 0 for an event that the clock dates.
"""


def by_the_clock(_: Stream) -> int:
    """The clock dates every event."""
    return 0


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event ready to be written: all but its position and `stored`."""

    originator_id: UUID
    originator_version: int
    topic: str
    commitment: bytes
    salt: bytes
    state: bytes

    @property
    def stream(self) -> Stream:
        return self.originator_id, self.originator_version


@dataclass(frozen=True, slots=True)
class Head:
    """The end of the log: highest position and its `stored` (0 and 0 when empty), and now."""

    position: int
    stored: int
    clock: int

    def instants(self, rows: Sequence[EventRow], stored_at: StoredAt) -> Sequence[int]:
        """`stored` of each of the rows, strictly increasing: what `stored_at` says where that is
        after the row before and after all that the log holds, else the clock's.
        """
        if stored_at is by_the_clock:
            first = max(self.clock, self.stored + 1)
            return range(first, first + len(rows))
        latest, found = self.stored, []
        for row in rows:
            instant = stored_at(row.stream)
            latest = instant if instant > latest else max(self.clock, latest + 1)
            found.append(latest)
        return found


class AppendGroup(NamedTuple):
    """Rows that are appended together, and hashes of bytes that must be there still."""

    rows: Sequence[EventRow]
    needing: Collection[bytes] = ()


class BytesMissing(Exception):
    """Some of the bytes that a group needs are not there any more; nothing of it is written."""


class AppendResult(NamedTuple):
    """Rows that were appended: the position of the first, which counts on, and the `stored` of the
    last.
    """

    position: int
    stored: int

    def last(self, rows: Sequence[EventRow]) -> LogMark:
        """The last of these rows, all of which were appended."""
        return LogMark(self.position + len(rows) - 1, self.stored, rows[-1].commitment)
