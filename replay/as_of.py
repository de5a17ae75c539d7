"""One person as the store knew them at an earlier position: read from the log and folded anew.

The same pure folds as the projection's, over what stood in the log then: statements not yet voided,
the catalogue as described, the links that held. Only what statements call courses is of today: it
says nothing of the person.
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
from lrs.projections.training.people import Trainee


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


def person_as_of(
    connection: Connection,
    log: LogReader,
    key: str,
    upto: int,
    words: Vocabulary = STANDARD,
    zone: tzinfo = UTC,
) -> PersonAsOf | None:
    """What was known at position `upto` of the person with this identifier; None if nothing.

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
    listed = listings(entries)
    recorded = {p: s.recorded() for p, s in log.at(sorted({r.position for r in rows})).items()}
    outcomes_by_position = {p: outcomes(r, words, listed, zone) for p, r in recorded.items()}
    numbered = sorted(numbers, key=numbers.__getitem__)
    names = {number: identifier for identifier, number in numbers.items()}
    mine = [
        (outcome, row.voided is not None and row.voided <= upto)
        for row in sorted(rows, key=lambda row: row.position)
        for outcome in outcomes_by_position.get(row.position, ())
        if outcome.trainee == names[row.trainee] and concerns(outcome)
    ]
    states = fold_lines(
        (outcome.course, outcome.position, None if voided else outcome) for outcome, voided in mine
    )
    programmes = catalogue_cache.programmes(connection, upto, zone)
    named = {authorities for one in programmes.values() for authorities in one.authorities}
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


def _vouched(
    courses_: Iterable[str],
    mine: Iterable[tuple[Outcome, bool]],
    recorded: Mapping[int, RecordedStatement],
    authorities: Authorities,
) -> dict[str, LineState]:
    """The lines as the statements of these authorities alone make them, by course IRI."""
    found = fold_lines(
        (outcome.course, outcome.position, outcome)
        for outcome, voided in mine
        if not voided and vouches(recorded[outcome.position].authority, authorities)
    )
    return {iri: line_encoding.normalised(found.get(iri, LineState())) for iri in courses_}


def _identifiers(connection: Connection, key: str, upto: int) -> tuple[list[str], str]:
    """All identifiers of the person who had this one then, and the one that stood for them."""
    links = {one["agent"]: one["person"] for one in _entries(connection, EntryKind.LINK, upto)}
    who = representatives(links)
    return identifiers(who, key), who.get(key, key)


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
    wanted: dict[str, list[str]] = {}
    for code, programme in programmes.items():
        for iri in programme.courses.values():
            wanted.setdefault(iri, []).append(code)
    named = courses.undescribed(connection, states)
    return [
        (
            courses.as_described(named[iri], described.get(iri), wanted.get(iri, ())),
            line_encoding.normalised(state),
        )
        for iri, state in states.items()
    ]


def _name(mine: Iterable[Outcome], keys: Iterable[str]) -> str | None:
    """The newest name of the first of the identifiers that has one.

    As lrs.projections.training.people has it: by the statements' own time, by letters where times
    are equal.
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
    found = people.person_by_key(connection, key)
    entry = record[0] if record else None
    number = (entry or {}).get("number")
    accounts = [one.split("|", 2)[2] for one in (key, *keys) if one.startswith("account|")]
    return Trainee(
        id=found.id if found else 0,
        key=key,
        name=(entry or {}).get("name") or name,
        personnel=number or next(iter(accounts), None),
        identifiers=(key, *(one for one in keys if one != key)),
        record=entry,
    )
