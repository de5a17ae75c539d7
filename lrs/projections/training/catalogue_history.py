"""What the catalogue says, as far as transcripts and certificates rest on it, with its history.

The projection `catalogue` holds what stands now; this one is folded together with statements, so
that what was described and what was stored are known as of the same position.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    Integer,
    LargeBinary,
    String,
    Table,
    func,
    select,
)

from lrs.db.bulk import insert_columns, rows_of
from lrs.db.types import UuidKey
from lrs.domain.aggregates.catalogue_entry import KINDS, SHAPES, EntryKind, Key, key_of
from lrs.domain.events import Described, EntryWithdrawn, RecordedEvent
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.surrogate_keys import digest
from lrs.projections.tables import metadata

description = Table(
    "description",
    metadata,
    Column("stream", UuidKey, primary_key=True),
    Column("version", Integer, primary_key=True, autoincrement=False),
    Column("position", BigInteger, nullable=False),
    Column("stored", BigInteger, nullable=False),
    Column("kind", String(16), nullable=False),
    # whom it is about, if it is about a person: a digest of the agent key
    Column("person", LargeBinary(16)),
    # NULL where it says that the thing is no more
    Column("entry", LargeBinary),
    Index("description_by_kind", "kind"),
    Index("description_by_person", "person"),
)

_FACTS = select(
    description.c.stream,
    description.c.version,
    description.c.position,
    description.c.stored,
    description.c.kind,
    description.c.entry,
)
_KEYS = select(description.c.stream, description.c.kind, description.c.person)
_LATEST = select(func.max(description.c.position))


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """What was said of a thing at one time: `entry` is None where it was withdrawn.

    `stored` is in microseconds since the epoch.
    """

    stream: UUID
    version: int
    position: int
    stored: int
    kind: EntryKind
    entry: JsonObject | None


class CurrentEntry(NamedTuple):
    """What was said of a thing last, and whether it stands: else it was withdrawn."""

    entry: JsonObject
    stands: bool


CurrentEntries = Mapping[Key, CurrentEntry]


def record_history(
    connection: Connection, events: Sequence[RecordedEvent]
) -> dict[UUID, EntryKind]:
    """Keeps what these events say. The kinds of things that they speak of, by stream."""
    rows: list[dict[str, Any]] = []
    known = _kinds(connection, events)
    for recorded in events:
        event = recorded.event
        if isinstance(event, Described):
            kind, entry = KINDS[type(event)], event.entry
            about = SHAPES[kind].person
            person = digest(entry[about]) if about else None
            known[event.originator_id] = (kind.value, person)
            text: bytes | None = orjson.dumps(entry)
        elif isinstance(event, EntryWithdrawn):
            text = None
        else:
            continue
        name, person = known[event.originator_id]
        rows.append(
            {
                "stream": event.originator_id,
                "version": event.originator_version,
                "position": recorded.position,
                "stored": recorded.stored,
                "kind": name,
                "person": person,
                "entry": text,
            }
        )
    if rows:
        columns = {name: [row[name] for row in rows] for name in rows[0]}
        insert_columns(connection, description, columns)
    return {row["stream"]: EntryKind(row["kind"]) for row in rows}


def _kinds(
    connection: Connection, events: Sequence[RecordedEvent]
) -> dict[UUID, tuple[str, bytes | None]]:
    """Kind and person of the streams that these events withdraw."""
    gone = {r.event.originator_id for r in events if isinstance(r.event, EntryWithdrawn)}
    rows = rows_of(connection, _KEYS, description.c.stream, gone)
    return {row.stream: (row.kind, row.person) for row in rows}


def latest(connection: Connection) -> int:
    """The position of the last description; 0 if there is none. It looks at all of them."""
    return connection.scalar(_LATEST) or 0


def history(connection: Connection, kinds: Collection[EntryKind]) -> list[HistoryEntry]:
    """All that was ever said of these kinds of things, in the order of the log."""
    query = _FACTS.where(description.c.kind.in_([kind.value for kind in kinds]))
    return _said(connection.execute(query))


def of_people(
    connection: Connection, keys: Iterable[str], kinds: Collection[EntryKind]
) -> list[HistoryEntry]:
    """All of these kinds that was ever said of the people with these identifiers, in the order of
    the log.
    """
    people, names = [digest(key) for key in keys], {kind.value for kind in kinds}
    rows = rows_of(connection, _FACTS, description.c.person, people)
    return _said(row for row in rows if row.kind in names)


def of_streams(connection: Connection, streams: Collection[UUID]) -> list[HistoryEntry]:
    """All that was ever said of these things, in the order of the log."""
    return _said(rows_of(connection, _FACTS, description.c.stream, streams))


def current(history: Iterable[HistoryEntry], upto: int | None = None) -> list[HistoryEntry]:
    """What of it stands, as known at that position or now: what was described last at the end."""
    last: dict[UUID, HistoryEntry] = {}
    for one in history:
        if upto is None or one.position <= upto:
            last.pop(one.stream, None)
            last[one.stream] = one
    return [one for one in last.values() if one.entry is not None]


def current_entries(connection: Connection, kind: EntryKind) -> CurrentEntries:
    """Everything of a kind that was ever described."""
    return entries_in(kind, history(connection, [kind]))


def entries_in(kind: EntryKind, history: Iterable[HistoryEntry]) -> CurrentEntries:
    """Everything of the kind that this history describes."""
    last: dict[UUID, CurrentEntry] = {}
    for one in history:
        if one.entry is not None:
            last[one.stream] = CurrentEntry(one.entry, True)
        else:
            last[one.stream] = last[one.stream]._replace(stands=False)
    found = {key_of(kind, thing.entry): thing for thing in last.values()}
    return dict(sorted(found.items()))


def _said(rows: Iterable[Any]) -> list[HistoryEntry]:
    found = [
        HistoryEntry(
            row.stream,
            row.version,
            row.position,
            row.stored,
            EntryKind(row.kind),
            None if row.entry is None else orjson.loads(row.entry),
        )
        for row in rows
    ]
    return sorted(found, key=lambda one: one.position)
