"""Who is certified, and who may serve visitors: true on a day, as known now or at a position."""

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
from lrs.service.reports.rulings import RecordedVerdict, Rulings
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader
from lrs.service.reports.verdicts import Certified, certified, certified_then
from replay.as_of import person_as_of

__all__ = [
    "Certificates",
    "CertificatesQuery",
    "CertificationReports",
    "Certified",
    "RecordedVerdict",
    "VerdictsWithEvidence",
]

CHUNK = 500
MOST_LOOKED_AT = 5_000
"""So many people are looked at for one page: a page may be short, and more still follow."""


@dataclass(frozen=True, slots=True)
class CertificatesQuery:
    """Whose certificates: those at an office, in a programme, or both; with any of these statuses,
    where some are named. So many after that person's number, all where `limit` is None.
    """

    on: date
    office: str | None = None
    programme: str | None = None
    statuses: Collection[CertificateStatus] = frozenset()
    after: int = 0
    limit: int | None = None


@dataclass(frozen=True, slots=True)
class Certificates:
    """People with those of their verdicts that were asked for, and with what they may do by all of
    them; the programme if one was asked for; the person's number after whom there may be others.
    """

    people: Sequence[Certified]
    programme: ProgrammeRules | None = None
    more: int | None = None


@dataclass(frozen=True, slots=True)
class VerdictsWithEvidence:
    """A person's verdicts, and the ids of the statements they rest on and who vouches for them, by
    position.
    """

    certified: Certified
    statements: Mapping[int, str] = field(default_factory=dict)
    authorities: Mapping[int, JsonObject] = field(default_factory=dict)


class CertificationReports:
    """Reads of what was earned."""

    def __init__(self, reader: SnapshotReader, log: LogReader) -> None:
        self._reader = reader
        self._log = log

    def of_trainee(
        self, trainee: str, on: date, at: int | None = None
    ) -> ReportAnswer[VerdictsWithEvidence]:
        """All programmes that concern a trainee, by agent key or personnel number; with `at` as the
        store knew it at that position. Raises TraineeNotFound, and InvalidQuery for a personnel
        number that several people have, or a position that the log has not reached.
        """
        with self._reader.snapshot(at) as reading:
            key = key_of(reading.connection, trainee)
            answer = reading.answer(self._of_key(reading, key, on))
        verdicts = [verdict for _, verdict in answer.value.standings]
        evidence = sorted({position for one in verdicts for position in one.evidence})
        authorities = self._log.authorities_at(evidence)
        founded = VerdictsWithEvidence(answer.value, self._log.ids_at(evidence), authorities)
        return ReportAnswer(founded, answer.consistency, answer.place_names)

    def among(self, wanted: CertificatesQuery) -> ReportAnswer[Certificates]:
        """Those at an office, or in a programme. Raises EntryNotFound."""
        with self._reader.snapshot() as reading:
            programme = _programme(reading, wanted.programme)
            require_office(reading, wanted.office)
            found: list[Certified] = []
            looked, last = 0, wanted.after
            for chunk in _candidates(reading, wanted):
                looked += len(chunk)
                room = None if wanted.limit is None else wanted.limit + 1 - len(found)
                for one in _chosen(reading, chunk, wanted, room):
                    if len(found) == wanted.limit:  # one more tells that there is a next page
                        return reading.answer(Certificates(found, programme, found[-1].trainee.id))
                    found.append(one)
                last = chunk[-1].id
                if wanted.limit is not None and looked >= MOST_LOOKED_AT:
                    return reading.answer(Certificates(found, programme, last))
            return reading.answer(Certificates(found, programme))

    def _of_key(self, reading: ReportSnapshot, key: str, on: date) -> Certified:
        if reading.known is not None:
            then = person_as_of(
                reading.connection, self._log, key, reading.known, reading.words, reading.zone
            )
            if then is None:
                raise TraineeNotFound("trainee-not-known-then")
            return certified_then(then, on)
        person = people.person_by_key(reading.connection, key)
        if person is None:
            raise TraineeNotFound("trainee-not-found")
        (found,) = certified(reading.connection, reading.rulings(on), [person])
        return found


def require_office(reading: ReportSnapshot, code: str | None) -> None:
    """EntryNotFound for an office that never was described."""
    if code is not None and (code,) not in reading.entries(EntryKind.OFFICE):
        raise EntryNotFound("office-not-found")


def _programme(reading: ReportSnapshot, code: str | None) -> ProgrammeRules | None:
    if code is None:
        return None
    found = reading.programmes.get(code)
    if found is None:
        raise EntryNotFound("programme-not-found")
    return found


def _candidates(reading: ReportSnapshot, wanted: CertificatesQuery) -> Iterator[Sequence[Trainee]]:
    """Those who may be meant, in the order of their numbers, a part at a time."""
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


def _chosen(
    reading: ReportSnapshot,
    trainees: Sequence[Trainee],
    wanted: CertificatesQuery,
    room: int | None,
) -> Iterator[Certified]:
    """Those of the trainees who are meant, each with the verdicts that are; as many as are known to
    be enough where there is room for so many only.
    """
    if wanted.programme is not None:
        only = {wanted.programme: reading.programmes[wanted.programme]}
        some = certified(reading.connection, Rulings(only, wanted.on), trainees)
        trainees = [one.trainee for one in some if _meant(one, wanted)][:room]
    elif not wanted.statuses:
        trainees = trainees[:room]
    for one in certified(reading.connection, reading.rulings(wanted.on), trainees):
        if not (wanted.programme or wanted.statuses):
            yield one
        elif standings := _meant(one, wanted):
            yield replace(one, standings=standings)


def _meant(one: Certified, wanted: CertificatesQuery) -> Sequence[RecordedVerdict]:
    return [
        standing
        for standing in one.standings
        if wanted.programme in (None, standing.programme.code)
        and (not wanted.statuses or standing.verdict.status in wanted.statuses)
    ]
