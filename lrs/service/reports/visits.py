"""Trainers' visits to offices, as the catalogue records them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from operator import itemgetter

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import InvalidQuery, PersonNotFound
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import courses, people, staff
from lrs.projections.training.courses import Course
from lrs.projections.training.people import Trainee
from lrs.service.reports.certifications import require_office
from lrs.service.reports.person_lookup import is_key, key_of, names_of
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader

PageStart = tuple[str, str]
"""The day of a visit, as 2026-03-31, and its code: by these visits are told, the last first."""


@dataclass(frozen=True, slots=True)
class VisitTotal:
    """How many visits, and how many hours they took where that is said."""

    visits: int
    hours: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over visits: of all, by trainer (the agent key that stands for them) and by office (its
    code).
    """

    all: VisitTotal
    by_trainer: Mapping[str, VisitTotal]
    by_office: Mapping[str, VisitTotal]


@dataclass(frozen=True, slots=True)
class Visits:
    """A page of visits as they were described, and totals over all pages. `names` are those of
    people by agent key, `courses` the courses by IRI.
    """

    entries: Sequence[JsonObject]
    totals: Totals
    more: PageStart | None
    names: Mapping[str, str]
    courses: Mapping[str, Course]


@dataclass(frozen=True, slots=True)
class VisitsQuery:
    """Visits to an office, by a trainer, on these days, both included; so many after a place."""

    office: str | None = None
    trainer: str | None = None
    since: date | None = None
    until: date | None = None
    after: PageStart | None = None
    limit: int = 100


class VisitReports:
    """Reads of visits."""

    def __init__(self, reader: SnapshotReader) -> None:
        self._reader = reader

    def visits(self, sought: VisitsQuery) -> ReportAnswer[Visits]:
        """The visits sought. Raises EntryNotFound for an unknown office, PersonNotFound for an
        unknown trainer, InvalidQuery for days in the wrong order and an ambiguous number.
        """
        if sought.since and sought.until and sought.since > sought.until:
            raise InvalidQuery("days-in-wrong-order", parameter="from")
        with self._reader.snapshot(names=True) as reading:
            require_office(reading, sought.office)
            return reading.answer(visits(reading, sought))


def visits(reading: ReportSnapshot, sought: VisitsQuery) -> Visits:
    """The visits sought, by a trainer whom somebody knows."""
    visits = [thing.entry for thing in reading.entries(EntryKind.VISIT).values() if thing.stands]
    trainers = _trainers(reading, sought.trainer, visits)
    found = [
        entry
        for entry in visits
        if sought.office in (None, entry["office"])
        and (trainers is None or entry["trainer"] in trainers)
        and (sought.since is None or sought.since.isoformat() <= entry["on"])
        and (sought.until is None or entry["on"] <= sought.until.isoformat())
    ]
    found.sort(key=_place, reverse=True)
    rest = [entry for entry in found if sought.after is None or _place(entry) < sought.after]
    page = rest[: sought.limit]
    keys = {key for entry in page for key in (entry["trainer"], *entry.get("people", ()))}
    totals = _totals(found, staff.known_by(reading.connection, {e["trainer"] for e in found}))
    return Visits(
        entries=page,
        totals=totals,
        more=_place(page[-1]) if len(rest) > len(page) else None,
        names=names_of(reading.connection, keys | totals.by_trainer.keys()),
        courses=courses.courses_by_iri(
            reading.connection, {entry["course"] for entry in page if "course" in entry}
        ),
    )


def _place(entry: JsonObject) -> PageStart:
    return entry["on"], entry["code"]


def _trainers(
    reading: ReportSnapshot, trainer: str | None, entries: Sequence[JsonObject]
) -> set[str] | None:
    """All identifiers of the trainer meant."""
    if trainer is None:
        return None
    key = key_of(reading.connection, trainer)
    person = people.person_by_key(reading.connection, key)
    if person is not None:
        return set(person.identifiers)
    if not is_key(key) or all(entry["trainer"] != key for entry in entries):
        raise PersonNotFound("person-not-found")
    return {key}


def _totals(entries: Sequence[JsonObject], people: Mapping[str, Trainee]) -> Totals:
    def trainer(entry: JsonObject) -> str:
        key: str = entry["trainer"]
        return people[key].key if key in people else key

    return Totals(
        all=_sum(entries),
        by_trainer=_sums(entries, trainer),
        by_office=_sums(entries, itemgetter("office")),
    )


def _sums(entries: Sequence[JsonObject], of: Callable[[JsonObject], str]) -> dict[str, VisitTotal]:
    parts: defaultdict[str, list[JsonObject]] = defaultdict(list)
    for entry in entries:
        parts[of(entry)].append(entry)
    return {value: _sum(parts[value]) for value in sorted(parts)}


def _sum(entries: Sequence[JsonObject]) -> VisitTotal:
    return VisitTotal(len(entries), sum(entry.get("hours", 0) for entry in entries))
