"""Offices: their staff's training and certificates, and the ratings that visitors give."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.verdict import CertificateStatus, record_of
from lrs.domain.training.course_statistics import CourseStatistics, Rate, figures
from lrs.projections.training import staff, statistics
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.catalogue_history import CurrentEntry
from lrs.projections.training.people import Trainee
from lrs.projections.training.statistics import SliceBy
from lrs.service.reports.certifications import require_office
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from lrs.service.reports.verdicts import Certified, certified
from lrs.service.reports.visits import Visits, VisitsQuery, visits


@dataclass(frozen=True, slots=True)
class OfficeFigures:
    """An office, the number of people whose personnel records name it, and the figures of their
    lines in all courses, each by its course's own attempt rule.
    """

    code: str
    thing: CurrentEntry
    people: int
    training: CourseStatistics


@dataclass(frozen=True, slots=True)
class MonthFigures:
    """The training figures of a month (as 2026-03) and the number of likes and dislikes of
    visitors in it; None if unknown.
    """

    month: str
    training: CourseStatistics | None
    likes: int | None
    dislikes: int | None


@dataclass(frozen=True, slots=True)
class StatusCounts:
    """The number of an office's people by status in a programme. `may_serve`, for a programme that
    is required for serving visitors: the share of people whom it does not keep from serving, among
    those to whom it applies.
    """

    programme: ProgrammeRules
    by_status: Mapping[CertificateStatus, int]
    may_serve: Rate | None


@dataclass(frozen=True, slots=True)
class Readiness:
    """The people employed at an office on a day; `may_serve` counts them by yes, no, not known."""

    on: date
    employed: int
    may_serve: Mapping[bool | None, int]
    programmes: Sequence[StatusCounts]


@dataclass(frozen=True, slots=True)
class OfficeReport:
    """An office with its months, its people's certificates and its trainers' visits."""

    office: OfficeFigures
    months: Sequence[MonthFigures]
    readiness: Readiness
    visits: Visits


class OfficeReports:
    """Reads reports on offices."""

    def __init__(self, reader: SnapshotReader) -> None:
        self._reader = reader

    def all(self) -> ReportAnswer[Sequence[OfficeFigures]]:
        """All offices that were ever described, by code."""
        with self._reader.snapshot() as reading:
            return reading.answer(_offices(reading, [code for (code,) in _described(reading)]))

    def one(self, code: str, on: date) -> ReportAnswer[OfficeReport]:
        """The report on one office, with certificates as of a day. Raises EntryNotFound."""
        with self._reader.snapshot(names=True) as reading:
            require_office(reading, code)
            (office,) = _offices(reading, [code])
            report = OfficeReport(
                office=office,
                months=_months(reading, code),
                readiness=_readiness(reading, code, on),
                visits=visits(reading, VisitsQuery(office=code)),
            )
            return reading.answer(report)


def _described(reading: ReportSnapshot) -> Mapping[tuple[str, ...], CurrentEntry]:
    return reading.entries(EntryKind.OFFICE)


def _offices(reading: ReportSnapshot, codes: Sequence[str]) -> list[OfficeFigures]:
    connection = reading.connection
    slices = statistics.slices_among(connection, SliceBy.OFFICE, codes)
    people = staff.counted(connection)
    nothing = figures({})
    return [
        OfficeFigures(
            code=code,
            thing=_described(reading)[code,],
            people=people.get(code, 0),
            training=slices[code].figures if code in slices else nothing,
        )
        for code in codes
    ]


def _months(reading: ReportSnapshot, code: str) -> list[MonthFigures]:
    """The months for which there are training figures or ratings, oldest first."""
    months = statistics.values(reading.connection, SliceBy.MONTH)
    by_value = {f"{code} {month}": month for month in months}
    slices = statistics.slices_among(reading.connection, SliceBy.OFFICE_MONTH, by_value)
    training = {by_value[value]: one.figures for value, one in slices.items()}
    ratings = {
        month: thing.entry
        for (office, month), thing in reading.entries(EntryKind.RATING).items()
        if office == code and thing.stands
    }
    return [
        MonthFigures(
            month=month,
            training=training.get(month),
            likes=ratings[month]["likes"] if month in ratings else None,
            dislikes=ratings[month]["dislikes"] if month in ratings else None,
        )
        for month in sorted(training.keys() | ratings.keys())
    ]


def _readiness(reading: ReportSnapshot, code: str, on: date) -> Readiness:
    trainees = staff.people_at(reading.connection, code)
    employed = [one for one in trainees if _employed(one, on)]
    people = certified(reading.connection, reading.rulings(on), employed)
    return Readiness(
        on=on,
        employed=len(employed),
        may_serve=Counter(one.clearance.may_serve for one in people),
        programmes=_counts(people),
    )


def _employed(trainee: Trainee, on: date) -> bool:
    return trainee.record is not None and record_of(trainee.record).employed.holds(on)


def _counts(people: Sequence[Certified]) -> list[StatusCounts]:
    """The counts of each programme in which somebody has a verdict, by code."""
    programmes: dict[str, ProgrammeRules] = {}
    statuses: dict[str, Counter[CertificateStatus]] = {}
    serving: dict[str, Counter[bool]] = {}
    for one in people:
        for programme, verdict in one.standings:
            code = programme.code
            programmes[code] = programme
            statuses.setdefault(code, Counter())[verdict.status] += 1
            if verdict.applies and verdict.before_visitors:
                allows = code not in one.clearance.in_the_way
                serving.setdefault(code, Counter())[allows] += 1
    return [
        StatusCounts(
            programme=programmes[code],
            by_status=statuses[code],
            may_serve=Rate(serving[code][True], serving[code].total()) if code in serving else None,
        )
        for code in sorted(programmes)
    ]
