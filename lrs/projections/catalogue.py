"""The catalogue as it stands: everything that was ever described, and whether it still is.

Beside it, every link between identifiers that was ever said: a person's history tells of those
that hold no more, too.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    bindparam,
    func,
    literal,
    select,
    update,
)

from lrs.db.bulk import replace_rows, rows_of
from lrs.db.types import UuidKey
from lrs.domain.aggregates.catalogue_entry import KINDS, EntryKind
from lrs.domain.events import (
    DESCRIPTION_TYPES,
    Described,
    EntryWithdrawn,
    IdentifierLinked,
    RecordedEvent,
)
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.base import Batch
from lrs.projections.surrogate_keys import digest
from lrs.projections.tables import metadata

entry = Table(
    "catalogue_entry",
    metadata,
    Column("stream", UuidKey, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("stored", BigInteger, nullable=False),
    # NULL once it is withdrawn: the next description goes on counting
    Column("entry", LargeBinary),
)
Index("catalogue_by_kind", entry.c.kind, entry.c.stored)

link_statement = Table(
    "catalogue_link_said",
    metadata,
    Column("position", BigInteger, primary_key=True, autoincrement=False),
    Column("agent", Text, nullable=False),
    # by digest: an agent key may be longer than PostgreSQL lets an index entry be
    Column("person", LargeBinary(16), nullable=False),
)
Index("catalogue_link_by_person", link_statement.c.person)

LinkRow = dict[str, Any]


@dataclass(frozen=True, slots=True)
class CatalogueEntry:
    """A thing as it stands: what is said of it, None once it is withdrawn; the stream's version,
    and when that was stored, in microseconds since the epoch.
    """

    entry: JsonObject | None
    version: int
    stored: int


class CatalogueProjection:
    """Folds descriptions into what holds now."""

    NAME: ClassVar[str] = "catalogue"
    VERSION: ClassVar[int] = 2
    TABLES: ClassVar[Sequence[Table]] = (entry, link_statement)
    TOPICS: ClassVar[frozenset[str]] = frozenset(
        {*(event.TOPIC for event in DESCRIPTION_TYPES), EntryWithdrawn.TOPIC}
    )

    def apply(self, batch: Batch, connection: Connection) -> None:
        rows: dict[UUID, LinkRow] = {}
        gone: dict[UUID, LinkRow] = {}
        for recorded in batch.other_events:
            event, stored = recorded.event, recorded.stored
            if isinstance(event, Described):
                rows[event.originator_id] = _row(event, stored)
                gone.pop(event.originator_id, None)
            elif isinstance(event, EntryWithdrawn):
                gone[event.originator_id] = {
                    "of": event.originator_id,
                    "to": event.originator_version,
                    "at": stored,
                }
        replace_rows(connection, entry, list(rows.values()))
        replace_rows(
            connection, link_statement, [row for r in batch.other_events for row in _link_rows(r)]
        )
        if gone:
            connection.execute(_WITHDRAW, list(gone.values()))

    def new_fold(self) -> CatalogueProjection:
        return self  # it remembers nothing


def entries(connection: Connection, kind: EntryKind) -> dict[UUID, CatalogueEntry]:
    """Everything that was ever described of that kind, by stream, what changed last at the end."""
    rows = connection.execute(_OF_KIND, {"of": kind.value})
    return {row.stream: _entry(row) for row in rows}


def links(connection: Connection) -> dict[str, str]:
    """The links that hold: identifiers, and those of the persons that they are linked to."""
    held = (orjson.loads(row.entry) for row in connection.execute(_LINKS))
    return {link["agent"]: link["person"] for link in held}


def ever_linked(connection: Connection, people: Collection[str]) -> set[str]:
    """The identifiers that were at any time linked to one of these."""
    digests = [digest(person) for person in people]
    return {row.agent for row in rows_of(connection, _LINKED, link_statement.c.person, digests)}


def counted(connection: Connection) -> dict[EntryKind, int]:
    """How many things there are of each kind."""
    found: dict[str, int] = dict(map(tuple, connection.execute(_COUNTED)))
    return {kind: found.get(kind.value, 0) for kind in EntryKind}


_WITHDRAW = (
    update(entry)
    .where(entry.c.stream == bindparam("of"))
    .values(version=bindparam("to"), stored=bindparam("at"), entry=None)
)
_ALL = select(entry)
_OF_KIND = _ALL.where(entry.c.kind == bindparam("of")).order_by(entry.c.stored)
_LINKS = select(entry.c.entry).where(
    entry.c.kind == literal(EntryKind.LINK.value), entry.c.entry.is_not(None)
)
_LINKED = select(link_statement.c.agent)
_COUNTED = (
    select(entry.c.kind, func.count()).where(entry.c.entry.is_not(None)).group_by(entry.c.kind)
)


def _entry(row: Any) -> CatalogueEntry:
    entry = None if row.entry is None else orjson.loads(row.entry)
    return CatalogueEntry(entry, row.version, row.stored)


def _link_rows(recorded: RecordedEvent) -> Iterator[LinkRow]:
    """The row of a link, of no other event."""
    event = recorded.event
    if isinstance(event, IdentifierLinked):
        agent, person = event.entry["agent"], digest(event.entry["person"])
        yield {"position": recorded.position, "agent": agent, "person": person}


def _row(event: Described, stored: int) -> LinkRow:
    return {
        "stream": event.originator_id,
        "kind": KINDS[type(event)].value,
        "version": event.originator_version,
        "stored": stored,
        "entry": orjson.dumps(event.entry),
    }
