"""People's verdicts on a day, from their grants, personnel records, exemptions and revocations."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.grants import Grant
from lrs.domain.certification.verdict import (
    Clearance,
    Span,
    may_serve,
    record_of,
    span_of,
)
from lrs.domain.training.line_state import LineState
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import catalogue_history, certifications
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.certifications import Earned
from lrs.projections.training.people import Trainee
from lrs.service.reports.rulings import RecordedVerdict, Rulings
from replay.as_of import PersonAsOf


@dataclass(frozen=True, slots=True)
class Certified:
    """A person with the verdicts of a day, in the order of programme codes, and whether the person
    may serve visitors.
    """

    trainee: Trainee
    standings: Sequence[RecordedVerdict]
    clearance: Clearance


def certified(
    connection: Connection, rulings: Rulings, trainees: Sequence[Trainee]
) -> list[Certified]:
    """The verdicts of these people under these rulings, as known now."""
    codes = rulings.programmes
    only = next(iter(codes)) if len(codes) == 1 else None
    earned = certifications.of_people(connection, [one.id for one in trainees], only)
    exceptions = _exceptions(connection, trainees)
    return [
        _decided(one, rulings, earned[one.id], exceptions.get(one.id, _NO_EXCEPTIONS))
        for one in trainees
    ]


def certified_then(then: PersonAsOf, on: date) -> Certified:
    """What the store would have said at an earlier position."""
    return CertifiedThen(on)(then)


class CertifiedThen:
    """What the store would have said of one person on a day, at one position after another: what
    rests on the same lines and rules as before is not decided again.
    """

    def __init__(self, on: date) -> None:
        self._on = on
        self._rulings = Rulings({}, on)
        self._decided: dict[str, tuple[object, Earned | None]] = {}

    def __call__(self, then: PersonAsOf) -> Certified:
        """The verdicts of the person as of a position."""
        if then.programmes is not self._rulings.programmes:
            self._rulings = Rulings(then.programmes, self._on)
        exceptions = _Exceptions()
        for entry in then.exemptions:
            exceptions.add(EntryKind.EXEMPTION, entry)
        for entry in then.revocations:
            exceptions.add(EntryKind.REVOCATION, entry)
        return _decided(then.trainee, self._rulings, self.earned(then), exceptions)

    def earned(self, then: PersonAsOf) -> dict[str, Earned]:
        """What the person had earned in each programme in which anything was done."""
        states = {course.iri: state for course, state in then.lines}
        found = {code: self._earned(one, states, then) for code, one in then.programmes.items()}
        return {code: what for code, what in found.items() if what is not None}

    def _earned(
        self, programme: ProgrammeRules, states: Mapping[str, LineState], then: PersonAsOf
    ) -> Earned | None:
        revoked, own = then.revoked(programme.code), programme.courses.values()
        by = [(one, [then.vouched[one].get(iri) for iri in own]) for one in programme.authorities]
        rests_on = programme, [states.get(iri) for iri in own], revoked, by
        last = self._decided.get(programme.code)
        if last is None or last[0] != rests_on:
            what = certifications.decided(programme, states, revoked, then.vouched)
            last = self._decided[programme.code] = (rests_on, what)
        return last[1]


@dataclass(frozen=True, slots=True)
class _Exceptions:
    """A person's exemptions and revocations by programme."""

    exemptions: dict[str, list[Span]] = field(default_factory=dict)
    revocations: dict[str, list[date]] = field(default_factory=dict)

    def add(self, kind: EntryKind, entry: JsonObject) -> None:
        code = entry["programme"]
        if kind is EntryKind.EXEMPTION:
            self.exemptions.setdefault(code, []).append(span_of(entry))
        else:
            self.revocations.setdefault(code, []).append(date.fromisoformat(entry["on"]))


_NO_EXCEPTIONS = _Exceptions()


def _decided(
    trainee: Trainee,
    rulings: Rulings,
    earned: Mapping[str, Earned],
    exceptions: _Exceptions,
) -> Certified:
    on, programmes = rulings.on, rulings.programmes
    record = record_of(trainee.record) if trainee.record else None
    place, joined = rulings.place(record), record.employed.since if record else None
    since, day = joined or date.min, joined or date.max
    assigned = place.assigned(since)
    ordinary = exceptions is _NO_EXCEPTIONS
    standings: list[RecordedVerdict] = []
    for code in sorted(assigned | (earned.keys() & programmes.keys())):
        begun, grants = earned.get(code, _NOTHING)
        if grants or not ordinary:
            exempt, revoked = (
                exceptions.exemptions.get(code, ()),
                exceptions.revocations.get(code, ()),
            )
            ruling, applies = rulings.by_code[code], code in assigned
            verdict = ruling.verdict(grants, begun, record, applies, exempt, revoked)
            if verdict is not None:
                standings.append(RecordedVerdict(programmes[code], verdict))
            continue
        first, old, new = place[code]
        joined_by, waiting, doing = new if since >= first else old
        shared = doing if begun is not None and begun <= on else waiting
        if shared is not None:
            if day > joined_by:
                later = rulings.by_code[code].later(shared.verdict, joined)
                shared = RecordedVerdict(shared.programme, later)
            standings.append(shared)
    required = {of.code: verdict for of, verdict in standings if verdict.before_visitors}
    return Certified(trainee, standings, may_serve(required, record, on))


_NOTHING: tuple[None, tuple[Grant, ...]] = (None, ())


def _exceptions(connection: Connection, trainees: Iterable[Trainee]) -> dict[int, _Exceptions]:
    person_of = {key: one.id for one in trainees for key in one.identifiers}
    kinds = (EntryKind.EXEMPTION, EntryKind.REVOCATION)
    by_person: defaultdict[int, _Exceptions] = defaultdict(_Exceptions)
    for entry in catalogue_history.current(
        catalogue_history.of_people(connection, person_of, kinds)
    ):
        if entry.entry is not None:
            by_person[person_of[entry.entry["agent"]]].add(entry.kind, entry.entry)
    return by_person
