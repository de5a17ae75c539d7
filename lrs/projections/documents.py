"""The documents there are: what the State and Profile resources list.

Only ids and times; a document itself is read from the log, by its stream, and is never stale.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from hashlib import blake2b
from typing import ClassVar
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    Table,
    Text,
    bindparam,
    delete,
    select,
)

from lrs.db.bulk import replace_rows
from lrs.db.types import UuidKey
from lrs.domain.events import DocumentDeleted, DocumentStored, RecordedEvent
from lrs.domain.xapi.document import DocumentCollection
from lrs.projections.base import Batch
from lrs.projections.tables import metadata

document = Table(
    "document",
    metadata,
    Column("stream", UuidKey, primary_key=True),
    # of kind, agent and activity
    Column("shelf", LargeBinary(16), nullable=False),
    Column("registration", UuidKey),
    Column("name", Text, nullable=False),
    Column("stored", BigInteger, nullable=False),
)
Index("document_by_shelf", document.c.shelf, document.c.stored)


class DocumentsProjection:
    """Folds documents' events into the list of those that are there."""

    NAME: ClassVar[str] = "documents"
    VERSION: ClassVar[int] = 1
    TABLES: ClassVar[Sequence[Table]] = (document,)
    TOPICS: ClassVar[frozenset[str]] = frozenset({DocumentStored.TOPIC, DocumentDeleted.TOPIC})

    def apply(self, batch: Batch, connection: Connection) -> None:
        latest = {r.event.originator_id: r for r in batch.other_events}
        gone = [{"of": s} for s, r in latest.items() if isinstance(r.event, DocumentDeleted)]
        if gone:
            connection.execute(_DELETE, gone)
        rows = [_row(r, r.event) for r in latest.values() if isinstance(r.event, DocumentStored)]
        replace_rows(connection, document, rows)

    def new_fold(self) -> DocumentsProjection:
        return self  # it remembers nothing


def listed(
    connection: Connection, collection: DocumentCollection, since: int | None = None
) -> dict[UUID, str]:
    """The streams and names of the documents of a collection, oldest first, stored after `since`.

    Without a registration those of every registration.
    """
    query = _LISTED
    given = {"shelf": _digest(collection.kind, collection.agent, collection.activity)}
    if since is not None:
        query = query.where(document.c.stored > since)
    if collection.registration is not None:
        query = query.where(document.c.registration == collection.registration)
    return dict(map(tuple, connection.execute(query, given)))


_DELETE = delete(document).where(document.c.stream == bindparam("of"))
_LISTED = (
    select(document.c.stream, document.c.name)
    .where(document.c.shelf == bindparam("shelf"))
    .order_by(document.c.stored)
)


def _row(recorded: RecordedEvent, event: DocumentStored) -> dict[str, object]:
    return {
        "stream": event.originator_id,
        "shelf": _digest(event.kind, event.agent, event.activity),
        "registration": UUID(event.registration) if event.registration else None,
        "name": event.name,
        "stored": recorded.stored,
    }


def _digest(kind: str, agent: str, activity: str) -> bytes:
    return blake2b(json.dumps([kind, agent, activity]).encode(), digest_size=16).digest()
