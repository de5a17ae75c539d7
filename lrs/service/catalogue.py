"""The catalogue: what holds, and the commands that change it. Each appends facts, or nothing."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.agent import JsonObject, authority_key
from lrs.domain.catalogue import SHAPES, Key, Kind, key_of, references, stream_of
from lrs.domain.credential import Credential
from lrs.domain.errors import EntryNotFound, Forbidden, InvalidEntry, Unavailable
from lrs.domain.events import Described, EntryWithdrawn
from lrs.ledger import Ledger
from lrs.projections import catalogue as projection
from lrs.projections.catalogue import Entry
from lrs.projector import Projector, Reach
from lrs.service.repeating import repeated

T = TypeVar("T")


class Change(StrEnum):
    """What describing a thing changes."""

    NEW = "new"
    CHANGED = "changed"
    SAME = "same"


@dataclass(frozen=True, slots=True)
class Stated:
    """What somebody says of a thing, and where it stands in the input, as a JSON pointer."""

    kind: Kind
    entry: JsonObject
    where: str = ""

    @property
    def key(self) -> Key:
        return key_of(self.kind, self.entry)


@dataclass(frozen=True, slots=True)
class Step:
    """One statement and what it would change."""

    stated: Stated
    change: Change
    version: int
    """The stream's version that it would be."""


@dataclass(frozen=True, slots=True)
class Version:
    """What was said of a thing at one time; `entry` is None where it was withdrawn."""

    number: int
    stored: int
    entry: JsonObject | None
    reason: str = ""


class Catalogue:
    """The catalogue of one store. `timeout` bounds a command with its repetitions, in seconds."""

    def __init__(self, ledger: Ledger, projector: Projector, *, timeout: float) -> None:
        self._ledger = ledger
        self._projector = projector
        self._timeout = timeout

    def entries(self, kind: Kind, by: Credential) -> list[Entry]:
        """Everything of that kind that holds, what changed last at the end. Raises Forbidden."""
        _require_reading(by)
        found, _ = self._ask(lambda c: projection.entries(c, kind))
        return [entry for entry in found.values() if entry.entry is not None]

    def counts(self, by: Credential) -> dict[Kind, int]:
        """How many things of each kind there are. Raises Forbidden."""
        _require_reading(by)
        return self._ask(projection.counted)[0]

    def history(self, kind: Kind, key: Key, by: Credential) -> list[Version]:
        """All that was ever said of a thing, the first first. Raises EntryNotFound, Forbidden."""
        _require_reading(by)
        stream = self._streams([(kind, key)]).get((kind, key))
        logged = [] if stream is None else self._ledger.reader.history(stream)
        found = []
        for row in logged:
            fact = self._ledger.decoded(row)
            if isinstance(fact, Described):
                found.append(Version(row.originator_version, row.stored, fact.entry))
            elif isinstance(fact, EntryWithdrawn):
                found.append(Version(row.originator_version, row.stored, None, fact.reason))
        if not found:
            raise EntryNotFound("entry-not-found")
        return found

    def plan(self, stated: Sequence[Stated], by: Credential) -> list[Step]:
        """What the statements would change, in their order. Raises InvalidEntry for one that names
        something that is described neither in the catalogue nor among them, or that stands twice;
        Forbidden.
        """
        _require_writing(by)
        return self._plan(stated)

    def describe(self, stated: Sequence[Stated], by: Credential) -> list[Step]:
        """Make the statements part of the record, all or none; what says the same as before is
        left alone. Raises as `plan` does, and Unavailable or StorageFull.
        """
        _require_writing(by)
        who = authority_key(by.authority)

        def once() -> list[Step]:
            steps = self._plan(stated)
            self._record(self._facts([s for s in steps if s.change is not Change.SAME], who))
            return steps

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
        given = {(s.kind, s.key): s for s in stated}
        if len(given) < len(stated):
            raise InvalidEntry("repeated-entry", pointer=_second(stated).where)
        named = {target for s in stated for target in references(s.kind, s.entry)}
        streams = self._streams([*given, *named])
        held = self._held(streams)
        for s in stated:
            _require_known(s, lambda target: target in given or _holds(held.get(target)))
        return [_step(s, held.get((s.kind, s.key))) for s in stated]

    def _held(self, streams: Mapping[tuple[Kind, Key], UUID]) -> dict[tuple[Kind, Key], Entry]:
        head, _ = self._ledger.reader.head()
        found, reach = self._ask(lambda c: projection.among(c, streams.values()))
        if reach.is_paused and reach.position < head:
            raise Unavailable("view-paused", projection=projection.Catalogue.NAME)
        return {thing: found[s] for thing, s in streams.items() if s in found}

    def _ask(self, question: Callable[[Connection], T]) -> tuple[T, Reach]:
        return self._projector.ask(projection.Catalogue.NAME, question)

    def _streams(self, things: Collection[tuple[Kind, Key]]) -> dict[tuple[Kind, Key], UUID]:
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


def _step(stated: Stated, held: Entry | None) -> Step:
    if held is None:
        return Step(stated, Change.NEW, 1)
    if held.entry is None:
        return Step(stated, Change.NEW, held.version + 1)
    change = Change.SAME if held.entry == stated.entry else Change.CHANGED
    return Step(stated, change, held.version + 1)


def _owner(kind: Kind, key: Key) -> str:
    """The person whom a thing is about; empty if it is about none."""
    shape = SHAPES[kind]
    return key[shape.key.index(shape.person)] if shape.person else ""


def _holds(entry: Entry | None) -> bool:
    return entry is not None and entry.entry is not None


def _second(stated: Sequence[Stated]) -> Stated:
    """The first that stands before it, too."""
    seen: set[tuple[Kind, Key]] = set()
    for s in stated:
        if (s.kind, s.key) in seen:
            return s
        seen.add((s.kind, s.key))
    raise AssertionError("nothing stands twice")


def _require_known(stated: Stated, known: Callable[[tuple[Kind, Key]], bool]) -> None:
    for target in references(stated.kind, stated.entry):
        if not known(target):
            raise InvalidEntry("unknown-reference", pointer=stated.where, kind=target[0].value)


def _require_reading(by: Credential) -> None:
    if not by.may_report():
        raise Forbidden("scope-too-narrow", scopes="`all/read` and `all`")


def _require_writing(by: Credential) -> None:
    if not by.may_do_all():
        raise Forbidden("scope-too-narrow", scopes="`all`")
