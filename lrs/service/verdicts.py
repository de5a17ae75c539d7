"""The verdicts of people on a day, from what they have earned and what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from lrs.domain.agent import JsonObject
from lrs.domain.catalogue import Kind
from lrs.domain.programme import in_force
from lrs.domain.verdict import (
    Clearance,
    Record,
    Span,
    Verdict,
    applies,
    may_serve,
    record_of,
    span_of,
    verdict,
)
from lrs.projections import certifications, described
from lrs.projections.certifications import Earned
from lrs.projections.people import Trainee
from lrs.projections.rulebook import Programme
from lrs.service.as_known import Known
from lrs.service.reading import Programmes


@dataclass(frozen=True, slots=True)
class Standing:
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
    earned = certifications.of_people(connection, [one.id for one in trainees])
    said = _exceptions(connection, trainees)
    concerned = _Concerned(programmes, on)
    by_person: defaultdict[int, dict[str, Earned]] = defaultdict(dict)
    for (person, code), what in earned.items():
        by_person[person][code] = what
    return [
        _decided(one, programmes, concerned, by_person[one.id], said[one.id], on)
        for one in trainees
    ]


def certified_then(then: Known, on: date) -> Certified:
    """What the store would have said at an earlier position."""
    said = _Exceptions()
    for entry in then.exemptions:
        said.add(Kind.EXEMPTION, entry)
    for entry in then.revocations:
        said.add(Kind.REVOCATION, entry)
    earned = {}
    for code, programme in then.programmes.items():
        of = {course.iri: state for course, state in then.lines}
        mine = {iri: of[iri] for iri in programme.courses.values() if iri in of}
        what = certifications.decided(programme, mine, said.revocations.get(code, ()))
        if what is not None:
            earned[code] = what
    concerned = _Concerned(then.programmes, on)
    return _decided(then.trainee, then.programmes, concerned, earned, said, on)


class _Exceptions:
    """A person's exemptions and revocations by programme."""

    def __init__(self) -> None:
        self.exemptions: defaultdict[str, list[Span]] = defaultdict(list)
        self.revocations: defaultdict[str, list[date]] = defaultdict(list)

    def add(self, kind: Kind, entry: JsonObject) -> None:
        if kind is Kind.EXEMPTION:
            self.exemptions[entry["programme"]].append(span_of(entry))
        else:
            self.revocations[entry["programme"]].append(date.fromisoformat(entry["on"]))


class _Concerned:
    """Which programmes apply to whom on a day: asked once for all who are employed alike."""

    def __init__(self, programmes: Programmes, on: date) -> None:
        self._on = on
        self._rules = []
        for code, programme in programmes.items():
            rule = in_force(programme.versions, on)
            if rule is not None:
                self._rules.append((code, rule, programme.first))
        self._known: dict[Record, frozenset[str]] = {}

    def codes(self, record: Record | None) -> frozenset[str]:
        if record is None:
            return frozenset()
        found = self._known.get(record)
        if found is None:
            found = self._known[record] = frozenset(
                code for code, rule, first in self._rules if applies(rule, record, self._on, first)
            )
        return found


def _decided(
    trainee: Trainee,
    programmes: Programmes,
    concerned: _Concerned,
    earned: Mapping[str, Earned],
    said: _Exceptions,
    on: date,
) -> Certified:
    record = record_of(trainee.record) if trainee.record else None
    verdicts: dict[str, Verdict] = {}
    for code in sorted(concerned.codes(record) | (earned.keys() & programmes.keys())):
        what = earned.get(code)
        found = verdict(
            programmes[code].versions,
            what.grants if what else (),
            record=record,
            exemptions=said.exemptions.get(code, ()),
            revocations=said.revocations.get(code, ()),
            begun=what.begun if what else None,
            on=on,
        )
        if found is not None:
            verdicts[code] = found
    standings = [Standing(programmes[code], found) for code, found in verdicts.items()]
    return Certified(trainee, standings, may_serve(verdicts, record, on))


def _exceptions(
    connection: Connection, trainees: Iterable[Trainee]
) -> defaultdict[int, _Exceptions]:
    whose = {key: one.id for one in trainees for key in one.identifiers}
    kinds = (Kind.EXEMPTION, Kind.REVOCATION)
    found: defaultdict[int, _Exceptions] = defaultdict(_Exceptions)
    for said in described.standing(described.of_people(connection, whose, kinds)):
        if said.entry is not None:
            found[whose[said.entry["agent"]]].add(said.kind, said.entry)
    return found
