"""What of the catalogue is kept in memory while statements are folded.

It is loaded again whenever something was described since: rarely, beside statements.
"""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Mapping, Sequence
from copy import copy
from dataclasses import dataclass
from datetime import UTC, date, tzinfo
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.rule import ANYBODY, Authorities, Rule, rule_of, timeline
from lrs.domain.time import Moment
from lrs.domain.training import attempt
from lrs.domain.training.course_resolution import Listings, listings
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import catalogue_history, courses, people
from lrs.projections.training.catalogue_history import HistoryEntry


class CatalogueRules:
    """Courses, people, programmes and links as known at the last description folded."""

    def __init__(self, zone: tzinfo = UTC) -> None:
        self._zone = zone
        self._upto = -1
        self.listings: Listings = {}
        self.rules: Mapping[int, attempt.AttemptRule] = {}
        """The attempt rule of described courses, by the course's number."""
        self.linked: Mapping[int, int] = {}
        """Whom an identifier stands for where it is not its own person, by numbers."""
        self.offices: Mapping[int, str] = {}
        """Where people work, by the person's number."""
        self.programmes: Mapping[str, ProgrammeRules] = {}
        """The programmes that were ever described, by code."""
        self.vouched_for: Container[int] = frozenset()
        """The numbers of the courses that count in a programme which names authorities."""
        self.wanted_in: Mapping[int, Sequence[str]] = {}
        """The codes of the programmes in which a course counts, by the course's number."""
        self.revoked: Mapping[tuple[int, str], Sequence[date]] = {}
        """The days on which certificates were revoked, by person's number and programme."""

    def refresh(self, connection: Connection) -> None:
        """Bring it up to what stands in the tables."""
        latest = catalogue_history.latest(connection)
        if latest == self._upto:
            return
        self.listings = listings(described_now(connection))
        self.rules = courses.rules(connection)
        self.linked = people.linked(connection)
        self.offices = people.offices(connection)
        self.programmes = programmes(connection, zone=self._zone)
        self.wanted_in = _wanted_in(self.programmes)
        named = [one for one in self.programmes.values() if one.authorities]
        self.vouched_for = {number for one in named for number in one.courses}
        self.revoked = self._revoked(connection)
        self._upto = latest

    def of(self, persons: Collection[int]) -> CatalogueRules:
        """A copy for these people alone, by their numbers, to fold their lines by."""
        part = copy(self)
        part.listings, part.linked = {}, {}
        part.offices = {who: self.offices[who] for who in persons if who in self.offices}
        part.revoked = {pair: days for pair, days in self.revoked.items() if pair[0] in persons}
        return part

    def person(self, trainee: int) -> int:
        """The number that stands for this identifier's person."""
        return self.linked.get(trainee, trainee)

    def rule(self, course: int) -> attempt.AttemptRule:
        """Which attempt counts in the course."""
        return self.rules.get(course, "best")

    def _revoked(self, connection: Connection) -> dict[tuple[int, str], list[date]]:
        current = catalogue_history.current(
            catalogue_history.history(connection, [EntryKind.REVOCATION])
        )
        entries = [one.entry for one in current if one.entry is not None]
        numbers = people.numbers_of(connection, {entry["agent"] for entry in entries})
        found: dict[tuple[int, str], list[date]] = {}
        for entry in entries:
            person = self.person(numbers[entry["agent"]])
            found.setdefault((person, entry["programme"]), []).append(
                date.fromisoformat(entry["on"])
            )
        return {key: sorted(days) for key, days in found.items()}


@dataclass(frozen=True, slots=True)
class ProgrammeRules:
    """A programme: the versions of its rule, and the courses of any of them by number."""

    code: str
    title: Mapping[str, str]
    versions: Sequence[Rule]
    courses: Mapping[int, str]

    @property
    def authorities(self) -> Collection[Authorities]:
        """Whose statements alone count by some version, where a version says so."""
        return {rule.authorities for rule in self.versions} - {ANYBODY}

    @property
    def first(self) -> date | None:
        """The day that its first version holds from, None from ever."""
        return timeline(self.versions)[0].since


def programmes(
    connection: Connection, upto: int | None = None, zone: tzinfo = UTC
) -> dict[str, ProgrammeRules]:
    """Every programme that was ever described, by code; as known at a position, or now.

    A version without a day of its own begins on the day it was stored, in `zone`.
    """
    history = catalogue_history.history(connection, [EntryKind.PROGRAMME])
    iris = {iri for one in history if one.entry for iri in courses.courses_in(one.entry)}
    return programmes_in(history, courses.numbers_of(connection, iris), upto, zone)


def programmes_in(
    history: Iterable[HistoryEntry],
    numbers: Mapping[str, int],
    upto: int | None = None,
    zone: tzinfo = UTC,
) -> dict[str, ProgrammeRules]:
    """The same from all that was ever said of programmes, in the order of the log; `numbers` are
    those of courses, by IRI.
    """
    by_stream: dict[UUID, list[HistoryEntry]] = {}
    for one in history:
        if upto is None or one.position <= upto:
            by_stream.setdefault(one.stream, []).append(one)
    found = {}
    for versions in by_stream.values():
        entries = [one.entry for one in versions if one.entry is not None]
        wanted = {iri for entry in entries for iri in courses.courses_in(entry)}
        code = entries[-1]["code"]
        found[code] = ProgrammeRules(
            code=code,
            title=entries[-1]["title"],
            versions=[
                rule_of(v.entry, v.version, Moment.there(v.stored, zone).day) for v in versions
            ],
            courses={numbers[iri]: iri for iri in sorted(wanted) if iri in numbers},
        )
    return dict(sorted(found.items()))


def _wanted_in(programmes_: Mapping[str, ProgrammeRules]) -> dict[int, list[str]]:
    found: dict[int, list[str]] = {}
    for code, programme in programmes_.items():
        for number in programme.courses:
            found.setdefault(number, []).append(code)
    return found


def described_now(connection: Connection) -> Sequence[JsonObject]:
    """The courses that are described, what was described last at the end."""
    current = catalogue_history.current(catalogue_history.history(connection, [EntryKind.COURSE]))
    return [one.entry for one in current if one.entry is not None]
