"""One person at one position of the log after another: the same pure folds as the projection's.

Over what stood in the log at each position: statements not yet voided, the catalogue as described,
the links that held. Only what statements call courses is of today: it says nothing of the person.
From one position to the next a line is continued; where the person has other identifiers, or the
catalogue lists activities elsewhere, all lines are folded again.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Generic, TypeVar

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.rule import ANYBODY, Authorities, vouches
from lrs.domain.identity import identifiers, representatives
from lrs.domain.training.course_resolution import Listings, listings
from lrs.domain.training.line_state import LineState, concerns
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training import catalogue_cache, catalogue_history, courses
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.catalogue_history import HistoryEntry
from lrs.projections.training.courses import Course
from lrs.projections.training.lines import OutcomeRow
from lrs.projections.training.people import Trainee
from replay.person_sources import PersonSources
from replay.running_lines import RunningLines

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PersonAsOf:
    """A person, their lines, and what ruled them, as of a position."""

    trainee: Trainee
    lines: Sequence[tuple[Course, LineState]]
    vouched: Mapping[Authorities, Mapping[str, LineState]]
    """The lines by course IRI as the statements of these authorities alone make them."""
    programmes: dict[str, ProgrammeRules]
    exemptions: Sequence[JsonObject]
    revocations: Sequence[JsonObject]

    def revoked(self, programme: str) -> list[date]:
        """The days on which certificates of the programme were revoked."""
        days = (one["on"] for one in self.revocations if one["programme"] == programme)
        return sorted(map(date.fromisoformat, days))


@dataclass(frozen=True, slots=True)
class KnownIdentity:
    """The identifiers of a person, in the order of their texts, and the one that stands for all."""

    identifiers: tuple[str, ...]
    representative: str


class _AsOf(Generic[T]):
    """What a history says at a position, made again only where the history goes on."""

    def __init__(
        self, history: Sequence[HistoryEntry], make: Callable[[Sequence[HistoryEntry]], T]
    ) -> None:
        self._history = history
        self._positions = [one.position for one in history]
        self._make = make
        self._count = -1
        self._made: T | None = None

    def at(self, position: int) -> T:
        count = bisect_right(self._positions, position)
        if count != self._count or self._made is None:
            self._made, self._count = self._make(self._history[:count]), count
        return self._made


class PersonTimeline:
    """The person of these sources. Positions are asked for in the order of the log."""

    def __init__(self, sources: PersonSources) -> None:
        self._sources = sources
        self._who = _AsOf(sources.links, self._identity)
        self._described = _AsOf(sources.courses, _current)
        self._listings = _AsOf(sources.courses, lambda history: listings(_current(history)))
        self._programmes = _AsOf(sources.programmes, self._rules)
        self._said = _AsOf(sources.entries, catalogue_history.current)
        self._statements = _Statements(sources)

    def identity(self, position: int) -> KnownIdentity:
        """Who the person was: at any position, in any order."""
        return self._who.at(position)

    def outcomes_at(self, position: int) -> Sequence[Outcome]:
        """What the statement at this position says, by the catalogue as of the position that was
        asked for last; nothing of one that is erased.
        """
        return self._statements.outcomes(position)

    def course(self, iri: str, position: int) -> Course | None:
        """The course as it was described at the position; None if nothing ever named it."""
        named = self._sources.named.get(iri)
        if named is None:
            return None
        entry = next((one for one in self._described.at(position) if one["id"] == iri), None)
        wanted = _wanted(self._programmes.at(position)).get(iri, ())
        return courses.as_described(named, entry, wanted)

    def at(self, position: int) -> PersonAsOf | None:
        """What was known of the person at a position; None if nothing was. Positions must not go
        back.
        """
        who, programmes = self._who.at(position), self._programmes.at(position)
        named = {authorities for one in programmes.values() for authorities in one.authorities}
        folded = self._statements
        folded.go_to(position, who, self._listings.at(position), named)
        current = [
            one for one in self._said.at(position) if (one.entry or {})["agent"] in who.identifiers
        ]
        records = [one.entry for one in current if one.kind is EntryKind.PERSON]
        if not folded.any and not records:
            return None
        states = folded.states()
        return PersonAsOf(
            trainee=self._trainee(who, records[-1:]),
            lines=self._lines(states, position, programmes),
            vouched={one: folded.vouched(one, states) for one in named},
            programmes=programmes,
            exemptions=_of_kind(current, EntryKind.EXEMPTION),
            revocations=_of_kind(current, EntryKind.REVOCATION),
        )

    def _identity(self, links: Sequence[HistoryEntry]) -> KnownIdentity:
        held = {one["agent"]: one["person"] for one in _current(links)}
        who, key = representatives(held), self._sources.key
        return KnownIdentity(tuple(identifiers(who, key)), who.get(key, key))

    def _rules(self, history: Sequence[HistoryEntry]) -> dict[str, ProgrammeRules]:
        numbers, zone = self._sources.course_numbers, self._sources.zone
        return catalogue_cache.programmes_in(history, numbers, zone=zone)

    def _lines(
        self,
        states: Mapping[str, LineState],
        position: int,
        programmes: Mapping[str, ProgrammeRules],
    ) -> list[tuple[Course, LineState]]:
        described = {entry["id"]: entry for entry in self._described.at(position)}
        wanted, named = _wanted(programmes), self._sources.named
        return [
            (courses.as_described(named[iri], described.get(iri), wanted.get(iri, ())), state)
            for iri, state in states.items()
        ]

    def _trainee(self, who: KnownIdentity, record: Sequence[JsonObject | None]) -> Trainee:
        key, keys, sources = who.representative, who.identifiers, self._sources
        numbered = sorted(sources.identifiers.items())
        own = [identifier for _, identifier in numbered if identifier in keys]
        entry = record[0] if record else None
        accounts = [one.split("|", 2)[2] for one in (key, *keys) if one.startswith("account|")]
        return Trainee(
            id=sources.persons.get(key, 0),
            key=key,
            name=(entry or {}).get("name") or self._statements.name([key, *own]),
            personnel=(entry or {}).get("number") or next(iter(accounts), None),
            identifiers=(key, *(one for one in keys if one != key)),
            record=entry,
        )


class _Statements:
    """The statements of a person folded up to a position, by all authorities and by some."""

    def __init__(self, sources: PersonSources) -> None:
        self._sources = sources
        self._listings: Listings | None = None
        self._who: KnownIdentity | None = None
        self._position = 0
        self._read: dict[int, Sequence[Outcome]] = {}
        self._rows: Sequence[OutcomeRow] = ()
        self._voidings: Sequence[OutcomeRow] = ()
        self._lines: dict[Authorities, RunningLines] = {}
        self._names: dict[str, tuple[int, str]] = {}
        self.any = False
        """Whether any statement named the person."""

    def go_to(
        self, position: int, who: KnownIdentity, listed: Listings, named: Iterable[Authorities]
    ) -> None:
        """Fold what follows, up to a position at which these are the person and the listings, and
        these authorities are those that programmes name.
        """
        if who != self._who or listed != self._listings:
            self._begin(who, listed)
        for authorities in named:
            if authorities not in self._lines:
                self._lines[authorities] = RunningLines(notes_voided=False)
                self._fold(0, self._position, [authorities])
        self._fold(self._position, position, list(self._lines))
        self._position = position

    def outcomes(self, position: int) -> Sequence[Outcome]:
        """What the statement there says of anybody; nothing of one that is erased."""
        if position not in self._read:
            sources, recorded = self._sources, self._sources.statements.get(position)
            found = (
                outcomes(recorded, sources.words, self._listings or {}, sources.zone)
                if recorded
                else ()
            )
            self._read[position] = [one for one in found if concerns(one)]
        return self._read[position]

    def states(self) -> dict[str, LineState]:
        """The lines by course IRI."""
        return self._lines[ANYBODY].states()

    def vouched(self, authorities: Authorities, of: Iterable[str]) -> dict[str, LineState]:
        """These lines as the statements of these authorities alone make them."""
        found = self._lines[authorities].states()
        return {iri: found.get(iri) or _EMPTY for iri in of}

    def name(self, keys: Iterable[str]) -> str | None:
        """The newest name of the first of the identifiers that has one.

        As lrs.projections.training.people has it: by the statements' own time, by letters where
        times are equal.
        """
        return next((self._names[one][1] for one in keys if one in self._names), None)

    def _begin(self, who: KnownIdentity, listed: Listings) -> None:
        own = {n for n, key in self._sources.identifiers.items() if key in who.identifiers}
        if listed != self._listings:
            self._read = {}
        self._who, self._listings, self._position = who, listed, 0
        self._rows = [row for row in self._sources.rows if row.trainee in own]
        voided = [row for row in self._rows if row.voided is not None]
        self._voidings = sorted(voided, key=_voided)
        self._lines, self._names, self.any = {ANYBODY: RunningLines()}, {}, False

    def _fold(self, after: int, upto: int, into: Sequence[Authorities]) -> None:
        """Fold what the positions after one, up to another, add to the lines and take from them."""
        for row in _between(self._rows, after, upto, _position):
            self.any = True
            for outcome in self._of(row):
                is_voided = row.voided is not None and row.voided <= upto
                self._note_name(outcome)
                for lines in self._vouching(row, into):
                    lines.add(outcome, voided=is_voided)
        for row in _between(self._voidings, after, upto, _voided):
            if row.position <= after:
                for outcome in self._of(row):
                    for lines in self._vouching(row, into):
                        lines.void(outcome)

    def _of(self, row: OutcomeRow) -> list[Outcome]:
        key = self._sources.identifiers[row.trainee]
        return [one for one in self.outcomes(row.position) if one.trainee == key]

    def _vouching(self, row: OutcomeRow, into: Iterable[Authorities]) -> list[RunningLines]:
        authority = self._sources.statements[row.position].authority
        return [self._lines[one] for one in into if vouches(authority, one)]

    def _note_name(self, outcome: Outcome) -> None:
        if outcome.name:
            named, key = (outcome.timestamp, outcome.name), outcome.trainee
            self._names[key] = max(self._names.get(key, named), named)


_EMPTY = LineState()


def _position(row: OutcomeRow) -> int:
    return row.position


def _voided(row: OutcomeRow) -> int:
    return row.voided or 0


def _between(
    rows: Sequence[OutcomeRow], after: int, upto: int, at: Callable[[OutcomeRow], int]
) -> Sequence[OutcomeRow]:
    return rows[bisect_right(rows, after, key=at) : bisect_right(rows, upto, key=at)]


def _current(history: Sequence[HistoryEntry]) -> list[JsonObject]:
    return [one.entry for one in catalogue_history.current(history) if one.entry is not None]


def _of_kind(entries: Iterable[HistoryEntry], kind: EntryKind) -> list[JsonObject]:
    return [one.entry for one in entries if one.kind is kind and one.entry is not None]


def _wanted(programmes: Mapping[str, ProgrammeRules]) -> dict[str, list[str]]:
    """The codes of the programmes that ask for a course, or let it count, by course IRI."""
    found: dict[str, list[str]] = {}
    for code, programme in programmes.items():
        for iri in programme.courses.values():
            found.setdefault(iri, []).append(code)
    return found
