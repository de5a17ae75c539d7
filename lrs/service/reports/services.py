"""The city's services that offices provide: the courses that teach them, and their masters."""

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
    """A service, the number of people who have mastered it, and a page of them. `more` is the
    number of the page's last person if there are others.
    """

    service: CityService
    people: int
    masters: Sequence[CompletedBy]
    more: int | None


class ServiceReports:
    """Reads reports on services."""

    def __init__(self, reader: SnapshotReader) -> None:
        self._reader = reader

    def all(self) -> ReportAnswer[Sequence[CityService]]:
        """All services that were ever described, by code."""
        with self._reader.snapshot() as reading:
            return reading.answer(_services(reading))

    def mastered(
        self, code: str, office: str | None, after: int, limit: int
    ) -> ReportAnswer[Mastery]:
        """The people who have passed, completed or attended a course that teaches the service; with
        `office`, only those who work there. At most `limit` whose numbers follow `after`. Raises
        EntryNotFound.
        """
        with self._reader.snapshot() as reading:
            require_office(reading, office)
            service = next((one for one in _services(reading) if one.code == code), None)
            if service is None:
                raise EntryNotFound("service-not-found")
            teaching = {course.id: course for course in service.courses}
            connection = reading.connection
            masters = completions.completed_by(connection, teaching, office, after, limit + 1)
            page = masters[:limit]
            return reading.answer(
                Mastery(
                    service=service,
                    people=completions.counted(connection, teaching, office),
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
