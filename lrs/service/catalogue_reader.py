"""Queries of the catalogue: its entries, its links, and their histories."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import (
    SHAPES,
    EntryIdentity,
    EntryKind,
    Key,
    stream_of,
)
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.errors import EntryNotFound
from lrs.domain.events import Described, EntryWithdrawn
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import ReadableLog
from lrs.projections import catalogue as projection
from lrs.projections.catalogue import CatalogueEntry
from lrs.projector import FreshReads

T = TypeVar("T")
Log = TypeVar("Log", bound=ReadableLog)


@dataclass(frozen=True, slots=True)
class EntryVersion:
    """A version of a catalogue entry by the event at `position`, and the agent key of its author;
    `entry` is None if this version withdrew the entry.
    """

    number: int
    position: int
    stored: int
    entry: JsonObject | None
    reason: str = ""
    by: str = ""


class CatalogueReader(Generic[Log]):
    """The catalogue of one store: as it is now, or as known at the end of an earlier log."""

    def __init__(self, ledger: Log, reads: FreshReads) -> None:
        self._ledger = ledger
        self._reads = reads

    def entries(self, kind: EntryKind, by: Credential) -> list[CatalogueEntry]:
        """The current entries of that kind; the last changed one comes last. Raises Forbidden."""
        _require_reading(by)
        entries = self._read(lambda connection: projection.entries(connection, kind))
        return [entry for entry in entries.values() if entry.entry is not None]

    def counts(self, by: Credential) -> dict[EntryKind, int]:
        """The number of entries of each kind. Raises Forbidden."""
        _require_reading(by)
        return self._read(projection.counted)

    def links(self, by: Credential) -> dict[str, str]:
        """The current links: the person's identifier for each linked identifier. Raises
        Forbidden.
        """
        _require_reading(by)
        return self._read(projection.links)

    def ever_linked(self, people: Collection[str], by: Credential) -> set[str]:
        """The identifiers that were ever linked to one of these. Raises Forbidden."""
        _require_reading(by)
        return self._read(lambda connection: projection.ever_linked(connection, people))

    def history(self, kind: EntryKind, key: Key, by: Credential) -> list[EntryVersion]:
        """All versions of an entry, oldest first. Raises EntryNotFound, Forbidden."""
        histories = self.histories([(kind, key)], by)
        if not histories:
            raise EntryNotFound("entry-not-found")
        return histories[kind, key]

    def histories(
        self, things: Collection[EntryIdentity], by: Credential
    ) -> dict[EntryIdentity, list[EntryVersion]]:
        """All versions of those of these entries that ever existed, oldest first. Raises
        Forbidden.
        """
        _require_reading(by)
        streams = {stream: thing for thing, stream in self._streams(things).items()}
        histories: dict[EntryIdentity, list[EntryVersion]] = {}
        for row in self._ledger.reader.histories(streams):
            event = self._ledger.decoded(row)
            version = row.originator_version, row.position, row.stored
            versions = histories.setdefault(streams[row.originator_id], [])
            if isinstance(event, Described):
                versions.append(EntryVersion(*version, event.entry, by=event.by))
            elif isinstance(event, EntryWithdrawn):
                versions.append(EntryVersion(*version, None, event.reason, event.by))
        return {thing: versions for thing, versions in histories.items() if versions}

    def _read(self, query: Callable[[Connection], T]) -> T:
        """The read model's answer, up to date with the log."""
        return self._reads.query(projection.CatalogueProjection.NAME, query)[0]

    def _streams(self, things: Collection[EntryIdentity]) -> dict[EntryIdentity, UUID]:
        """The streams of these entries. A person who has no stream key yet has no stream."""
        people = {owner for thing in things if (owner := owner_of(*thing))}
        secrets = self._ledger.owners.keys(people)
        return {
            (kind, key): stream_of(kind, key, secrets.get(owner, b""))
            for kind, key in things
            if not (owner := owner_of(kind, key)) or owner in secrets
        }


def owner_of(kind: EntryKind, key: Key) -> str:
    """The person that an entry is about; empty if it is about none."""
    shape = SHAPES[kind]
    return key[shape.key.index(shape.person)] if shape.person else ""


def _require_reading(by: Credential) -> None:
    if not by.may_report():
        raise too_narrow(by, "`all/read` and `all`")
