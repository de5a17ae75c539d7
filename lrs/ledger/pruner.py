"""Deletes bytes of superseded State documents, in small transactions, each with its event.

What needs which bytes follows from the log (lrs/ledger/document_uses.py). Before bytes go, the log
is followed to its end with the right to append held. So no event that names them can come between,
and none that comes later can miss them: who appends one has brought the bytes, or says that they
were there already, and the append looks again.
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
"""Of one transaction that prunes; one document of any size at least. Writers wait for it: 10 MB
take 0.13 s on SQLite, 0.02 s on PostgreSQL.
"""


class Prunable(NamedTuple):
    """How much may be pruned, or was."""

    contents: int
    """Different ones: versions with the same bytes are one."""
    size: int
    """In bytes."""


class Pruner:
    """Prunes one log, which is in that database."""

    def __init__(self, ledger: Ledger, database: Database, blobs: Blobs) -> None:
        self._ledger = ledger
        self._database = database
        self._blobs = blobs
        self._follower = Follower(ledger, blobs)

    def follow(self) -> bool:
        """Read on in the log, a page. Whether there may be more. Raises Unavailable."""
        with translate_db_errors(), self._database.write.begin() as connection:
            return self._follower.follow(connection)

    def prunable(self, before: int) -> Prunable:
        """What was superseded before that instant and may go, as far as the log was followed."""
        query = select(func.count(), func.coalesce(func.sum(blob_account.c.size), 0))
        with translate_db_errors(), self._database.read.connect() as connection:
            contents, size = connection.execute(query.where(_DUE), {"before": before}).one()
        return Prunable(contents, int(size))

    def prune(self, keep: int) -> Prunable:
        """Delete some of what was superseded so many microseconds ago and may go, and append the
        event that says so; once nothing may go, that is nothing. Raises Unavailable, StorageFull.
        """
        pruned = Prunable(0, 0)

        def work(connection: Connection, head: Head) -> list[Event]:
            nonlocal pruned
            while self._follower.follow(connection):
                pass
            before = head.clock - keep
            gone = _take(connection, before)
            pruned = Prunable(len(gone), sum(entry.size for entry in gone))
            if not gone:
                return []
            hashes = [entry.sha2 for entry in gone]
            self._blobs.prune(connection, [sha2.hex() for sha2 in hashes])
            positions = _forget_versions(connection, hashes)
            return [DocumentBytesPruned(uuid4(), 1, positions, pruned.size, before)]

        self._ledger.record_with(work)
        return pruned

    def sweep(self) -> None:
        """Remove the files of what was pruned, where bytes are in a folder."""
        self._blobs.sweep()

    def claim(self, every: int) -> bool:
        """Whether this process is to prune now: nobody has been for so many microseconds."""
        now = self._ledger.now()
        with translate_db_errors(), self._database.write.begin() as connection:
            claimed = connection.execute(_CLAIM, {"now": now, "until": now + every})
            return bool(claimed.rowcount)


_CLAIM = (
    update(pruning)
    .where(
        pruning.c.name == NEXT,
        # What a clock has noted that was ahead puts nothing off for long.
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
    # A row that a request is just noting as an attachment's is left for another time.
    .with_for_update(skip_locked=True)
)
_DELETE = delete(blob_account).where(blob_account.c.sha2 == bindparam("of"))
_VERSIONS = select(document_bytes)
_FORGET = delete(document_bytes).where(document_bytes.c.sha2 == bindparam("of"))


def _take(connection: Connection, before: int) -> list[CountedBytes]:
    """Uncount some of what may go: the longest superseded, MOST_BYTES together."""
    taken: list[CountedBytes] = []
    sizes: defaultdict[str, int] = defaultdict(int)
    for sha2, key, size in connection.execute(_OLDEST, {"before": before}).all():
        if taken and sum(sizes.values()) + size > MOST_BYTES:
            break
        taken.append(CountedBytes(bytes(sha2), size))
        sizes[key] += size
    if taken:
        connection.execute(_DELETE, [{"of": entry.sha2} for entry in taken])
        add_up(connection, {key: -size for key, size in sizes.items()})
    return taken


def _forget_versions(connection: Connection, hashes: Collection[bytes]) -> tuple[int, ...]:
    """The positions of the events that name these bytes, in order; they are noted no more."""
    rows = list(rows_of(connection, _VERSIONS, document_bytes.c.sha2, hashes))
    connection.execute(_FORGET, [{"of": sha2} for sha2 in hashes])
    return tuple(sorted(row.position for row in rows))
