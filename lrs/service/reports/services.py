"""The services of the city that offices give: which courses teach them, who has mastered them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import EntryNotFound
from lrs.projections.training import completions, courses
from lrs.projections.training.catalogue_history import CurrentEntry
from lrs.projections.training.completions import CompletedBy
from lrs.projections.training.courses import Course
from lrs.service.reports.certifications import require_office
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader


@dataclass(frozen=True, slots=True)
class CityService:
    """A service and the courses that teach it."""

    code: str
    thing: CurrentEntry
    courses: Sequence[Course]


@dataclass(frozen=True, slots=True)
class Mastery:
    """A service, how many people have mastered it, and a page of them."""

    service: CityService
    people: int
    masters: Sequence[CompletedBy]
    more: int | None


class ServiceReports:
    """Reads of services."""

    def __init__(self, reader: SnapshotReader) -> None:
        self._reader = reader

    def all(self) -> ReportAnswer[Sequence[CityService]]:
        """Every service that was ever described, by code."""
        with self._reader.snapshot() as reading:
            return reading.answer(_services(reading))

    def mastered(
        self, code: str, office: str | None, after: int, limit: int
    ) -> ReportAnswer[Mastery]:
        """Who has passed, completed or attended a course that teaches the service, and works at the
        office where one is given: so many after that person's number. Raises EntryNotFound.
        """
        with self._reader.snapshot() as reading:
            require_office(reading, office)
            found = next((one for one in _services(reading) if one.code == code), None)
            if found is None:
                raise EntryNotFound("service-not-found")
            taught = {course.id: course for course in found.courses}
            connection = reading.connection
            masters = completions.completed_by(connection, taught, office, after, limit + 1)
            page = masters[:limit]
            return reading.answer(
                Mastery(
                    service=found,
                    people=completions.counted(connection, taught, office),
                    masters=page,
                    more=page[-1].trainee.id if len(masters) > limit else None,
                )
            )


def _services(reading: ReportSnapshot) -> list[CityService]:
    teaching: defaultdict[str, list[Course]] = defaultdict(list)
    for course in courses.described_courses(reading.connection):
        for code in course.services:
            teaching[code].append(course)
    things = reading.entries(EntryKind.SERVICE)
    return [CityService(code, thing, teaching[code]) for (code,), thing in things.items()]
