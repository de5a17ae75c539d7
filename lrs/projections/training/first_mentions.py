"""Whom and what a batch names, in the order of the log: so numbers are given the same way however
the log is cut into batches.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import KINDS, EntryKind
from lrs.domain.events import Described, RecordedEvent
from lrs.domain.training.outcomes import Outcome
from lrs.domain.xapi.statement import RecordedStatement
from lrs.projections.base import Batch
from lrs.projections.training import courses, lines, people, people_fold, subjects
from lrs.projections.training.people_fold import Naming

OutcomesByPosition = Mapping[int, Sequence[Outcome]]
"""What the batch's statements say, by position; nothing of those that say nothing."""

PEOPLE: Mapping[EntryKind, tuple[str, ...]] = {
    EntryKind.PERSON: ("agent",),
    EntryKind.LINK: ("agent", "person"),
    EntryKind.EXEMPTION: ("agent",),
    EntryKind.REVOCATION: ("agent",),
}
"""Which members of an entry name people whom transcripts are about."""


@dataclass(slots=True)
class Mentions:
    """Names by agent key, titles by course IRI; None and empty where nothing is said."""

    names: dict[str, Naming | None] = field(default_factory=dict)
    titles: dict[str, dict[str, str]] = field(default_factory=dict)

    def note_outcome(self, outcome: Outcome) -> None:
        key, name = outcome.trainee, outcome.name
        before = self.names.get(key)
        if name and before:
            several = before.several or name != before.name
            newest = max((before.at, before.name), (outcome.timestamp, name))
            self.names[key] = Naming(*newest, several)
        elif name or not before:
            self.names[key] = Naming(outcome.timestamp, name, False) if name else None
        title = self.titles.setdefault(outcome.stated_course, {})
        if outcome.title:
            title.update(outcome.title)

    def note_event(self, recorded: RecordedEvent) -> None:
        event = recorded.event
        if isinstance(event, Described):
            kind = KINDS[type(event)]
            for member in PEOPLE.get(kind, ()):
                self.names.setdefault(event.entry[member], None)
            if kind is EntryKind.COURSE:
                self.titles.setdefault(event.entry["id"], {})
            elif kind is EntryKind.PROGRAMME:
                for iri in sorted(courses.courses_in(event.entry)):
                    self.titles.setdefault(iri, {})


def mentioned(batch: Batch, outcomes_by_position: OutcomesByPosition) -> Mentions:
    """Everybody and every course that the batch names, first to last."""
    mentions = Mentions()
    for event in batch.events:
        if isinstance(event, RecordedStatement):
            for outcome in outcomes_by_position.get(event.position, ()):
                mentions.note_outcome(outcome)
        else:
            mentions.note_event(event)
    return mentions


def last_named(
    connection: Connection,
    key: str,
    at: Callable[[Sequence[int]], Mapping[int, RecordedStatement]],
    outcomes_of: Callable[[RecordedStatement], Sequence[Outcome]],
) -> int:
    """The instant of the newest statement in the tables that names the person of an identifier, in
    microseconds. `at` reads statements by position.
    """
    rows = lines.rows_about(connection, people.numbers_of(connection, [key]).values())
    statements = at(sorted(row.position for row in rows))
    named = (o for recorded in statements.values() for o in outcomes_of(recorded))
    return max(o.timestamp for o in named if o.trainee == key and o.name)


def _never(key: str) -> int:
    raise AssertionError(f"{key} had a name before anything was folded")


class Numbers:
    """The numbers of people's identifiers, of courses and of subjects."""

    def __init__(self) -> None:
        self._last_named: Callable[[str], int] = _never
        self._trainees = people_fold.numbered(self._named_before)
        self._courses = courses.numbered()
        self._subjects = subjects.numbered()
        self.trainees: dict[str, int] = {}
        self.courses: dict[str, int] = {}
        self.subjects: dict[str, int] = {}

    def give(
        self,
        connection: Connection,
        mentions: Mentions,
        subjects_: Mapping[str, str],
        last_named: Callable[[str], int],
    ) -> None:
        """Numbers for all that a batch names; writes what is new. `subjects_` are the courses of
        its subjects. `last_named` tells at which instant a statement of an earlier batch named an
        identifier's person last.
        """
        self._last_named = last_named
        self.trainees = self._trainees.numbers(connection, mentions.names)
        self.courses = self._courses.numbers(connection, mentions.titles)
        missing = set(subjects_.values()) - self.courses.keys()
        # what the catalogue says a course is was numbered when it was described
        self.courses |= self._courses.numbers(connection, {iri: {} for iri in sorted(missing)})
        about = {subject: self.courses[course] for subject, course in subjects_.items()}
        self.subjects = self._subjects.numbers(connection, about)

    def _named_before(self, key: str) -> int:
        return self._last_named(key)
