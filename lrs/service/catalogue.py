"""The catalogue: what holds, and the commands that change it. Each appends facts, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import SHAPES, Key, Kind, Thing, stream_of
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.errors import EntryNotFound, InvalidEntry, Unavailable
from lrs.domain.events import Described, EntryWithdrawn
from lrs.domain.xapi.agent import JsonObject, authority_key
from lrs.ledger import Ledger
from lrs.projections import catalogue as projection
from lrs.projections.catalogue import Entry
from lrs.projector import Projector
from lrs.service.catalogue_changes import (
    Change,
    Stated,
    Step,
    circular,
    concerned,
    contradictions,
    planned,
    step,
)
from lrs.service.retry import repeated

__all__ = ["Catalogue", "Change", "Stated", "Step", "Version"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Version:
    """What was said of a thing at one time, and the agent key of who said it; `entry` is None where
    it was withdrawn.
    """

    number: int
    stored: int
    entry: JsonObject | None
    reason: str = ""
    by: str = ""


class Catalogue:
    """The catalogue of one store. `timeout` bounds a command with its repetitions, in seconds;
    `recheck` raises Unauthenticated for a key that is good no more.
    """

    def __init__(
        self,
        ledger: Ledger,
        projector: Projector,
        *,
        recheck: Callable[[Credential], None],
        timeout: float,
    ) -> None:
        self._ledger = ledger
        self._recheck = recheck
        self._projector = projector
        self._timeout = timeout

    def entries(self, kind: Kind, by: Credential) -> list[Entry]:
        """Everything of that kind that holds, what changed last at the end. Raises Forbidden."""
        _require_reading(by)
        found = self._read(lambda connection: projection.entries(connection, kind))
        return [entry for entry in found.values() if entry.entry is not None]

    def counts(self, by: Credential) -> dict[Kind, int]:
        """How many things of each kind there are. Raises Forbidden."""
        _require_reading(by)
        return self._read(projection.counted)

    def links(self, by: Credential) -> dict[str, str]:
        """The links that hold: identifiers, and those of the persons that they are linked to.
        Raises Forbidden.
        """
        _require_reading(by)
        return self._read(projection.links)

    def ever_linked(self, people: Collection[str], by: Credential) -> set[str]:
        """The identifiers that were at any time linked to one of these. Raises Forbidden."""
        _require_reading(by)
        return self._read(lambda connection: projection.ever_linked(connection, people))

    def history(self, kind: Kind, key: Key, by: Credential) -> list[Version]:
        """All that was ever said of a thing, the first first. Raises EntryNotFound, Forbidden."""
        found = self.histories([(kind, key)], by)
        if not found:
            raise EntryNotFound("entry-not-found")
        return found[kind, key]

    def histories(self, things: Collection[Thing], by: Credential) -> dict[Thing, list[Version]]:
        """All that was ever said of those of the things that were ever described, the first first.
        Raises Forbidden.
        """
        _require_reading(by)
        streams = {stream: thing for thing, stream in self._streams(things).items()}
        found: dict[Thing, list[Version]] = {}
        for row in self._ledger.reader.histories(streams):
            fact, said = self._ledger.decoded(row), (row.originator_version, row.stored)
            versions = found.setdefault(streams[row.originator_id], [])
            if isinstance(fact, Described):
                versions.append(Version(*said, fact.entry, by=fact.by))
            elif isinstance(fact, EntryWithdrawn):
                versions.append(Version(*said, None, fact.reason, fact.by))
        return {thing: versions for thing, versions in found.items() if versions}

    def plan(self, stated: Sequence[Stated], by: Credential) -> list[Step]:
        """What the statements would change, in their order. Raises InvalidEntry for those that name
        something that is described neither in the catalogue nor among them, that stand twice, or
        that link an identifier to itself by way of others; Forbidden.
        """
        _require_writing(by)
        return self._plan(stated)

    def faults(
        self, stated: Sequence[Stated], remains: Sequence[Stated], by: Credential
    ) -> list[InvalidEntry]:
        """What `plan` would raise for these statements of an input of which others are refused
        already; `remains` is what is right of these others. Raises Forbidden.
        """
        _require_writing(by)
        return self._decide(stated, remains)[1]

    def describe(self, stated: Sequence[Stated], by: Credential) -> list[Step]:
        """Make the statements part of the record, all or none; what says the same as before is
        left alone. Raises as `plan` does, and Unavailable or StorageFull.
        """
        _require_writing(by)
        who = authority_key(by.authority)

        def once() -> list[Step]:
            steps = self._plan(stated)
            self._recheck(by)
            self._record(self._facts([s for s in steps if s.change is not Change.SAME], who))
            return steps

        return repeated(once, self._timeout)

    def amend(
        self,
        kind: Kind,
        key: Key,
        change: Callable[[JsonObject | None], JsonObject],
        by: Credential,
    ) -> Change:
        """Describe a thing anew from how it stands, None where it is not described. What it names
        besides may have been withdrawn since. Raises Forbidden, Unavailable or StorageFull.
        """
        _require_writing(by)
        who = authority_key(by.authority)

        def once() -> Change:
            held = self._held(self._streams([(kind, key)])).get((kind, key))
            made = step(Stated(kind, change(held.entry if held else None)), held)
            if made.change is not Change.SAME:
                self._record(self._facts([made], who))
            return made.change

        return repeated(once, self._timeout)

    def withdraw(self, kind: Kind, key: Key, reason: str, by: Credential) -> None:
        """Say that a thing does not hold any more. Raises EntryNotFound, Forbidden."""
        _require_writing(by)
        who = authority_key(by.authority)

        def once() -> None:
            stream = self._streams([(kind, key)]).get((kind, key))
            latest = None if stream is None else self._ledger.reader.latest(stream)
            if stream is None or latest is None or latest.topic == EntryWithdrawn.TOPIC:
                raise EntryNotFound("entry-not-found")
            fact = EntryWithdrawn(stream, latest.originator_version + 1, reason, who)
            self._record([fact])

        repeated(once, self._timeout)

    def _plan(self, stated: Sequence[Stated]) -> list[Step]:
        steps, faults = self._decide(stated, ())
        if faults:
            raise InvalidEntry.first_of(faults)
        return steps

    def _decide(
        self, stated: Sequence[Stated], remains: Sequence[Stated]
    ) -> tuple[list[Step], list[InvalidEntry]]:
        held = self._held(self._streams(concerned([*stated, *remains])))
        steps, faults = planned(stated, held), contradictions(stated, held, remains)
        if any(s.kind is Kind.LINK for s in stated):
            faults += circular(steps, self._read(projection.links))
        return steps, faults

    def _held(self, streams: Mapping[Thing, UUID]) -> dict[Thing, Entry]:
        name, (head, _) = projection.Catalogue.NAME, self._ledger.reader.head()
        found, reach = self._projector.ask(name, lambda c: projection.among(c, streams.values()))
        if reach.is_paused and reach.position < head:
            raise Unavailable("view-paused", projection=name)
        return {thing: found[s] for thing, s in streams.items() if s in found}

    def _read(self, query: Callable[[Connection], T]) -> T:
        """The answer of the read model, as fresh as the log."""
        return self._projector.ask(projection.Catalogue.NAME, query)[0]

    def _streams(self, things: Collection[Thing]) -> dict[Thing, UUID]:
        """Their streams; a person's whose key was never made has none."""
        people = {owner for thing in things if (owner := _owner(*thing))}
        secrets = self._ledger.owners.keys(people)
        return {
            (kind, key): stream_of(kind, key, secrets.get(owner, b""))
            for kind, key in things
            if not (owner := _owner(kind, key)) or owner in secrets
        }

    def _facts(self, steps: Sequence[Step], who: str) -> list[Described]:
        things = [(step.stated.kind, step.stated.key) for step in steps]
        self._ledger.owners.keys_made({owner for thing in things if (owner := _owner(*thing))})
        streams = self._streams(things)
        return [
            SHAPES[thing[0]].fact(streams[thing], step.version, step.stated.entry, who)
            for thing, step in zip(things, steps, strict=True)
        ]

    def _record(self, facts: Sequence[Described | EntryWithdrawn]) -> None:
        if facts:
            self._ledger.record(facts)


def _owner(kind: Kind, key: Key) -> str:
    """The person whom a thing is about; empty if it is about none."""
    shape = SHAPES[kind]
    return key[shape.key.index(shape.person)] if shape.person else ""


def _require_reading(by: Credential) -> None:
    if not by.may_report():
        raise too_narrow(by, "`all/read` and `all`")


def _require_writing(by: Credential) -> None:
    if not by.may_do_all():
        raise too_narrow(by, "`all`")
