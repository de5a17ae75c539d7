"""The reports on transcripts and on the figures of courses."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from sqlalchemy import Connection

from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import CourseNotFound, OutsideLaunch, TraineeNotFound
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import LogReader, ReadableLog
from lrs.projections.training import courses, people, statistics, transcripts
from lrs.projections.training.courses import Course
from lrs.projections.training.people import Trainee
from lrs.projections.training.statistics import CourseEntry, CourseReport, Slice, SliceBy
from lrs.projections.training.transcripts import Transcript
from lrs.service.reports.person_lookup import key_of, names_of
from lrs.service.reports.person_reading import person_then
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from replay.course_as_of import course_as_of


@dataclass(frozen=True, slots=True)
class TranscriptWithEvidence:
    """A transcript, and the ids and authorities of the statements that it names, by position."""

    transcript: Transcript
    statements: Mapping[int, str]
    authorities: Mapping[int, JsonObject]


@dataclass(frozen=True, slots=True)
class Slices:
    """A page of the slices of a course, or of all courses together. `more` means that others
    follow. `names` are the names of instructors by agent key, of those who have one.
    """

    course: Course | None
    slices: Sequence[Slice]
    more: bool
    names: Mapping[str, str]


class TranscriptReports:
    """Reads transcripts and course statistics."""

    def __init__(self, reader: SnapshotReader, log: ReadableLog) -> None:
        self._reader = reader
        self._log = log

    def transcript(
        self, trainee: str, rule: AttemptRule | None = None, known: int | None = None
    ) -> ReportAnswer[TranscriptWithEvidence]:
        """The transcript of a trainee, given by agent key or personnel number; with `known`, as
        known at that position. Raises TraineeNotFound, and InvalidQuery for a personnel number that
        several people have, or a position that the log has not reached.
        """
        with self._reader.snapshot(known) as reading:
            key = key_of(reading.connection, trainee)
            transcript = _transcript(reading, self._log.reader, key, rule)
            answer = reading.answer(transcript)
        evidence = sorted({p for entry in transcript.entries for p in entry.line.evidence})
        proven = TranscriptWithEvidence(
            transcript,
            self._log.reader.ids_at(_positions_in(transcript)),
            self._log.reader.authorities_at(evidence),
        )
        return ReportAnswer(proven, answer.consistency, answer.place_names)

    def own(self, trainee: str, by: Credential) -> str:
        """The agent key of the learner to whom the key belongs. Raises OutsideLaunch unless
        `trainee` is one of the learner's identifiers or the personnel number.
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
        """People whose name or personnel number contains the parts of `q`, in the order of their
        numbers: at most `limit` that follow `after`.
        """
        with self._reader.snapshot() as reading:
            return reading.answer(people.people(reading.connection, q, after, limit))

    def courses(self) -> ReportAnswer[Sequence[CourseEntry]]:
        """All courses that the log names."""
        with self._reader.snapshot() as reading:
            return reading.answer(statistics.courses(reading.connection))

    def course_statistics(
        self, course: str, known: int | None = None
    ) -> ReportAnswer[CourseReport]:
        """A course's figures, by its number or its IRI; with `known`, as known at that position.
        Raises CourseNotFound, and InvalidQuery for a position that the log has not reached.
        """
        with self._course(course, known) as (reading, connection, number, found):
            report = statistics.statistics(connection, found)
            shown = replace(report, course=found._replace(id=number))
            return reading.answer(shown)

    def course_slices(
        self,
        course: str,
        by: SliceBy,
        after: str | None = None,
        limit: int = 1_000,
        known: int | None = None,
    ) -> ReportAnswer[Slices]:
        """A course's figures by session, office, instructor or month: at most `limit` slices that
        follow the value `after`; with `known`, as known at that position, though instructors have
        their present names. Raises as `course_statistics` does.
        """
        by_instructor = by is SliceBy.INSTRUCTOR
        with self._course(course, known, names=by_instructor) as (reading, connection, number, of):
            page = statistics.slices(connection, of, by, after, limit + 1)
            names = _names(reading, by, page)
            shown = of._replace(id=number)
            return reading.answer(Slices(shown, page[:limit], len(page) > limit, names))

    def slices(
        self, by: SliceBy, after: str | None = None, limit: int = 1_000
    ) -> ReportAnswer[Slices]:
        """The figures of all courses together by office, instructor or month."""
        with self._reader.snapshot(names=by is SliceBy.INSTRUCTOR) as reading:
            page = statistics.slices(reading.connection, None, by, after, limit + 1)
            names = _names(reading, by, page)
            return reading.answer(Slices(None, page[:limit], len(page) > limit, names))

    @contextmanager
    def _course(
        self, course: str, known: int | None, *, names: bool = False
    ) -> Iterator[tuple[ReportSnapshot, Connection, int, Course]]:
        """A reading, a connection to the tables that hold the course's figures as known then, the
        course's number, and the course as those tables have it. Raises CourseNotFound.
        """
        with self._reader.snapshot(known, names=names) as reading:
            found = course_meant(reading.connection, course)
            if known is None:
                yield reading, reading.connection, found.id, found
                return
            then = course_as_of(
                reading.connection, self._log, found, known, reading.words, reading.zone
            )
            with then as connection:
                described = courses.course_by_iri(connection, found.iri)
                if described is None:
                    raise CourseNotFound("course-not-known-then")
                yield reading, connection, found.id, described


def _transcript(
    reading: ReportSnapshot, log: LogReader, key: str, rule: AttemptRule | None
) -> Transcript:
    if reading.known is None:
        transcript = transcripts.transcript(reading.connection, key, rule)
        if transcript is None:
            raise TraineeNotFound("trainee-not-found")
        return transcript
    then = person_then(reading, log, key)
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


def _names(reading: ReportSnapshot, by: SliceBy, page: Sequence[Slice]) -> Mapping[str, str]:
    """The names of the instructors on the page, by agent key."""
    instructors = [one.value for one in page] if by is SliceBy.INSTRUCTOR else []
    return names_of(reading.connection, instructors)


def _positions_in(transcript: Transcript) -> list[int]:
    """The positions of all statements that the transcript names."""
    lines = [entry.line for entry in transcript.entries]
    named = {p for line in lines for p in (*line.evidence, *line.voided)}
    return sorted(named.union(*(c.statements for c in transcript.corrections)))
