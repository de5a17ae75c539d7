"""Deletes bytes of superseded State documents, in small transactions, each with its event.

The log determines which bytes are still needed (lrs/ledger/document_uses.py). A transaction that
deletes bytes takes the append lock and first reads the log to its end, so no event that names the
bytes can be appended meanwhile. A later append either stores the bytes itself, or relies on stored
ones: then it checks, under the same lock, that they are still there.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from typing import NamedTuple
from uuid import uuid4

from sqlalchemy import Connection, and_, bindparam, delete, func, not_, or_, select, update

from lrs.db.bulk import rows_of
from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.events import DocumentBytesPruned, Event
from lrs.ledger.blobs import Blobs
from lrs.ledger.document_uses import Follower
from lrs.ledger.event_rows import Head
from lrs.ledger.ledger import Ledger
from lrs.ledger.space import CountedBytes, add_up
from lrs.ledger.tables import NEXT, blob_account, document_bytes, pruning

MOST_BLOBS, MOST_BYTES = 100, 2_000_000
"""The limits of one transaction that prunes; one document of any size is always allowed. Writers
wait for the transaction: 10 MB take 0.13 s on SQLite, 0.02 s on PostgreSQL.
"""


class Prunable(NamedTuple):
    """How much may be pruned, or how much was."""

    contents: int
    """The number of different contents: versions with the same bytes count once."""
    size: int
    """Their size in bytes."""


class Pruner:
    """Prunes one log and its database."""

    def __init__(self, ledger: Ledger, database: Database, blobs: Blobs) -> None:
        self._ledger = ledger
        self._database = database
        self._blobs = blobs
        self._follower = Follower(ledger, blobs)

    def follow(self) -> bool:
        """Read the log's next page. Whether there may be more. Raises Unavailable."""
        with translate_db_errors(), self._database.write.begin() as connection:
            return self._follower.follow(connection)

    def prunable(self, before: int) -> Prunable:
        """How much was superseded before that instant and may be deleted, as far as the log was
        read.
        """
        query = select(func.count(), func.coalesce(func.sum(blob_account.c.size), 0))
        with translate_db_errors(), self._database.read.connect() as connection:
            contents, size = connection.execute(query.where(_DUE), {"before": before}).one()
        return Prunable(contents, int(size))

    def prune(self, keep: int) -> Prunable:
        """Delete part of the bytes that were superseded over `keep` microseconds ago, and append
        the event that records it. Returns what was deleted: nothing once all is done. Raises
        Unavailable, StorageFull.
        """
        pruned = Prunable(0, 0)

        def work(connection: Connection, head: Head) -> list[Event]:
            nonlocal pruned
            while self._follower.follow(connection):
                pass
            before = head.clock - keep
            due = _take(connection, before)
            pruned = Prunable(len(due), sum(entry.size for entry in due))
            if not due:
                return []
            hashes = [entry.sha2 for entry in due]
            self._blobs.prune(connection, [sha2.hex() for sha2 in hashes])
            positions = _forget_versions(connection, hashes)
            return [DocumentBytesPruned(uuid4(), 1, positions, pruned.size, before)]

        self._ledger.record_with(work)
        return pruned

    def sweep(self) -> None:
        """Remove the files of pruned bytes, if bytes are stored in a folder."""
        self._blobs.sweep()

    def claim(self, every: int) -> bool:
        """Claim the next pruning. Whether this process is to prune now: none has claimed it within
        `every` microseconds.
        """
        now = self._ledger.now()
        with translate_db_errors(), self._database.write.begin() as connection:
            claimed = connection.execute(_CLAIM, {"now": now, "until": now + every})
            return bool(claimed.rowcount)


_CLAIM = (
    update(pruning)
    .where(
        pruning.c.name == NEXT,
        # A time further ahead was noted by a clock that ran fast: it does not delay pruning.
        or_(pruning.c.value <= bindparam("now"), pruning.c.value > bindparam("until")),
    )
    .values(value=bindparam("until"))
)
_DUE = and_(
    blob_account.c.superseded.is_not(None),
    not_(blob_account.c.kept),
    blob_account.c.superseded < bindparam("before"),
)
_OLDEST = (
    select(blob_account.c.sha2, blob_account.c.key, blob_account.c.size)
    .where(_DUE)
    .order_by(blob_account.c.superseded)
    .limit(MOST_BLOBS)
    # Skips a row that a request is just marking as an attachment's.
    .with_for_update(skip_locked=True)
)
_DELETE = delete(blob_account).where(blob_account.c.sha2 == bindparam("of"))
_VERSIONS = select(document_bytes)
_FORGET = delete(document_bytes).where(document_bytes.c.sha2 == bindparam("of"))


def _take(connection: Connection, before: int) -> list[CountedBytes]:
    """Uncount some of the bytes that are due, those superseded earliest; at most MOST_BYTES."""
    due: list[CountedBytes] = []
    sizes: defaultdict[str, int] = defaultdict(int)
    for sha2, key, size in connection.execute(_OLDEST, {"before": before}).all():
        if due and sum(sizes.values()) + size > MOST_BYTES:
            break
        due.append(CountedBytes(bytes(sha2), size))
        sizes[key] += size
    if due:
        connection.execute(_DELETE, [{"of": entry.sha2} for entry in due])
        add_up(connection, {key: -size for key, size in sizes.items()})
    return due


def _forget_versions(connection: Connection, hashes: Collection[bytes]) -> tuple[int, ...]:
    """Delete the notes of the events that name these bytes; return their positions, in order."""
    rows = list(rows_of(connection, _VERSIONS, document_bytes.c.sha2, hashes))
    connection.execute(_FORGET, [{"of": sha2} for sha2 in hashes])
    return tuple(sorted(row.position for row in rows))
