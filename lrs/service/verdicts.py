"""The verdicts of people on a day, from what they have earned and what is said of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
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
    """All programmes on a day, and what they say of those of one post and office."""

    def __init__(self, programmes: Programmes, on: date) -> None:
        self.on = on
        self.by_code = {code: Ruling(one.versions, on) for code, one in programmes.items()}
        self.programmes = programmes
        self._places: dict[tuple[str | None, str | None] | None, _Place] = {}

    def place(self, record: Record | None) -> _Place:
        """Where the record says that somebody belongs, if it holds on the day."""
        belongs = record is not None and record.employed.holds(self.on)
        key = (record.post, record.office) if record and belongs else None
        found = self._places.get(key)
        if found is None:
            found = self._places[key] = _Place(self, record if belongs else None)
        return found


class _Alike(NamedTuple):
    """What a programme says of those of a place who have nothing in it but, at most, a beginning,
    if they joined by that day.
    """

    joined_by: date
    waiting: Standing | None
    begun: Standing | None


class _Place(dict[str, tuple[date, _Alike, _Alike]]):
    """A post at an office, or, without a record, nowhere: what is said there of whom, once for all
    of whom it is the same. By the programme's code the day from which on somebody who joins is a
    newcomer, and what is said of the others and of newcomers. A list may hold tens of thousands.
    """

    def __init__(self, rulings: _Rulings, record: Record | None) -> None:
        self._rulings = rulings
        self._record = record
        self._always: set[str] = set()
        self._divided: list[tuple[date, str, bool, bool]] = []
        for code, ruling in rulings.by_code.items() if record else ():
            first = ruling.newcomers_from
            old, new = (ruling.applies(one) for one in self._samples())
            if first is not None and old != new:
                self._divided.append((first, code, old, new))
            elif old:
                self._always.add(code)

    def assigned(self, joined: date) -> set[str]:
        """The codes of the programmes that apply to one who belongs here."""
        if not self._divided:
            return self._always
        more = {
            code for first, code, old, new in self._divided if (new if joined >= first else old)
        }
        return self._always | more

    def __missing__(self, code: str) -> tuple[date, _Alike, _Alike]:
        first = self._rulings.by_code[code].newcomers_from
        before, newcomer = self._samples()
        old = self._alike(code, before)
        new = old if first is None else self._alike(code, newcomer)
        found = self[code] = first or date.max, old, new
        return found

    def _samples(self) -> Iterator[Record | None]:
        """Of those who belong here one who joined before all others, and one who joins today."""
        for joined in (date.min, self._rulings.on):
            yield self._record and self._record._replace(employed=Span(joined, None))

    def _alike(self, code: str, record: Record | None) -> _Alike:
        ruling, programme = self._rulings.by_code[code], self._rulings.programmes[code]
        joined_by, assigned = ruling.alike_if_joined_by(record), ruling.applies(record)
        found: list[Standing | None] = []
        for begun in (None, self._rulings.on):
            said = ruling.verdict((), begun, record, assigned)
            if said is not None and joined_by != date.max:
                said = ruling.later(said, joined_by)
            found.append(said and Standing(programme, said))
        return _Alike(joined_by, *found)


def _decided(
    trainee: Trainee,
    programmes: Programmes,
    rulings: _Rulings,
    earned: Mapping[str, Earned],
    said: _Exceptions,
) -> Certified:
    on, record = rulings.on, record_of(trainee.record) if trainee.record else None
    place, joined = rulings.place(record), record.employed.since if record else None
    since, day = joined or date.min, joined or date.max
    assigned = place.assigned(since)
    ordinary = said is _NONE_SAID
    standings: list[Standing] = []
    for code in sorted(assigned | (earned.keys() & programmes.keys())):
        begun, grants = earned.get(code, _NOTHING)
        if grants or not ordinary:
            exceptions = said.exemptions.get(code, ()), said.revocations.get(code, ())
            ruling, applies = rulings.by_code[code], code in assigned
            verdict = ruling.verdict(grants, begun, record, applies, *exceptions)
            if verdict is not None:
                standings.append(Standing(programmes[code], verdict))
            continue
        first, old, new = place[code]
        joined_by, waiting, doing = new if since >= first else old
        found = doing if begun is not None and begun <= on else waiting
        if found is not None:
            if day > joined_by:
                later = rulings.by_code[code].later(found.verdict, joined)
                found = Standing(found.programme, later)
            standings.append(found)
    wanted = {of.code: verdict for of, verdict in standings if verdict.before_visitors}
    return Certified(trainee, standings, may_serve(wanted, record, on))


_NOTHING: tuple[None, tuple[Grant, ...]] = (None, ())


def _exceptions(connection: Connection, trainees: Iterable[Trainee]) -> dict[int, _Exceptions]:
    whose = {key: one.id for one in trainees for key in one.identifiers}
    kinds = (Kind.EXEMPTION, Kind.REVOCATION)
    found: defaultdict[int, _Exceptions] = defaultdict(_Exceptions)
    for said in described.standing(described.of_people(connection, whose, kinds)):
        if said.entry is not None:
            found[whose[said.entry["agent"]]].add(said.kind, said.entry)
    return found
