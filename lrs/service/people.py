"""People: which identifiers are one person's, what the personnel record says, and what was said
before. Links and records are entries of the catalogue, described as all others are.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lrs.domain.aggregates.catalogue_entry import EntryIdentity, EntryKind
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.errors import EntryNotFound, InvalidQuery, PersonNotFound
from lrs.domain.identity import identifiers, representatives
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import people as trainees
from lrs.projections.training.projection import TrainingProjection
from lrs.projector import FreshReads
from lrs.service.catalogue import CatalogueService, Change, EntryVersion

NAMED = 5
"""So many of the people of one number are told, at most."""


class PersonEntryKind(StrEnum):
    """What was said of a person."""

    DESCRIBED = "described"
    WITHDRAWN = "withdrawn"
    LINKED = "linked"
    UNLINKED = "unlinked"


@dataclass(frozen=True, slots=True)
class PersonEntry:
    """Something that was said of a person, by one of the identifiers: a personnel record, a link,
    or that either holds no more.
    """

    identifier: str
    what: PersonEntryKind
    version: EntryVersion


@dataclass(frozen=True, slots=True)
class Record:
    """A personnel record as it stands, and the version and time (microseconds since the epoch) of
    its stream.
    """

    entry: JsonObject
    version: int
    stored: int


@dataclass(frozen=True, slots=True)
class PersonHistory:
    """All that is known of who a person is. `history` is in the order of the log."""

    representative: str
    identifiers: Sequence[str]
    record: Record | None
    history: Sequence[PersonEntry]


class PeopleService:
    """The people of one store, told apart by the links that hold."""

    def __init__(self, catalogue: CatalogueService, reads: FreshReads) -> None:
        self._catalogue = catalogue
        self._reads = reads

    def show(self, identifier: str, by: Credential) -> PersonHistory:
        """Who is known by an agent key. Raises PersonNotFound, Forbidden."""
        found = self._person(identifier, by)
        if len(found.identifiers) == 1 and not found.history and not self._learns(identifier):
            raise PersonNotFound("person-not-found")
        return found

    def numbered(self, number: str, by: Credential) -> str:
        """The key that stands for the one person with that personnel number, in a record or as the
        name of an account. Raises PersonNotFound, InvalidQuery where several people have the
        number, Forbidden.
        """
        if not by.may_report():
            raise too_narrow(by, "`all/read` and `all`")
        found, _ = self._reads.query(
            TrainingProjection.NAME, lambda connection: trainees.people_numbered(connection, number)
        )
        persons = {one.key for one in found}
        if not persons:
            raise PersonNotFound("person-not-found")
        if len(persons) > 1:
            named = sorted(persons)[:NAMED] + ["..."] * (len(persons) > NAMED)
            raise InvalidQuery("ambiguous-person", keys=", ".join(named))
        return persons.pop()

    def rename(self, identifier: str, name: str, by: Credential) -> Change:
        """Describe the person's record anew with that name and all else as it was; where there is
        none, a record with the name alone, under the representative. Raises Forbidden.
        """
        found = self._person(identifier, by)
        key = found.record.entry["agent"] if found.record else found.representative

        def renamed(held: JsonObject | None) -> JsonObject:
            return {**(held or {"agent": key}), "name": name}

        return self._catalogue.amend(EntryKind.PERSON, (key,), renamed, by)

    def unlink(self, identifier: str, reason: str, by: Credential) -> None:
        """Say that an identifier is not the person's whom it was linked to. Raises EntryNotFound,
        Forbidden.
        """
        try:
            self._catalogue.withdraw(EntryKind.LINK, (identifier,), reason, by)
        except EntryNotFound:
            raise EntryNotFound("not-linked") from None

    def _person(self, identifier: str, by: Credential) -> PersonHistory:
        people = representatives(self._catalogue.links(by))
        own = identifiers(people, identifier)
        linked = {*own, *self._catalogue.ever_linked(own, by)}
        things: list[EntryIdentity] = [(EntryKind.LINK, (key,)) for key in sorted(linked)]
        things += [(EntryKind.PERSON, (key,)) for key in own]
        histories = self._catalogue.histories(things, by)
        history = [one for thing in histories for one in _said(thing, histories[thing], own)]
        history.sort(key=lambda one: one.version.stored)
        return PersonHistory(people.get(identifier, identifier), own, _record(histories), history)

    def _learns(self, key: str) -> bool:
        """Whether a statement names them."""
        found, _ = self._reads.query(
            TrainingProjection.NAME, lambda connection: trainees.person_by_key(connection, key)
        )
        return found is not None


def _record(histories: Mapping[EntryIdentity, Sequence[EntryVersion]]) -> Record | None:
    """Of the records that hold, the one that was described last."""
    last = [held[-1] for (kind, _), held in histories.items() if kind is EntryKind.PERSON]
    found = [Record(v.entry, v.number, v.stored) for v in last if v.entry is not None]
    return max(found, key=lambda record: record.stored, default=None)


def _said(
    thing: EntryIdentity, versions: Sequence[EntryVersion], own: Collection[str]
) -> Iterator[PersonEntry]:
    """What of a thing's history is the person's: of an identifier that is another's now, that it
    was linked to this person, and how that ended.
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
