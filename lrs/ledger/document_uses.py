"""Which bytes of documents are still needed, computed from the log and stored with their counts.

Only the events of documents are read, through the index of rare topics. Appends do no extra work.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence

from sqlalchemy import Connection, bindparam, case, func, insert, select, update

from lrs.db.bulk import rows_of
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.domain.pruning import DocumentChange, Need, is_prunable, needs
from lrs.ledger.blobs import Blobs
from lrs.ledger.ledger import Ledger
from lrs.ledger.queries import EVENTS, RARE, among, versions_of
from lrs.ledger.records import LoggedEvent
from lrs.ledger.space import CountedBytes, KeyAccount, add_up
from lrs.ledger.tables import FOLLOWED, blob_account, document_bytes, event, pruning

PAGE = 200
"""The most events that one transaction reads."""


class Follower:
    """Reads one log and updates the uses of bytes in its database."""

    def __init__(self, ledger: Ledger, blobs: Blobs) -> None:
        self._ledger = ledger
        self._blobs = blobs

    def follow(self, connection: Connection) -> bool:
        """Read the next page of the log. Whether there may be more."""
        after = connection.scalar(_VALUE) or 0
        rows = connection.execute(_CHANGES, {"after": after, "limit": PAGE}).all()
        changes = self._changes(connection, [LoggedEvent(*row) for row in rows])
        changed_needs = needs(changes)
        self._adopt(connection, changes)
        _note(connection, changed_needs)
        _note_versions(connection, changes)
        if rows:
            connection.execute(_SET, {"to": rows[-1][0]})
        return len(rows) == PAGE

    def _changes(self, connection: Connection, rows: Sequence[LoggedEvent]) -> list[DocumentChange]:
        """The events, each with the version that it superseded; without erased events."""
        streams = {(row.originator_id, row.originator_version): row for row in rows}
        earlier = [
            (id, version - 1)
            for id, version in streams
            if version > 1 and (id, version - 1) not in streams
        ]
        found_earlier = map(LoggedEvent._make, versions_of(connection, EVENTS, earlier))
        streams.update({(row.originator_id, row.originator_version): row for row in found_earlier})
        found = []
        for row in rows:
            fact = self._ledger.decoded(row)
            earlier_row = streams.get((row.originator_id, row.originator_version - 1))
            before = None if earlier_row is None else self._ledger.decoded(earlier_row)
            if isinstance(fact, (DocumentStored, DocumentDeleted)):
                version = before if isinstance(before, DocumentStored) else None
                found.append(DocumentChange(row.position, row.stored, fact, version))
        return found

    def _adopt(self, connection: Connection, changes: Sequence[DocumentChange]) -> None:
        """Count bytes that an earlier version of the program stored while it still ran after
        `lrs migrate`. Other events may name them too, so they are never pruned.
        """
        facts = [c.event for c in changes if isinstance(c.event, DocumentStored)]
        named = {bytes.fromhex(fact.sha2): fact for fact in reversed(facts)}
        rows = rows_of(connection, select(blob_account.c.sha2), blob_account.c.sha2, named)
        counted = {bytes(row.sha2) for row in rows}
        missing = {sha2: fact for sha2, fact in named.items() if sha2 not in counted}
        if not missing:
            return
        sizes = self._blobs.sizes([sha2.hex() for sha2 in missing])
        brought: defaultdict[str, int] = defaultdict(int)
        for sha2, fact in missing.items():
            if fact.sha2 in sizes:
                entry = CountedBytes(sha2, sizes[fact.sha2], kept=True)
                if self._blobs.space.enter(connection, [entry], KeyAccount(fact.keeper)):
                    brought[fact.keeper] += entry.size
        if brought:
            add_up(connection, brought)


_VALUE = select(pruning.c.value).where(pruning.c.name == FOLLOWED).with_for_update()
_SET = update(pruning).where(pruning.c.name == FOLLOWED).values(value=bindparam("to"))
_CHANGES = (
    EVENTS.where(
        among((DocumentStored.TOPIC, DocumentDeleted.TOPIC)),
        RARE,
        event.c.position > bindparam("after"),
    )
    .order_by(event.c.position)
    .limit(bindparam("limit"))
)
_NEED = (
    update(blob_account)
    .where(blob_account.c.sha2 == bindparam("of"))
    .values(
        uses=blob_account.c.uses + bindparam("more"),
        superseded=case(
            (
                blob_account.c.uses + bindparam("more") == 0,
                func.coalesce(bindparam("at", type_=blob_account.c.superseded.type),
                              blob_account.c.superseded),
            )
        ),
    )
)  # fmt: skip


def _note(connection: Connection, changed_needs: Mapping[str, Need]) -> None:
    """Write the uses of each hash, and when its last use ended."""
    rows = [
        {"of": bytes.fromhex(sha2), "more": need.uses, "at": need.superseded}
        for sha2, need in sorted(changed_needs.items())
    ]
    if rows:
        connection.execute(_NEED, rows)


def _note_versions(connection: Connection, changes: Sequence[DocumentChange]) -> None:
    """Write the positions of the events that name bytes which may be pruned later."""
    rows = [
        {"position": change.position, "sha2": bytes.fromhex(change.event.sha2)}
        for change in changes
        if isinstance(change.event, DocumentStored) and is_prunable(change.event)
    ]
    if rows:
        connection.execute(insert(document_bytes), rows)
