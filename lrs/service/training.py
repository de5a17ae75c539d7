"""What reports ask: transcripts, and the figures of courses."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.agent import identifier_of
from lrs.domain.attempt import Rule
from lrs.domain.errors import CourseNotFound, InvalidQuery, TraineeNotFound
from lrs.ledger import LogReader
from lrs.projections import names, statistics, transcripts
from lrs.projections.names import Trainee
from lrs.projections.statistics import CourseEntry, CourseReport
from lrs.projections.training import Training as TrainingProjection
from lrs.projections.transcripts import Transcript
from lrs.projector import Projector, Reach

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

    def __init__(self, projector: Projector, log: LogReader) -> None:
        self._projector = projector
        self._log = log

    def transcript(self, trainee: str, rule: Rule = "best") -> Held[Proven]:
        """A trainee's transcript, by agent key or by personnel number. Raises TraineeNotFound,
        and InvalidQuery for a personnel number that several people have.
        """

        def asked(connection: Connection) -> Transcript | None:
            found = transcripts.transcript(connection, trainee, rule)
            if found is None and not _is_key(trainee) and "\0" not in trainee:
                people = names.trainees_by_personnel(connection, trainee)
                if len(people) > 1:
                    raise InvalidQuery("ambiguous-trainee")
                if people:
                    found = transcripts.transcript(connection, people[0].key, rule)
            return found

        held = self._ask(asked)
        if held.value is None:
            raise TraineeNotFound("trainee-not-found")
        return Held(Proven(held.value, self._log.ids_at(_grounds(held.value))), held.reach)

    def trainees(self, q: str, after: int, limit: int) -> Held[Sequence[Trainee]]:
        """Those whose name or personnel number holds `q`, by number, after that number."""
        return self._ask(lambda connection: names.trainees(connection, q, after, limit))

    def courses(self) -> Held[Sequence[CourseEntry]]:
        """Every course the log names."""
        return self._ask(statistics.courses)

    def course_statistics(self, course: str) -> Held[CourseReport]:
        """A course's figures, by its number or its IRI. Raises CourseNotFound."""

        def asked(connection: Connection) -> CourseReport | None:
            iri = course
            if course.isascii() and course.isdigit() and len(course) < 10:
                numbered = names.course_by_id(connection, int(course))
                iri = numbered.iri if numbered else course
            return statistics.statistics(connection, iri)

        held = self._ask(asked)
        if held.value is None:
            raise CourseNotFound("course-not-found")
        return Held(held.value, held.reach)

    def _ask(self, question: Callable[[Connection], T]) -> Held[T]:
        return Held(*self._projector.ask(TrainingProjection.NAME, question))


def _grounds(found: Transcript) -> list[int]:
    lines = [entry.line for entry in found.entries]
    named = {p for line in lines for p in (*line.evidence, *line.voided)}
    return sorted(named.union(*(c.statements for c in found.corrections)))


def _is_key(text: str) -> bool:
    try:
        identifier_of(text)
    except ValueError:
        return False
    return True
