"""People: their identifiers, their personnel records, and the history of both. Links and personnel
records are catalogue entries like all others.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lrs.domain.aggregates.catalogue_entry import EntryIdentity, EntryKind
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.errors import EntryNotFound, InvalidQuery, PersonNotFound
from lrs.domain.identity import identifiers, representatives
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import people as trainees
from lrs.projections.training.projection import TrainingProjection
from lrs.projector import FreshReads
from lrs.service.catalogue import CatalogueService, Change
from lrs.service.catalogue_reader import CatalogueReader, EntryVersion

NAMED = 5
"""The most people with one personnel number that an error message names."""


class PersonEntryKind(StrEnum):
    """What an entry changed about a person."""

    DESCRIBED = "described"
    WITHDRAWN = "withdrawn"
    LINKED = "linked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """An entry in the history of a person: under one of the identifiers, a personnel record or a
    link was described or withdrawn.
    """

    identifier: str
    what: PersonEntryKind
    version: EntryVersion


@dataclass(frozen=True, slots=True)
class Record:
    """The current personnel record, with its stream's version and `stored` (in microseconds since
    the epoch).
    """

    entry: JsonObject
    version: int
    stored: int


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """A person's identifiers, personnel record and history, which is in log order."""

    representative: str
    identifiers: Sequence[str]
    record: Record | None
    history: Sequence[PersonEntry]


class PeopleReader:
    """The people of one store: as they are now, or as known at the end of an earlier log. The links
    there decide which identifiers are one person's.
    """

    def __init__(self, catalogue: CatalogueReader[Any], reads: FreshReads) -> None:
        self._entries = catalogue
        self._reads = reads

    def show(self, identifier: str, by: Credential) -> PersonHistory:
        """The person with this agent key. Raises PersonNotFound, Forbidden."""
        person = self._person(identifier, by)
        if len(person.identifiers) == 1 and not person.history and not self._learns(identifier):
            raise PersonNotFound("person-not-found")
        return person

    def numbered(self, number: str, by: Credential) -> str:
        """The representative identifier of the person with that personnel number, which is in the
        personnel record or is the name of an account. Raises PersonNotFound, InvalidQuery if
        several people have the number, Forbidden.
        """
        if not by.may_report():
            raise too_narrow(by, "`all/read` and `all`")
        matches, _ = self._reads.query(
            TrainingProjection.NAME, lambda connection: trainees.people_numbered(connection, number)
        )
        persons = {one.key for one in matches}
        if not persons:
            raise PersonNotFound("person-not-found")
        if len(persons) > 1:
            named = sorted(persons)[:NAMED] + ["..."] * (len(persons) > NAMED)
            raise InvalidQuery("ambiguous-person", keys=", ".join(named))
        return persons.pop()

    def _person(self, identifier: str, by: Credential) -> PersonHistory:
        people = representatives(self._entries.links(by))
        own = identifiers(people, identifier)
        linked = {*own, *self._entries.ever_linked(own, by)}
        things: list[EntryIdentity] = [(EntryKind.LINK, (key,)) for key in sorted(linked)]
        things += [(EntryKind.PERSON, (key,)) for key in own]
        histories = self._entries.histories(things, by)
        history = [one for thing in histories for one in _entries_of(thing, histories[thing], own)]
        history.sort(key=lambda one: one.version.stored)
        return PersonHistory(people.get(identifier, identifier), own, _record(histories), history)

    def _learns(self, key: str) -> bool:
        """Whether a statement names this identifier."""
        trainee, _ = self._reads.query(
            TrainingProjection.NAME, lambda connection: trainees.person_by_key(connection, key)
        )
        return trainee is not None


class PeopleService(PeopleReader):
    """The people of one store, and the commands that change what is recorded of them."""

    def __init__(self, catalogue: CatalogueService, reads: FreshReads) -> None:
        super().__init__(catalogue, reads)
        self._catalogue = catalogue

    def rename(self, identifier: str, name: str, by: Credential) -> Change:
        """Change the name in the person's personnel record; without a record, create one with the
        name only, under the representative identifier. Raises Forbidden.
        """
        person = self._person(identifier, by)
        key = person.record.entry["agent"] if person.record else person.representative

        def renamed(record: JsonObject | None) -> JsonObject:
            return {**(record or {"agent": key}), "name": name}

        return self._catalogue.amend(EntryKind.PERSON, (key,), renamed, by)

    def unlink(self, identifier: str, reason: str, by: Credential) -> None:
        """Withdraw the link of an identifier to a person. Raises EntryNotFound, Forbidden."""
        try:
            self._catalogue.withdraw(EntryKind.LINK, (identifier,), reason, by)
        except EntryNotFound:
            raise EntryNotFound("not-linked") from None


def _record(histories: Mapping[EntryIdentity, Sequence[EntryVersion]]) -> Record | None:
    """The current record; if several identifiers have one, the one described last."""
    last = [versions[-1] for (kind, _), versions in histories.items() if kind is EntryKind.PERSON]
    records = [Record(v.entry, v.number, v.stored) for v in last if v.entry is not None]
    return max(records, key=lambda record: record.stored, default=None)


def _entries_of(
    thing: EntryIdentity, versions: Sequence[EntryVersion], own: Collection[str]
) -> Iterator[PersonEntry]:
    """The part of an entry's history that concerns the person with the identifiers `own`. Of an
    identifier that now belongs to another person, only that it was linked to this one, and the end
    of that.
    """
    kind, (identifier,) = thing
    before = ""
    for version in versions:
        if kind is EntryKind.PERSON:
            yield PersonEntry(
                identifier,
                PersonEntryKind.DESCRIBED if version.entry else PersonEntryKind.WITHDRAWN,
                version,
            )
            continue
        person = version.entry["person"] if version.entry else ""
        if identifier in own or person in own or before in own:
            yield PersonEntry(
                identifier, PersonEntryKind.LINKED if person else PersonEntryKind.UNLINKED, version
            )
        before = person
