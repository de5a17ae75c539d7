"""What differs between two moments: lines, verdicts and clearances, and the events that did it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from lrs.domain.errors import InvalidQuery, TraineeNotFound
from lrs.ledger import Ledger
from lrs.projections.training import people
from lrs.projections.training.people import Trainee
from lrs.service.replay.explain import (
    ExplainedStep,
    Explanations,
    grounds_of,
    named_in,
    scope_meant,
    titles_of,
)
from lrs.service.replay.facts import (
    CHANGE_KINDS,
    ClearanceChange,
    FactsReader,
    ReportChange,
    changes,
)
from lrs.service.replay.scope import ExplanationScope
from lrs.service.replay.steps import PersonSteps
from lrs.service.reports.certifications import require_office
from lrs.service.reports.person_lookup import key_of
from lrs.service.reports.person_reading import sources_of
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from replay import concerned
from replay.timeline import PersonTimeline


@dataclass(frozen=True, slots=True)
class DifferenceQuery:
    """Between which positions, the later one None for now, and for which day verdicts are compared.
    Of one person (agent key or personnel number), of those of an office (code), of a course (number
    or IRI) or of a programme (code); of everybody where none is given. `what` is the one kind of
    change that is looked for, by its name in CHANGE_KINDS. So many people are looked at after that
    person's number, all where `limit` is None.
    """

    before: int
    on: date
    after: int | None = None
    person: str | None = None
    office: str | None = None
    course: str | None = None
    programme: str | None = None
    what: str | None = None
    start: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class PersonDifference:
    """A person as known at the later moment, what is not the same, and the events in between that
    changed anything; what the courses of these events are called, by IRI.
    """

    trainee: Trainee
    changes: Sequence[ReportChange]
    steps: Sequence[ExplainedStep]
    titles: Mapping[str, Mapping[str, str]]


class ReadMark(NamedTuple):
    """A position, and the instant up to which what was known there is complete."""

    position: int
    through: int


@dataclass(frozen=True, slots=True)
class Differences:
    """The people of whom anything differs, in the order of their numbers; the number of the last
    one who was looked at, if there are others; how many were looked at; and the earlier moment.
    """

    people: Sequence[PersonDifference]
    more: int | None
    compared: int
    before: ReadMark
    ids: Mapping[int, str]
    """Of the statements that events void, or that verdicts are based on, by position."""


class DifferenceReports:
    """Compares what was known at two moments."""

    def __init__(self, reader: SnapshotReader, ledger: Ledger, explanations: Explanations) -> None:
        self._reader = reader
        self._ledger = ledger
        self._explanations = explanations

    def between(self, query: DifferenceQuery) -> ReportAnswer[Differences]:
        """What differs. Raises InvalidQuery for moments in the wrong order, for positions that the
        log has not reached, for a personnel number that several people have and for the answer on
        serving visitors of one course or programme; TraineeNotFound, CourseNotFound, EntryNotFound.
        """
        with self._reader.snapshot(query.after, parameter="to") as reading:
            upto = reading.consistency.position
            if query.before > upto and query.after is None:
                raise InvalidQuery("known-in-future", parameter="from")
            if query.before > upto:
                raise InvalidQuery("moments-in-wrong-order", parameter="from")
            scope = _scope(reading, query)
            numbers = _concerned(reading, query, scope, upto)
            rest = [number for number in sorted(numbers) if number > query.start]
            page = rest[: query.limit]
            found = people.persons(reading.connection, page)
            differences = [
                one
                for number in page
                if (one := self._of_person(reading, found[number], query, scope, upto))
            ]
            more = page[-1] if len(page) < len(rest) else None
            log = self._ledger.reader
            named = sorted(_named(differences))
            before = ReadMark(query.before, log.stored_at(query.before))
            return reading.answer(
                Differences(differences, more, len(page), before, log.ids_at(named))
            )

    def _of_person(
        self,
        reading: ReportSnapshot,
        trainee: Trainee,
        query: DifferenceQuery,
        scope: ExplanationScope,
        upto: int,
    ) -> PersonDifference | None:
        """None where nothing differs."""
        sources = sources_of(reading, self._ledger.reader, trainee.key, upto)
        timeline, read = PersonTimeline(sources), FactsReader(query.on)
        before = read(timeline.at(query.before))
        then = timeline.at(upto)
        changed = scope.of(changes(before, read(then)))
        if not changed:
            return None
        steps = PersonSteps(sources, query.on).steps(scope, query.before)
        did = [step for step in steps if step.changes]
        titles = titles_of(timeline, did, upto)
        shown = replace(then.trainee, id=trainee.id) if then else trainee
        return PersonDifference(shown, changed, self._explanations.explained(did), titles)


def _scope(reading: ReportSnapshot, query: DifferenceQuery) -> ExplanationScope:
    narrowed = "course" if query.course is not None else "programme"
    scope = scope_meant(reading, query.course, query.programme)
    kind = CHANGE_KINDS[query.what] if query.what is not None else None
    if kind is ClearanceChange and not scope.is_all:
        raise InvalidQuery("clearance-of-a-part", parameter=narrowed)
    return replace(scope, kind=kind)


def _named(differences: Sequence[PersonDifference]) -> set[int]:
    """The positions of the statements that are named by their ids."""
    found: set[int] = set()
    for one in differences:
        found |= grounds_of(one.changes)
        found.update(named_in(explained.step for explained in one.steps))
    return found


def _concerned(
    reading: ReportSnapshot, query: DifferenceQuery, scope: ExplanationScope, upto: int
) -> set[int]:
    """The numbers of those who are meant, and of whom anything may differ."""
    connection = reading.connection
    numbers = concerned.touched(connection, query.before, upto)
    if query.person is not None:
        person = people.person_by_key(connection, key_of(connection, query.person))
        if person is None:
            raise TraineeNotFound("trainee-not-found")
        numbers &= {person.id}
    if query.office is not None:
        require_office(reading, query.office)
        numbers &= concerned.in_office(connection, query.office)
    if scope.course is not None:
        numbers &= concerned.in_course(connection, scope.course)
    return numbers
