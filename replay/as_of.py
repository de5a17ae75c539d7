"""A person as the store knew them at an earlier position: read from the log and folded again.

The pure folds are those of the projection. They get what the log held at that position: the
statements that were not yet voided, the catalogue, and the links. Only the names that statements
give to courses are today's: they say nothing about the person.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, tzinfo

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.certification.rule import Authorities, vouches
from lrs.domain.identity import identifiers, representatives
from lrs.domain.training.course_resolution import listings
from lrs.domain.training.line_state import LineState, concerns, fold_lines
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from lrs.ledger import LogReader
from lrs.projections.training import (
    catalogue_cache,
    catalogue_history,
    courses,
    line_encoding,
    lines,
    people,
)
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.courses import Course
from lrs.projections.training.lines import OutcomeRow
from lrs.projections.training.people import Trainee


@dataclass(frozen=True, slots=True)
class PersonAsOf:
    """A person, their lines, and the programmes and exceptions, as of a position."""

    trainee: Trainee
    lines: Sequence[tuple[Course, LineState]]
    vouched: Mapping[Authorities, Mapping[str, LineState]]
    """For the authorities that a programme accepts: the lines, by course IRI, as computed from the
    statements of these authorities only.
    """
    programmes: dict[str, ProgrammeRules]
    exemptions: Sequence[JsonObject]
    revocations: Sequence[JsonObject]

    def revoked(self, programme: str) -> list[date]:
        """The days on which certificates of the programme were revoked."""
        days = (one["on"] for one in self.revocations if one["programme"] == programme)
        return sorted(map(date.fromisoformat, days))


def person_as_of(
    connection: Connection,
    log: LogReader,
    key: str,
    upto: int,
    words: Vocabulary = STANDARD,
    zone: tzinfo = UTC,
) -> PersonAsOf | None:
    """The person with this identifier as known at position `upto`; None if unknown then.

    `words` and `zone` are the installation's.
    """
    keys, representative = _identifiers(connection, key, upto)
    numbers = people.numbers_of(connection, keys)
    rows = [row for row in lines.rows_about(connection, numbers.values()) if row.position <= upto]
    history = catalogue_history.of_people(
        connection, keys, (EntryKind.PERSON, EntryKind.EXEMPTION, EntryKind.REVOCATION)
    )
    current = catalogue_history.current(history, upto)
    records = [one.entry for one in current if one.kind is EntryKind.PERSON]
    if not rows and not records:
        return None
    entries = _entries(connection, EntryKind.COURSE, upto)
    recorded = {p: s.recorded() for p, s in log.at(sorted({r.position for r in rows})).items()}
    listed = listings(entries)
    outcomes_at = {p: outcomes(r, words, listed, zone) for p, r in recorded.items()}
    mine = _own(rows, outcomes_at, numbers, upto)
    states = fold_lines(
        (outcome.course, outcome.position, None if voided else outcome) for outcome, voided in mine
    )
    programmes = catalogue_cache.programmes(connection, upto, zone)
    named = {authorities for one in programmes.values() for authorities in one.authorities}
    numbered = sorted(numbers, key=numbers.__getitem__)
    name = _name((outcome for outcome, _ in mine), [representative, *numbered])
    return PersonAsOf(
        trainee=_trainee(connection, representative, keys, name, records[-1:]),
        lines=_lines(connection, states, entries, programmes),
        vouched={
            authorities: _vouched(states, mine, recorded, authorities) for authorities in named
        },
        programmes=programmes,
        exemptions=[one.entry for one in current if one.kind is EntryKind.EXEMPTION and one.entry],
        revocations=[
            one.entry for one in current if one.kind is EntryKind.REVOCATION and one.entry
        ],
    )


def _own(
    rows: Iterable[OutcomeRow],
    outcomes_at: Mapping[int, Sequence[Outcome]],
    numbers: Mapping[str, int],
    upto: int,
) -> list[tuple[Outcome, bool]]:
    """The outcomes of the person whose identifiers have these numbers, in the order of the log, and
    whether each was voided by position `upto`.
    """
    names = {number: identifier for identifier, number in numbers.items()}
    return [
        (outcome, row.voided is not None and row.voided <= upto)
        for row in sorted(rows, key=lambda row: row.position)
        for outcome in outcomes_at.get(row.position, ())
        if outcome.trainee == names[row.trainee] and concerns(outcome)
    ]


def _vouched(
    courses_: Iterable[str],
    mine: Iterable[tuple[Outcome, bool]],
    recorded: Mapping[int, RecordedStatement],
    authorities: Authorities,
) -> dict[str, LineState]:
    """The lines as computed from the statements of these authorities only, by course IRI."""
    states = fold_lines(
        (outcome.course, outcome.position, outcome)
        for outcome, voided in mine
        if not voided and vouches(recorded[outcome.position].authority, authorities)
    )
    return {iri: line_encoding.normalised(states.get(iri, LineState())) for iri in courses_}


def _identifiers(connection: Connection, key: str, upto: int) -> tuple[list[str], str]:
    """All identifiers of the person who had this one then, and the representative among them."""
    links = {one["agent"]: one["person"] for one in _entries(connection, EntryKind.LINK, upto)}
    people_ = representatives(links)
    return identifiers(people_, key), people_.get(key, key)


def _entries(connection: Connection, kind: EntryKind, upto: int) -> list[JsonObject]:
    current = catalogue_history.current(catalogue_history.history(connection, [kind]), upto)
    return [one.entry for one in current if one.entry is not None]


def _lines(
    connection: Connection,
    states: dict[str, LineState],
    entries: Iterable[JsonObject],
    programmes: dict[str, ProgrammeRules],
) -> list[tuple[Course, LineState]]:
    described = {entry["id"]: entry for entry in entries}
    programmes_of: dict[str, list[str]] = {}
    for code, programme in programmes.items():
        for iri in programme.courses.values():
            programmes_of.setdefault(iri, []).append(code)
    named = courses.undescribed(connection, states)
    return [
        (
            courses.as_described(named[iri], described.get(iri), programmes_of.get(iri, ())),
            line_encoding.normalised(state),
        )
        for iri, state in states.items()
    ]


def _name(mine: Iterable[Outcome], keys: Iterable[str]) -> str | None:
    """The newest name of the first of the identifiers that has one.

    The newest is decided as in lrs.projections.training.people_fold: by the statements'
    timestamps, and by letters if these are equal.
    """
    newest: dict[str, tuple[int, str]] = {}
    for one in mine:
        if one.name:
            named = (one.timestamp, one.name)
            newest[one.trainee] = max(newest.get(one.trainee, named), named)
    return next((newest[one][1] for one in keys if one in newest), None)


def _trainee(
    connection: Connection,
    key: str,
    keys: Sequence[str],
    name: str | None,
    record: Sequence[JsonObject | None],
) -> Trainee:
    present = people.person_by_key(connection, key)
    entry = record[0] if record else None
    number = (entry or {}).get("number")
    accounts = [one.split("|", 2)[2] for one in (key, *keys) if one.startswith("account|")]
    return Trainee(
        id=present.id if present else 0,
        key=key,
        name=(entry or {}).get("name") or name,
        personnel=number or next(iter(accounts), None),
        identifiers=(key, *(one for one in keys if one != key)),
        record=entry,
    )
