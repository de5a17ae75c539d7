"""Who is certified, and who may serve visitors, on a day; as known now or at a log position."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.verdict import CertificateStatus
from lrs.domain.errors import EntryNotFound, TraineeNotFound
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import LogReader
from lrs.projections.training import certifications, people, staff
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.people import Trainee
from lrs.service.reports.person_lookup import key_of
from lrs.service.reports.person_reading import person_then
from lrs.service.reports.rulings import RecordedVerdict, Rulings
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from lrs.service.reports.verdicts import Certified, certified, certified_then

__all__ = [
    "Certificates",
    "CertificatesQuery",
    "CertificationReports",
    "Certified",
    "RecordedVerdict",
    "VerdictsWithEvidence",
]

CHUNK = 500
"""People that one query reads."""

MOST_CHECKED = 5_000
"""The most people that are checked for one page. So a page may be short and yet not the last."""


@dataclass(frozen=True, slots=True)
class CertificatesQuery:
    """Selects the people at an office, in a programme, or both; with `statuses`, only those with
    one of them. At most `limit` people whose numbers follow `after`; all if `limit` is None.
    """

    on: date
    office: str | None = None
    programme: str | None = None
    statuses: Collection[CertificateStatus] = frozenset()
    after: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Certificates:
    """The selected people with the selected verdicts; their clearance takes all verdicts into
    account. `programme` is the one of the query. `more` is the number of the person after whom
    there may be others, None on the last page.
    """

    people: Sequence[Certified]
    programme: ProgrammeRules | None = None
    more: int | None = None


@dataclass(frozen=True, slots=True)
class VerdictsWithEvidence:
    """A person's verdicts, and the ids and authorities of the statements in their evidence, by
    position.
    """

    certified: Certified
    statements: Mapping[int, str] = field(default_factory=dict)
    authorities: Mapping[int, JsonObject] = field(default_factory=dict)


class CertificationReports:
    """Reads people's verdicts."""

    def __init__(self, reader: SnapshotReader, log: LogReader) -> None:
        self._reader = reader
        self._log = log

    def of_trainee(
        self, trainee: str, on: date, at: int | None = None
    ) -> ReportAnswer[VerdictsWithEvidence]:
        """The verdicts of a trainee, given by agent key or personnel number; with `at`, as known at
        that position. Raises TraineeNotFound, and InvalidQuery for a personnel number that several
        people have, or a position that the log has not reached.
        """
        with self._reader.snapshot(at) as reading:
            key = key_of(reading.connection, trainee)
            answer = reading.answer(self._of_key(reading, key, on))
        verdicts = [verdict for _, verdict in answer.value.standings]
        evidence = sorted({position for one in verdicts for position in one.evidence})
        authorities = self._log.authorities_at(evidence)
        proven = VerdictsWithEvidence(answer.value, self._log.ids_at(evidence), authorities)
        return ReportAnswer(proven, answer.consistency, answer.place_names)

    def among(self, wanted: CertificatesQuery) -> ReportAnswer[Certificates]:
        """The people at an office, or in a programme. Raises EntryNotFound."""
        with self._reader.snapshot() as reading:
            programme = _programme(reading, wanted.programme)
            require_office(reading, wanted.office)
            page: list[Certified] = []
            checked, last = 0, wanted.after
            for chunk in _candidates(reading, wanted):
                checked += len(chunk)
                room = None if wanted.limit is None else wanted.limit + 1 - len(page)
                for one in _selected(reading, chunk, wanted, room):
                    if len(page) == wanted.limit:  # so there is a next page
                        return reading.answer(Certificates(page, programme, page[-1].trainee.id))
                    page.append(one)
                last = chunk[-1].id
                if wanted.limit is not None and checked >= MOST_CHECKED:
                    return reading.answer(Certificates(page, programme, last))
            return reading.answer(Certificates(page, programme))

    def _of_key(self, reading: ReportSnapshot, key: str, on: date) -> Certified:
        if reading.known is not None:
            return certified_then(person_then(reading, self._log, key), on)
        person = people.person_by_key(reading.connection, key)
        if person is None:
            raise TraineeNotFound("trainee-not-found")
        (one,) = certified(reading.connection, reading.rulings(on), [person])
        return one


def require_office(reading: ReportSnapshot, code: str | None) -> None:
    """Raises EntryNotFound for an office that was never described."""
    if code is not None and (code,) not in reading.entries(EntryKind.OFFICE):
        raise EntryNotFound("office-not-found")


def _programme(reading: ReportSnapshot, code: str | None) -> ProgrammeRules | None:
    if code is None:
        return None
    programme = reading.programmes.get(code)
    if programme is None:
        raise EntryNotFound("programme-not-found")
    return programme


def _candidates(reading: ReportSnapshot, wanted: CertificatesQuery) -> Iterator[Sequence[Trainee]]:
    """The people among whom the query selects, in the order of their numbers, chunk by chunk."""
    connection, after = reading.connection, wanted.after
    if wanted.office is not None:
        limit = None if wanted.limit is None else CHUNK
        while chunk := staff.people_at(connection, wanted.office, after, limit):
            yield chunk
            after = chunk[-1].id
        return
    others = certifications.people_in(connection, wanted.programme or "")
    while chunk := staff.recorded_or(connection, others, after, CHUNK):
        yield chunk
        after = chunk[-1].id


def _selected(
    reading: ReportSnapshot,
    trainees: Sequence[Trainee],
    wanted: CertificatesQuery,
    room: int | None,
) -> Iterator[Certified]:
    """Those of the trainees whom the query selects, each with the selected verdicts. With `room`,
    at least so many of them, if there are, but not necessarily all.
    """
    if wanted.programme is not None:
        only = {wanted.programme: reading.programmes[wanted.programme]}
        some = certified(reading.connection, Rulings(only, wanted.on), trainees)
        trainees = [one.trainee for one in some if _verdicts(one, wanted)][:room]
    elif not wanted.statuses:
        trainees = trainees[:room]
    for one in certified(reading.connection, reading.rulings(wanted.on), trainees):
        if not (wanted.programme or wanted.statuses):
            yield one
        elif verdicts := _verdicts(one, wanted):
            yield replace(one, standings=verdicts)


def _verdicts(one: Certified, wanted: CertificatesQuery) -> Sequence[RecordedVerdict]:
    """The person's verdicts that the query selects."""
    return [
        recorded
        for recorded in one.standings
        if wanted.programme in (None, recorded.programme.code)
        and (not wanted.statuses or recorded.verdict.status in wanted.statuses)
    ]
