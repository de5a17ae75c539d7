"""Who is certified, and who may serve visitors: true on a day, as known now or at a position."""

from __future__ import annotations

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import NamedTuple

from sqlalchemy import Connection

from lrs.database import Database
from lrs.domain.agent import JsonObject
from lrs.domain.catalogue import Kind
from lrs.domain.errors import EntryNotFound, TraineeNotFound
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
from lrs.faults import honest_errors
from lrs.ledger import LogReader
from lrs.projections import certifications, described, people, rulebook
from lrs.projections.certifications import Earned
from lrs.projections.people import Trainee
from lrs.projections.rulebook import Programme
from lrs.projections.training import Training
from lrs.projector import Projector
from lrs.service.as_known import Known, known
from lrs.service.naming import key_of
from lrs.service.training import Held

Programmes = Mapping[str, Programme]


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


class Certifications:
    """Reads of what was earned, each as fresh as the log when it was asked."""

    def __init__(self, projector: Projector, views: Database, log: LogReader) -> None:
        self._projector = projector
        self._views = views
        self._log = log
        self._programmes: tuple[int, Programmes] = (-1, {})

    def of_trainee(self, trainee: str, on: date, at: int | None = None) -> Held[Certified]:
        """All programmes that concern a trainee, by agent key or personnel number. Raises
        TraineeNotFound, and InvalidQuery for a personnel number that several people have.

        With `at` as the store knew it at that position.
        """
        reach = self._projector.fresh(Training.NAME)
        with honest_errors(), self._views.read.connect() as connection:
            key = key_of(connection, trainee)
            if at is not None:
                then = known(connection, self._log, key, at)
                if then is None:
                    raise TraineeNotFound("trainee-not-found")
                reach = replace(reach, position=min(at, reach.position))
                return Held(_then(then, on), reach)
            person = people.person_by_key(connection, key)
            if person is None:
                raise TraineeNotFound("trainee-not-found")
            (found,) = self._certified(connection, [person], on)
        return Held(found, reach)

    def of_office(self, office: str, on: date) -> Held[Sequence[Certified]]:
        """Everybody whose personnel record names the office, in the order of numbers."""
        reach = self._projector.fresh(Training.NAME)
        with honest_errors(), self._views.read.connect() as connection:
            trainees = people.people_at(connection, office)
            return Held(self._certified(connection, trainees, on), reach)

    def in_programme(
        self, code: str, on: date, after: int, limit: int
    ) -> Held[tuple[Programme, Sequence[Certified], int | None]]:
        """Those whom the programme concerns, with their verdicts in it alone: a page of people
        after that number, and the number after which the next page begins, None at the end.
        Raises EntryNotFound.
        """
        reach = self._projector.fresh(Training.NAME)
        with honest_errors(), self._views.read.connect() as connection:
            programme = self._current(connection).get(code)
            if programme is None:
                raise EntryNotFound("entry-not-found")
            trainees = people.recorded_or(
                connection, certifications.people_in(connection, code), after, limit
            )
            found = self._certified(connection, trainees, on, {code: programme})
        more = trainees[-1].id if len(trainees) == limit else None
        return Held((programme, [one for one in found if one.standings], more), reach)

    def _current(self, connection: Connection) -> Programmes:
        """All programmes, read again only where something was described since."""
        latest = described.latest(connection)
        if self._programmes[0] != latest:
            self._programmes = (latest, rulebook.programmes(connection))
        return self._programmes[1]

    def _certified(
        self,
        connection: Connection,
        trainees: Sequence[Trainee],
        on: date,
        only: Programmes | None = None,
    ) -> list[Certified]:
        programmes = self._current(connection) if only is None else only
        earned = certifications.of_people(connection, [one.id for one in trainees])
        said = _exceptions(connection, trainees)
        day = _Day(programmes, on)
        by_person: defaultdict[int, dict[str, Earned]] = defaultdict(dict)
        for (person, code), what in earned.items():
            by_person[person][code] = what
        return [_decided(one, day, by_person[one.id], said[one.id]) for one in trainees]


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


class _Day:
    """What a list's people have in common on a day: found out once for all who are alike."""

    def __init__(self, programmes: Programmes, on: date) -> None:
        self.programmes = programmes
        self.on = on
        self._rules = []
        for code, programme in programmes.items():
            rule = in_force(programme.versions, on)
            if rule is not None:
                self._rules.append((code, rule, programme.first))
        self._firsts = sorted({first for _, _, first in self._rules if first})
        self._applying: dict[tuple[object, ...], frozenset[str]] = {}
        self._begun: dict[str, Verdict | None] = {}

    def applying(self, record: Record | None) -> frozenset[str]:
        """The codes of the programmes that apply to whoever has this record."""
        if record is None:
            return frozenset()
        # of the day of joining only that counts which programmes it was too early for
        joined = bisect_right(self._firsts, record.employed.since or date.min)
        alike = (record.post, record.office, record.employed.holds(self.on), joined)
        found = self._applying.get(alike)
        if found is None:
            found = self._applying[alike] = frozenset(
                code for code, rule, first in self._rules if applies(rule, record, self.on, first)
            )
        return found

    def begun(self, code: str) -> Verdict | None:
        """The verdict on all who have begun a programme unasked, and have earned nothing in it."""
        if code not in self._begun:
            versions = self.programmes[code].versions
            self._begun[code] = verdict(versions, (), record=None, begun=self.on, on=self.on)
        return self._begun[code]


def _decided(
    trainee: Trainee, day: _Day, earned: Mapping[str, Earned], said: _Exceptions
) -> Certified:
    record = record_of(trainee.record) if trainee.record else None
    applying = day.applying(record)
    verdicts: dict[str, Verdict] = {}
    for code in sorted(applying | (earned.keys() & day.programmes.keys())):
        what = earned.get(code)
        exemptions = said.exemptions.get(code, ())
        if what and not (what.grants or exemptions or code in applying or what.begun > day.on):
            found = day.begun(code)  # half of an office's verdicts
        else:
            found = verdict(
                day.programmes[code].versions,
                what.grants if what else (),
                record=record,
                exemptions=exemptions,
                revocations=said.revocations.get(code, ()),
                begun=what.begun if what else None,
                on=day.on,
            )
        if found is not None:
            verdicts[code] = found
    standings = [Standing(day.programmes[code], found) for code, found in verdicts.items()]
    return Certified(trainee, standings, may_serve(verdicts, record, day.on))


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


def _then(then: Known, on: date) -> Certified:
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
    return _decided(then.trainee, _Day(then.programmes, on), earned, said)
