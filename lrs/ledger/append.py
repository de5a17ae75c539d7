"""The critical section of an append, in SQL: the lock, the head, the bulk insert.

The head (highest position, its `stored`, the clock) is read in a statement of its own after the
lock is held; under READ COMMITTED that statement sees every earlier commit. So positions are
dense, follow commit order, and leave no gap when an append rolls back.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Connection, and_, or_, select

from lrs.db.bulk import Columns, insert_columns
from lrs.db.engine import Database
from lrs.domain.events import LogMark
from lrs.ledger.tables import content, event

APPEND_LOCK = 0x7A61_6368_6574_6B61
"""The key of PostgreSQL's advisory lock that puts writers in order."""

Stream = tuple[UUID, int]
"""An event's stream and its version there: what makes a second one a conflict."""

StoredAt = Callable[[Stream], int]
"""When an event was stored, for who fills a log with an invented past: microseconds since the
epoch, or 0 for an event that the clock dates.
"""


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

    def next_stored(self) -> int:
        """The first free `stored`: the clock's, unless the clock stands or stepped back."""
        return max(self.clock, self.stored + 1)

    def instants(self, rows: Sequence[EventRow], stored_at: StoredAt) -> list[int]:
        """`stored` of each of the rows, strictly increasing: what `stored_at` says where that is
        after the row before and after all that the log holds, else the clock's.
        """
        latest, found = self.stored, []
        for row in rows:
            said = stored_at(row.stream)
            latest = said if said > latest else max(self.clock, latest + 1)
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


# In SQL, because the quicker ways to append (postgres.py, sqlite.py) go past SQLAlchemy.
LOCK = f"SELECT pg_advisory_xact_lock({APPEND_LOCK})"
# clock_timestamp() and not now(): the latter is the transaction's start, before the lock.
POSTGRES_HEAD = """
    SELECT coalesce(max(position), 0) AS position, coalesce(max(stored), 0) AS stored,
        (extract(epoch FROM clock_timestamp()) * 1000000)::bigint AS clock
    FROM ledger.event
"""
# Two queries, because SQLite finds a greatest value by its index only where it is alone.
SQLITE_HEAD = (
    "SELECT (SELECT coalesce(max(position), 0) FROM event), "
    "(SELECT coalesce(max(stored), 0) FROM event)"
)


def lock(connection: Connection) -> None:
    """Wait for the right to append, until the transaction ends. SQLite's BEGIN has it already."""
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql(LOCK)


@contextmanager
def appending(database: Database, now: Callable[[], int]) -> Iterator[tuple[Connection, Head]]:
    """A transaction that has the right to append, and the head, read once it had it.

    It commits at the end, or rolls back. SQLite's BEGIN IMMEDIATE takes the right. `now` is the
    clock where SQL has none.
    """
    with database.write.begin() as connection:
        lock(connection)
        yield connection, read_head(connection, now)


def read_head(connection: Connection, now: Callable[[], int]) -> Head:
    """The end of the log as of this statement. `now` is the clock where SQL has none."""
    if connection.dialect.name == "postgresql":
        position, stored, clock = connection.exec_driver_sql(POSTGRES_HEAD).one()
        return Head(position, stored, clock)
    position, stored = connection.exec_driver_sql(SQLITE_HEAD).one()
    return Head(position, stored, now())


def by_the_clock(_: Stream) -> int:
    """The clock dates every event."""
    return 0


def insert_rows(
    connection: Connection, rows: Sequence[EventRow], head: Head, stored_at: StoredAt = by_the_clock
) -> AppendResult:
    """Write the rows, one at least, after `head` and in order."""
    positions = [head.position + n for n in range(1, len(rows) + 1)]
    instants = head.instants(rows, stored_at)
    rows_of_events: Columns = {
        "position": positions,
        "originator_id": [row.originator_id for row in rows],
        "originator_version": [row.originator_version for row in rows],
        "topic": [row.topic for row in rows],
        "stored": instants,
        "commitment": [row.commitment for row in rows],
    }
    contents: Columns = {
        "position": positions,
        "salt": [row.salt for row in rows],
        "state": [row.state for row in rows],
    }
    insert_columns(connection, event, rows_of_events)
    insert_columns(connection, content, contents)
    return AppendResult(positions[0], instants[-1])


def existing(connection: Connection, streams: Sequence[Stream]) -> dict[Stream, tuple[int, bytes]]:
    """Position and commitment of those of the streams' versions that the log holds."""
    found: dict[Stream, tuple[int, bytes]] = {}
    columns = (
        event.c.originator_id,
        event.c.originator_version,
        event.c.position,
        event.c.commitment,
    )
    for start in range(0, len(streams), 400):
        # Each by itself: SQLite finds no list of pairs by an index, and the append lock is held.
        these = or_(
            *(
                and_(event.c.originator_id == id, event.c.originator_version == version)
                for id, version in streams[start : start + 400]
            )
        )
        for row in connection.execute(select(*columns).where(these)):
            found[row[0], row[1]] = (row[2], row[3])
    return found
