"""Why a person is certified or not on a day: the events that touched them, and the verdict."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice

from lrs.domain.errors import CourseNotFound, EntryNotFound, InvalidQuery, TraineeNotFound
from lrs.ledger import Ledger
from lrs.projections.training import catalogue_cache
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.courses import Course
from lrs.service.replay.author import Author, author_of_event, author_of_statement
from lrs.service.replay.conclusion import Conclusion, conclude
from lrs.service.replay.facts import ReportChange, VerdictChange
from lrs.service.replay.scope import ExplanationScope, scope_of
from lrs.service.replay.steps import HistoryStep, PersonSteps
from lrs.service.reports.person_lookup import key_of
from lrs.service.reports.person_reading import sources_of
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from lrs.service.reports.transcripts import course_meant
from replay.timeline import PersonTimeline
from replay.touches import TouchKind

_Page = tuple[Sequence[HistoryStep], int | None]
_STATEMENTS = (TouchKind.STATEMENT, TouchKind.VOIDING)


@dataclass(frozen=True, slots=True)
class ExplainQuery:
    """About whom: an agent key or a personnel number. As far as a course goes (number or IRI), or a
    programme (code), or `subject`, which is either. Verdicts are those of the day `on`, as known at
    the position `known` or now. So many events after that position, all where `limit` is None.
    """

    person: str
    on: date
    course: str | None = None
    programme: str | None = None
    subject: str | None = None
    known: int | None = None
    after: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class ExplainedStep:
    """A step, when its event was stored (microseconds since the epoch), the id of its statement,
    and who said it; `is_erased` where its content is erased.
    """

    step: HistoryStep
    stored: int
    statement: str | None
    by: Author | None
    is_erased: bool


@dataclass(frozen=True, slots=True)
class EvidenceSource:
    """A statement that something is based on: its id, when it was stored, and who vouches for it;
    None where it is erased.
    """

    statement: str
    stored: int
    by: Author | None


@dataclass(frozen=True, slots=True)
class Explanation:
    """The events in the order of the log, the position after which there are others, and the
    conclusion with the statements that it is based on, by position.
    """

    scope: ExplanationScope
    steps: Sequence[ExplainedStep]
    more: int | None
    conclusion: Conclusion
    evidence: Mapping[int, EvidenceSource]
    ids: Mapping[int, str]
    """Of the statements that events void, or that verdicts before and after them are based on."""
    titles: Mapping[str, Mapping[str, str]]
    """What the courses of the events are called, by IRI."""


class Explanations:
    """Explains what reports say of a person."""

    def __init__(self, reader: SnapshotReader, ledger: Ledger) -> None:
        self._reader = reader
        self._ledger = ledger

    def explain(self, query: ExplainQuery) -> ReportAnswer[Explanation]:
        """The person's history as known at a position or now. Raises TraineeNotFound,
        CourseNotFound, EntryNotFound, and InvalidQuery for a personnel number that several people
        have, or a position that the log has not reached.
        """
        with self._reader.snapshot(query.known) as reading:
            until = reading.consistency.position
            key, log = key_of(reading.connection, query.person), self._ledger.reader
            sources = sources_of(reading, log, key, until)
            timeline = PersonTimeline(sources)
            then = timeline.at(until)
            if then is None and query.known is not None:
                raise TraineeNotFound("trainee-not-known-then")
            if then is None:
                raise TraineeNotFound("trainee-not-found")
            scope = scope_meant(reading, query.course, query.programme, query.subject)
            concluded = conclude(timeline, then, until, query.on, scope)
            steps, more = _page(PersonSteps(sources, query.on), scope, query)
            answer = reading.answer(concluded)
        found = Explanation(
            scope,
            self.explained(steps),
            more,
            concluded,
            self._evidence(concluded.grounds),
            self._ledger.reader.ids_at(named_in(steps)),
            titles_of(timeline, steps, until),
        )
        return ReportAnswer(found, answer.consistency, answer.place_names)

    def explained(self, steps: Sequence[HistoryStep]) -> list[ExplainedStep]:
        """The steps with what the log holds of their events."""
        stated = [s.touch.position for s in steps if s.touch.kind in _STATEMENTS]
        log, authorities = self._ledger.reader, self._ledger.reader.authorities_at(stated)
        ids, events = log.ids_at(stated), log.events_at([step.touch.position for step in steps])
        found = []
        for step in steps:
            position = step.touch.position
            logged, authority = events[position], authorities.get(position)
            by = author_of_event(self._ledger.decoded(logged)) if position not in ids else None
            found.append(
                ExplainedStep(
                    step,
                    logged.stored,
                    ids.get(position),
                    author_of_statement(authority) if authority else by,
                    logged.state is None,
                )
            )
        return found

    def _evidence(self, positions: Sequence[int]) -> dict[int, EvidenceSource]:
        log = self._ledger.reader
        ids, authorities = log.ids_at(positions), log.authorities_at(positions)
        stored = {at: one.stored for at, one in log.events_at(positions).items()}
        by = {at: author_of_statement(one) for at, one in authorities.items()}
        return {at: EvidenceSource(ids[at], stored[at], by.get(at)) for at in positions}


def scope_meant(
    reading: ReportSnapshot, course: str | None, programme: str | None, subject: str | None = None
) -> ExplanationScope:
    """What belongs to a course (number or IRI), to a programme (code), or to `subject`, which is
    either; everything where none is given. Raises CourseNotFound, EntryNotFound, and InvalidQuery
    where both are given.
    """
    if course is not None and programme is not None:
        raise InvalidQuery("course-and-programme", parameter="programme")
    programmes = reading.programmes
    of_course = of_programme = None
    if programme is not None:
        of_programme = _programme(reading, programme)
    elif course is not None:
        of_course = course_meant(reading.connection, course)
    elif subject is not None:
        of_programme = programmes.get(subject)
        of_course = None if of_programme else _either(reading, subject)
    return scope_of(of_course, of_programme, programmes)


def _programme(reading: ReportSnapshot, code: str) -> ProgrammeRules:
    found = reading.programmes.get(code)
    if found is not None:
        return found
    if reading.known is not None and code in catalogue_cache.programmes(reading.connection):
        raise EntryNotFound("programme-not-known-then")
    raise EntryNotFound("programme-not-found")


def _either(reading: ReportSnapshot, subject: str) -> Course:
    """The course, where no programme has that code as known."""
    try:
        return course_meant(reading.connection, subject)
    except CourseNotFound:
        if reading.known is not None and subject in catalogue_cache.programmes(reading.connection):
            raise EntryNotFound("programme-not-known-then") from None
        raise CourseNotFound("course-or-programme-not-found") from None


def _page(walk: PersonSteps, scope: ExplanationScope, query: ExplainQuery) -> _Page:
    """The steps that were asked for, and the position of the last one if others follow. Those that
    follow are not looked at.
    """
    steps = walk.steps(scope, query.after)
    if query.limit is None:
        return list(steps), None
    found = list(islice(steps, query.limit + 1))
    if len(found) <= query.limit:
        return found, None
    page = found[: query.limit]
    return page, page[-1].touch.position


def named_in(steps: Iterable[HistoryStep]) -> list[int]:
    """The positions of the statements that the steps' events void, or that verdicts before and
    after them are based on.
    """
    found: set[int] = set()
    for step in steps:
        found.update(step.touch.targets)
        found.update(grounds_of(step.changes))
    return sorted(found)


def grounds_of(changes: Iterable[ReportChange]) -> set[int]:
    """The positions of the statements that verdicts before and after the changes are based on."""
    verdicts = [
        verdict
        for change in changes
        if isinstance(change, VerdictChange)
        for verdict in (change.before, change.after)
        if verdict
    ]
    return {position for verdict in verdicts for position in verdict.evidence}


def titles_of(
    timeline: PersonTimeline, steps: Iterable[HistoryStep], position: int
) -> dict[str, Mapping[str, str]]:
    """What the courses of the steps' statements are called as of the position, by IRI."""
    courses = (timeline.course(iri, position) for iri in {i for s in steps for i in s.courses})
    return {course.iri: course.title for course in courses if course}
