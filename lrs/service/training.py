"""What reports ask: transcripts, and the figures of courses."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from lrs.database import Database
from lrs.domain.attempt import Rule
from lrs.domain.errors import CourseNotFound, TraineeNotFound
from lrs.domain.vocabulary import STANDARD, Vocabulary
from lrs.faults import honest_errors
from lrs.ledger import LogReader
from lrs.projections import courses, people, statistics, transcripts
from lrs.projections.courses import Course
from lrs.projections.people import Trainee
from lrs.projections.statistics import By, CourseEntry, CourseReport, Slice
from lrs.projections.training import Training as TrainingProjection
from lrs.projections.transcripts import Transcript
from lrs.projector import Projector, Reach
from lrs.service import as_known
from lrs.service.naming import key_of

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Held(Generic[T]):
    """An answer, and the log position as of which it holds."""

    value: T
    reach: Reach


@dataclass(frozen=True, slots=True)
class Proven:
    """A transcript, and the ids of the statements it rests on by the positions it names."""

    transcript: Transcript
    statements: Mapping[int, UUID]


class Training:
    """Reads of the training projection, each as fresh as the log when it was asked."""

    def __init__(
        self, projector: Projector, views: Database, log: LogReader, words: Vocabulary = STANDARD
    ) -> None:
        self._projector = projector
        self._views = views
        self._log = log
        self._words = words

    def transcript(
        self, trainee: str, rule: Rule | None = None, known: int | None = None
    ) -> Held[Proven]:
        """A trainee's transcript, by agent key or by personnel number; with `known` as the store
        knew it at that position. Raises TraineeNotFound, and InvalidQuery for a personnel number
        that several people have.
        """
        reach = self._fresh()
        with honest_errors(), self._views.read.connect() as connection:
            key = key_of(connection, trainee)
            if known is None:
                found = transcripts.transcript(connection, key, rule)
            else:
                reach = replace(reach, position=min(known, reach.position))
                then = as_known.known(connection, self._log, key, known, self._words)
                found = transcripts.compiled(then.trainee, then.lines, rule) if then else None
        if found is None:
            raise TraineeNotFound("trainee-not-found")
        return Held(Proven(found, self._log.ids_at(_grounds(found))), reach)

    def trainees(self, q: str, after: int, limit: int) -> Held[Sequence[Trainee]]:
        """Those whose name or personnel number holds `q`, by number, after that number."""
        reach = self._fresh()
        with honest_errors(), self._views.read.connect() as connection:
            return Held(people.people(connection, q, after, limit), reach)

    def courses(self) -> Held[Sequence[CourseEntry]]:
        """Every course the log names."""
        reach = self._fresh()
        with honest_errors(), self._views.read.connect() as connection:
            return Held(statistics.courses(connection), reach)

    def course_statistics(self, course: str) -> Held[CourseReport]:
        """A course's figures, by its number or its IRI. Raises CourseNotFound."""
        reach = self._fresh()
        with honest_errors(), self._views.read.connect() as connection:
            return Held(statistics.statistics(connection, _course(connection, course)), reach)

    def course_slices(self, course: str, by: By) -> Held[tuple[Course, Sequence[Slice]]]:
        """Its figures by session, office, instructor or month. Raises CourseNotFound."""
        reach = self._fresh()
        with honest_errors(), self._views.read.connect() as connection:
            found = _course(connection, course)
            return Held((found, statistics.slices(connection, found, by)), reach)

    def _fresh(self) -> Reach:
        return self._projector.fresh(TrainingProjection.NAME)


def _course(connection: Connection, course: str) -> Course:
    found = None
    if course.isascii() and course.isdigit() and len(course) < 10:
        found = courses.course_by_id(connection, int(course))
    found = found or courses.course_by_iri(connection, course)
    if found is None:
        raise CourseNotFound("course-not-found")
    return found


def _grounds(found: Transcript) -> list[int]:
    lines = [entry.line for entry in found.entries]
    named = {p for line in lines for p in (*line.evidence, *line.voided)}
    return sorted(named.union(*(c.statements for c in found.corrections)))
