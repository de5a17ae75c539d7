"""The verdicts of people on a day, from what they have earned and what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from lrs.domain.agent import JsonObject
from lrs.domain.catalogue import Kind
from lrs.domain.certification import Grant
from lrs.domain.verdict import (
    Clearance,
    Record,
    Ruling,
    Span,
    Verdict,
    may_serve,
    record_of,
    span_of,
)
from lrs.projections import certifications, described
from lrs.projections.certifications import Earned
from lrs.projections.people import Trainee
from lrs.projections.rulebook import Programme
from lrs.service.as_known import Known
from lrs.service.reading import Programmes


class Standing(NamedTuple):
    """A person's verdict in one programme."""

    programme: Programme
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Certified:
    """A person with all verdicts of one day, by programme code, and whether they may serve."""

    trainee: Trainee
    standings: Sequence[Standing]
    clearance: Clearance


def certified(
    connection: Connection, programmes: Programmes, trainees: Sequence[Trainee], on: date
) -> list[Certified]:
    """The verdicts of these people in these programmes, as known now."""
    only = next(iter(programmes)) if len(programmes) == 1 else None
    earned = certifications.of_people(connection, [one.id for one in trainees], only)
    said = _exceptions(connection, trainees)
    rulings = _Rulings(programmes, on)
    return [
        _decided(one, programmes, rulings, earned[one.id], said.get(one.id, _NONE_SAID))
        for one in trainees
    ]


def certified_then(then: Known, on: date) -> Certified:
    """What the store would have said at an earlier position."""
    said = _Exceptions()
    for entry in then.exemptions:
        said.add(Kind.EXEMPTION, entry)
    for entry in then.revocations:
        said.add(Kind.REVOCATION, entry)
    earned: dict[str, Earned] = {}
    states = {course.iri: state for course, state in then.lines}
    for code, programme in then.programmes.items():
        what = certifications.decided(programme, states, said.revocations.get(code, ()))
        if what is not None:
            earned[code] = what
    rulings = _Rulings(then.programmes, on)
    return _decided(then.trainee, then.programmes, rulings, earned, said)


@dataclass(frozen=True, slots=True)
class _Exceptions:
    """A person's exemptions and revocations by programme."""

    exemptions: dict[str, list[Span]] = field(default_factory=dict)
    revocations: dict[str, list[date]] = field(default_factory=dict)

    def add(self, kind: Kind, entry: JsonObject) -> None:
        code = entry["programme"]
        if kind is Kind.EXEMPTION:
            self.exemptions.setdefault(code, []).append(span_of(entry))
        else:
            self.revocations.setdefault(code, []).append(date.fromisoformat(entry["on"]))


_NONE_SAID = _Exceptions()


class _Rulings:
    """All programmes on a day, and which of them apply to whom: asked once for all whose post and
    office are the same.
    """

    def __init__(self, programmes: Programmes, on: date) -> None:
        self.on = on
        self.by_code = {code: Ruling(one.versions, on) for code, one in programmes.items()}
        self._joining = {c: r for c, r in self.by_code.items() if r.asks_when_joined}
        self._others = {c: r for c, r in self.by_code.items() if not r.asks_when_joined}
        self._programmes = programmes
        self._standings: dict[int, Standing] = {}
        self._known: dict[tuple[str | None, str | None], set[str]] = {}

    def standing(self, code: str, verdict: Verdict) -> Standing:
        """One object for all to whom a ruling gives one verdict, of whom a list may have tens of
        thousands: they have no certificate and no day to keep.
        """
        if verdict.due_by is not None or verdict.valid_from is not None:
            return Standing(self._programmes[code], verdict)
        found = self._standings.get(id(verdict))
        if found is None:
            found = self._standings[id(verdict)] = Standing(self._programmes[code], verdict)
        return found

    def assigned(self, record: Record | None) -> set[str]:
        """The codes of those that apply."""
        if record is None or not record.employed.holds(self.on):
            return set()
        place = record.post, record.office
        found = self._known.get(place)
        if found is None:
            found = self._known[place] = _applying(self._others, record)
        return found | _applying(self._joining, record) if self._joining else found


def _applying(rulings: Mapping[str, Ruling], record: Record) -> set[str]:
    return {code for code, ruling in rulings.items() if ruling.applies(record)}


def _decided(
    trainee: Trainee,
    programmes: Programmes,
    rulings: _Rulings,
    earned: Mapping[str, Earned],
    said: _Exceptions,
) -> Certified:
    record = record_of(trainee.record) if trainee.record else None
    assigned = rulings.assigned(record)
    by_code = rulings.by_code
    exemptions, revocations = said.exemptions, said.revocations
    exceptions: tuple[Sequence[Span], Sequence[date]] = (), ()
    standings: list[Standing] = []
    wanted: dict[str, Verdict] = {}
    for code in sorted(assigned | (earned.keys() & programmes.keys())):
        begun, grants = earned.get(code, _NOTHING)
        if said is not _NONE_SAID:
            exceptions = exemptions.get(code, ()), revocations.get(code, ())
        found = by_code[code].verdict(grants, begun, record, code in assigned, *exceptions)
        if found is not None:
            standings.append(rulings.standing(code, found))
            if found.before_visitors:
                wanted[code] = found
    return Certified(trainee, standings, may_serve(wanted, record, rulings.on))


_NOTHING: tuple[None, tuple[Grant, ...]] = (None, ())


def _exceptions(connection: Connection, trainees: Iterable[Trainee]) -> dict[int, _Exceptions]:
    whose = {key: one.id for one in trainees for key in one.identifiers}
    kinds = (Kind.EXEMPTION, Kind.REVOCATION)
    found: defaultdict[int, _Exceptions] = defaultdict(_Exceptions)
    for said in described.standing(described.of_people(connection, whose, kinds)):
        if said.entry is not None:
            found[whose[said.entry["agent"]]].add(said.kind, said.entry)
    return found
