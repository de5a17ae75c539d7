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
"""The day of a visit (as 2026-03-31) and its code, which give the order of visits, last first."""


@dataclass(frozen=True, slots=True)
class VisitTotal:
    """The number of visits, and the sum of their hours where these are recorded."""

    visits: int
    hours: float


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over visits: of all, by trainer (the representative agent key) and by office code."""

    all: VisitTotal
    by_trainer: Mapping[str, VisitTotal]
    by_office: Mapping[str, VisitTotal]


@dataclass(frozen=True, slots=True)
class Visits:
    """A page of visits, as their catalogue entries, and totals over all pages. `names` are the
    names of people by agent key, `courses` the courses by IRI.
    """

    entries: Sequence[JsonObject]
    totals: Totals
    more: PageStart | None
    names: Mapping[str, str]
    courses: Mapping[str, Course]


@dataclass(frozen=True, slots=True)
class VisitsQuery:
    """Selects visits to an office, by a trainer, from the day `since` to the day `until`: at most
    `limit` that follow `after`.
    """

    office: str | None = None
    trainer: str | None = None
    since: date | None = None
    until: date | None = None
    after: PageStart | None = None
    limit: int = 100


class VisitReports:
    """Reads reports on visits."""

    def __init__(self, reader: SnapshotReader) -> None:
        self._reader = reader

    def visits(self, query: VisitsQuery) -> ReportAnswer[Visits]:
        """The visits that the query selects. Raises EntryNotFound for an unknown office,
        PersonNotFound for an unknown trainer, InvalidQuery for days in the wrong order and an
        ambiguous number.
        """
        if query.since and query.until and query.since > query.until:
            raise InvalidQuery("days-in-wrong-order", parameter="from")
        with self._reader.snapshot(names=True) as reading:
            require_office(reading, query.office)
            return reading.answer(visits(reading, query))


def visits(reading: ReportSnapshot, query: VisitsQuery) -> Visits:
    """The visits that the query selects. Raises PersonNotFound for an unknown trainer."""
    visits = [thing.entry for thing in reading.entries(EntryKind.VISIT).values() if thing.stands]
    trainers = _trainers(reading, query.trainer, visits)
    selected = [
        entry
        for entry in visits
        if query.office in (None, entry["office"])
        and (trainers is None or entry["trainer"] in trainers)
        and (query.since is None or query.since.isoformat() <= entry["on"])
        and (query.until is None or entry["on"] <= query.until.isoformat())
    ]
    selected.sort(key=_order, reverse=True)
    rest = [entry for entry in selected if query.after is None or _order(entry) < query.after]
    page = rest[: query.limit]
    keys = {key for entry in page for key in (entry["trainer"], *entry.get("people", ()))}
    totals = _totals(selected, staff.known_by(reading.connection, {e["trainer"] for e in selected}))
    return Visits(
        entries=page,
        totals=totals,
        more=_order(page[-1]) if len(rest) > len(page) else None,
        names=names_of(reading.connection, keys | totals.by_trainer.keys()),
        courses=courses.courses_by_iri(
            reading.connection, {entry["course"] for entry in page if "course" in entry}
        ),
    )


def _order(entry: JsonObject) -> PageStart:
    return entry["on"], entry["code"]


def _trainers(
    reading: ReportSnapshot, trainer: str | None, entries: Sequence[JsonObject]
) -> set[str] | None:
    """All identifiers of the trainer; None without one. Raises PersonNotFound."""
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
