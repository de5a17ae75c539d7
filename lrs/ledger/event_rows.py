"""The arguments and results of an append: rows of events, the head before them, the result."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from lrs.domain.events import LogMark

Stream = tuple[UUID, int]
"""An event's stream and its version in the stream. The pair is unique: a second one conflicts."""

StoredAt = Callable[[Stream], int]
"""Gives an event's `stored` when a log is filled with invented history (the demo): microseconds
since the epoch, or 0 for an event that the clock dates.
"""


def by_the_clock(_: Stream) -> int:
    """The clock dates every event."""
    return 0


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event ready to be written: all columns except position and `stored`."""

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
    """The end of the log: the highest position, its `stored` (both 0 when empty), and the time."""

    position: int
    stored: int
    clock: int

    def instants(self, rows: Sequence[EventRow], stored_at: StoredAt) -> Sequence[int]:
        """The `stored` of each row, strictly increasing: the instant that `stored_at` gives if it
        is later than the row before and than the log's end, else the clock's.
        """
        if stored_at is by_the_clock:
            first = max(self.clock, self.stored + 1)
            return range(first, first + len(rows))
        latest, instants = self.stored, []
        for row in rows:
            instant = stored_at(row.stream)
            latest = instant if instant > latest else max(self.clock, latest + 1)
            instants.append(latest)
        return instants


class AppendGroup(NamedTuple):
    """Rows that are appended together, and the hashes of bytes that must still be stored."""

    rows: Sequence[EventRow]
    needing: Collection[bytes] = ()


class BytesMissing(Exception):
    """Some of the bytes that a group needs are no longer stored. Nothing was written."""


class AppendResult(NamedTuple):
    """The position of the first appended row (the others follow without a gap), and the `stored`
    of the last.
    """

    position: int
    stored: int

    def last(self, rows: Sequence[EventRow]) -> LogMark:
        """The log mark of the last of `rows`, which are the rows that were appended."""
        return LogMark(self.position + len(rows) - 1, self.stored, rows[-1].commitment)
