"""What reports ask: transcripts, and the figures of courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import CourseNotFound, OutsideLaunch, TraineeNotFound
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import LogReader
from lrs.projections.training import courses, people, statistics, transcripts
from lrs.projections.training.courses import Course
from lrs.projections.training.people import Trainee
from lrs.projections.training.statistics import CourseEntry, CourseReport, Slice, SliceBy
from lrs.projections.training.transcripts import Transcript
from lrs.service.reports.person_lookup import key_of, names_of
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from replay import as_of


@dataclass(frozen=True, slots=True)
class TranscriptWithEvidence:
    """A transcript, and the ids of the statements it rests on, and who vouches for them, by the
    positions it names.
    """

    transcript: Transcript
    statements: Mapping[int, str]
    authorities: Mapping[int, JsonObject]


@dataclass(frozen=True, slots=True)
class Slices:
    """A page of the slices of a course, or of all courses; with `more` there are others after the
    last one. `names` are instructors' by agent key, of those who have one.
    """

    course: Course | None
    slices: Sequence[Slice]
    more: bool
    names: Mapping[str, str]


class TranscriptReports:
    """Reads of transcripts and statistics."""

    def __init__(self, reader: SnapshotReader, log: LogReader) -> None:
        self._reader = reader
        self._log = log

    def transcript(
        self, trainee: str, rule: AttemptRule | None = None, known: int | None = None
    ) -> ReportAnswer[TranscriptWithEvidence]:
        """A trainee's transcript, by agent key or by personnel number; with `known` as the store
        knew it at that position. Raises TraineeNotFound, and InvalidQuery for a personnel number
        that several people have, or a position that the log has not reached.
        """
        with self._reader.snapshot(known) as reading:
            key = key_of(reading.connection, trainee)
            found = _transcript(reading, self._log, key, rule)
            answer = reading.answer(found)
        evidence = sorted({p for entry in found.entries for p in entry.line.evidence})
        proven = TranscriptWithEvidence(
            found, self._log.ids_at(_grounds(found)), self._log.authorities_at(evidence)
        )
        return ReportAnswer(proven, answer.consistency, answer.place_names)

    def own(self, trainee: str, by: Credential) -> str:
        """The agent key of the learner whose key asks, where they are the one meant: by an
        identifier that is linked to them, or by their personnel number. Raises OutsideLaunch.
        """
        with self._reader.snapshot() as reading:
            person = people.person_by_key(reading.connection, by.learner)
        keys = {by.learner, *(person.identifiers if person else ())}
        numbers = {key.split("|", 2)[2] for key in keys if key.startswith("account|")}
        if person and person.record:
            numbers.add(person.record.get("number", by.learner))
        if trainee not in keys | numbers:
            raise OutsideLaunch("launch-scope")
        return by.learner

    def trainees(self, q: str, after: int, limit: int) -> ReportAnswer[Sequence[Trainee]]:
        """Those whose name or personnel number holds `q`, by number, after that number."""
        with self._reader.snapshot() as reading:
            return reading.answer(people.people(reading.connection, q, after, limit))

    def courses(self) -> ReportAnswer[Sequence[CourseEntry]]:
        """Every course the log names."""
        with self._reader.snapshot() as reading:
            return reading.answer(statistics.courses(reading.connection))

    def course_statistics(self, course: str) -> ReportAnswer[CourseReport]:
        """A course's figures, by its number or its IRI. Raises CourseNotFound."""
        with self._reader.snapshot() as reading:
            found = course_meant(reading.connection, course)
            return reading.answer(statistics.statistics(reading.connection, found))

    def course_slices(
        self, course: str, by: SliceBy, after: str | None = None, limit: int = 1_000
    ) -> ReportAnswer[Slices]:
        """Its figures by session, office, instructor or month, so many after that value. Raises
        CourseNotFound.
        """
        with self._reader.snapshot(names=by is SliceBy.INSTRUCTOR) as reading:
            found = course_meant(reading.connection, course)
            return reading.answer(_slices(reading, found, by, after, limit))

    def slices(
        self, by: SliceBy, after: str | None = None, limit: int = 1_000
    ) -> ReportAnswer[Slices]:
        """The figures of all courses together by office, instructor or month."""
        with self._reader.snapshot(names=by is SliceBy.INSTRUCTOR) as reading:
            return reading.answer(_slices(reading, None, by, after, limit))


def _transcript(
    reading: ReportSnapshot, log: LogReader, key: str, rule: AttemptRule | None
) -> Transcript:
    if reading.known is None:
        found = transcripts.transcript(reading.connection, key, rule)
        if found is None:
            raise TraineeNotFound("trainee-not-found")
        return found
    then = as_of.person_as_of(
        reading.connection, log, key, reading.known, reading.words, reading.zone
    )
    if then is None:
        raise TraineeNotFound("trainee-not-known-then")
    return transcripts.compiled(then.trainee, then.lines, rule)


def course_meant(connection: Connection, course: str) -> Course:
    """The course with this number or IRI. Raises CourseNotFound."""
    found = None
    if course.isascii() and course.isdigit() and len(course) < 10:
        found = courses.course_by_id(connection, int(course))
    found = found or courses.course_by_iri(connection, course)
    if found is None:
        raise CourseNotFound("course-not-found")
    return found


def _slices(
    reading: ReportSnapshot, course: Course | None, by: SliceBy, after: str | None, limit: int
) -> Slices:
    found = statistics.slices(reading.connection, course, by, after, limit + 1)
    page = found[:limit]
    instructors = [one.value for one in page] if by is SliceBy.INSTRUCTOR else []
    names = names_of(reading.connection, instructors)
    return Slices(course, page, len(found) > limit, names)


def _grounds(found: Transcript) -> list[int]:
    lines = [entry.line for entry in found.entries]
    named = {p for line in lines for p in (*line.evidence, *line.voided)}
    return sorted(named.union(*(c.statements for c in found.corrections)))
