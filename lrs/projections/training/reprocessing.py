"""What the catalogue's events change in what earlier statements mean.

A statement belongs to another course when the catalogue lists its activity elsewhere, and to
another person when its identifier is linked; another attempt counts under another rule; and those
who move to another office are counted there.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.events import RecordedEvent
from lrs.domain.identity import representatives
from lrs.domain.training.course_resolution import changed_listings, listings
from lrs.projections.training import (
    catalogue_history,
    certifications,
    courses,
    lines,
    people,
    people_fold,
    subjects,
)
from lrs.projections.training.catalogue_cache import CatalogueRules, described_now
from lrs.projections.training.certifications import Pair
from lrs.projections.training.line_fold import Changes
from lrs.projections.training.lines import OutcomeRow

K = TypeVar("K")


class Reprocessing:
    """One batch's events. They are kept at once, so that the batch's own statements are read by
    them; what they change in lines is told once everybody named has a number.
    """

    def __init__(
        self, connection: Connection, rulebook: CatalogueRules, events: Sequence[RecordedEvent]
    ) -> None:
        self._rulebook = rulebook
        self._streams = catalogue_history.record_history(connection, events) if events else {}
        self._kinds = set(self._streams.values())
        self._activities: set[str] = set()
        if EntryKind.COURSE in self._kinds:
            before = rulebook.listings
            rulebook.listings = listings(described_now(connection))
            self._activities = changed_listings(before, rulebook.listings)

        self.again: set[Pair] = set()
        """Who has to be certified anew, in which programme."""

    def changes(self, connection: Connection) -> Changes:
        """Brings courses, people and subjects up to the events. The lines that it concerns."""
        rulebook = self._rulebook
        rules, offices, revoked = rulebook.rules, rulebook.offices, rulebook.revoked
        programmes = rulebook.programmes
        moves, links = self._moves(connection), self._links(connection)
        rows = self._rows(connection, moves, links)
        from_scratch = self._lines(connection, rows)
        self._bring_up(connection, moves, links)
        from_scratch |= self._lines(connection, rows)
        self.again = _different(revoked, rulebook.revoked)
        if EntryKind.PROGRAMME in self._kinds:
            codes = _different(programmes, rulebook.programmes)
            self.again |= certifications.of_programmes(connection, rulebook, codes)
        seen = lines.lines_in(connection, _different(rules, rulebook.rules))
        seen |= lines.lines_about(connection, _different(offices, rulebook.offices))
        return Changes(refold=from_scratch, seen=seen)

    def bring_up(self, connection: Connection) -> None:
        """Brings courses, people and subjects up to the events, where there are no lines yet that
        this concerns.
        """
        self._bring_up(connection, self._moves(connection), self._links(connection))

    def _bring_up(
        self, connection: Connection, moves: Mapping[int, int], links: Mapping[int, int]
    ) -> None:
        rulebook = self._rulebook
        subjects.move(connection, moves)
        people_fold.link(connection, links)
        stood = {rulebook.person(number) for number in links}
        if self._kinds & {EntryKind.COURSE, EntryKind.PROGRAMME}:
            courses.describe(connection)
        records = self._records(connection)
        rulebook.linked = people.linked(connection)
        people_fold.flush_offices(
            connection, {*stood, *links.values(), *(rulebook.person(n) for n in records)}
        )
        rulebook.refresh(connection)

    def _moves(self, connection: Connection) -> dict[int, int]:
        """The subjects that belong to another course now, and to which, by numbers."""
        if not self._activities:
            return {}
        found = subjects.concerned(connection, self._activities, self._rulebook.listings)
        numbers = courses.numbers_of(connection, set(found.values()))
        now = {id_: numbers[iri] for id_, iri in found.items()}
        before = subjects.courses_of(connection, now)
        return {id_: course for id_, course in now.items() if before[id_] != course}

    def _links(self, connection: Connection) -> dict[int, int]:
        """The identifiers that are another person's now, and whose, by numbers."""
        if EntryKind.LINK not in self._kinds:
            return {}
        people_ = linked_agents(connection)
        numbers = people.numbers_of(connection, people_)
        now = {numbers[key]: numbers[person] for key, person in people_.items()}
        linked = self._rulebook.linked
        now |= {number: number for number in linked if number not in now}
        return {n: person for n, person in now.items() if linked.get(n, n) != person}

    def _rows(
        self, connection: Connection, moves: Mapping[int, int], links: Collection[int]
    ) -> list[OutcomeRow]:
        """The outcomes that belong to another line now."""
        found = {(row.trainee, row.position): row for row in lines.rows_about(connection, links)}
        if moves:
            left = set(subjects.courses_of(connection, moves).values())
            persons = {lines.person_of(id_) for id_ in lines.lines_in(connection, left)}
            rows = lines.rows_about(connection, people.identifiers(connection, persons))
            found |= {(row.trainee, row.position): row for row in rows if row.subject in moves}
        return list(found.values())

    def _lines(self, connection: Connection, rows: Iterable[OutcomeRow]) -> set[int]:
        return lines.lines_of(connection, rows, self._rulebook.person)

    def _records(self, connection: Connection) -> list[int]:
        """Writes the personnel records that were described or withdrawn: whose, by numbers."""
        streams = [stream for stream, kind in self._streams.items() if kind is EntryKind.PERSON]
        if not streams:
            return []
        keys, latest = {}, {}
        for entry in catalogue_history.of_streams(connection, streams):
            latest[entry.stream] = entry
            if entry.entry is not None:
                keys[entry.stream] = entry.entry["agent"]
        numbers = people.numbers_of(connection, keys.values())
        records = {
            numbers[keys[stream]]: (entry.position, entry.entry) for stream, entry in latest.items()
        }
        people_fold.describe(connection, records)
        return list(records)


def linked_agents(connection: Connection) -> dict[str, str]:
    """The identifiers that present links join, each with the one that represents its person."""
    current = catalogue_history.current(catalogue_history.history(connection, [EntryKind.LINK]))
    return representatives(
        {one.entry["agent"]: one.entry["person"] for one in current if one.entry}
    )


def _different(before: Mapping[K, object], after: Mapping[K, object]) -> set[K]:
    return {key for key in before.keys() | after.keys() if before.get(key) != after.get(key)}
