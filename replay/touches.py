"""Which events of the log touched a person: candidates, of which some turn out to change nothing.

A statement touches those whom it names and whose training it says something of; a voiding
statement those whom its target names. Who is whom, personnel records, exemptions and revocations
touch their person. A description of a course touches whoever has statements that it may move or
measure otherwise, one of a programme may touch anybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training.catalogue_history import HistoryEntry
from lrs.projections.training.lines import OutcomeRow
from replay.person_sources import PersonSources


class TouchKind(StrEnum):
    """What kind of event touched the person."""

    STATEMENT = "statement"
    VOIDING = "voiding"
    LINK = "link"
    RECORD = "record"
    EXEMPTION = "exemption"
    REVOCATION = "revocation"
    COURSE = "course"
    PROGRAMME = "programme"


_KINDS = {
    EntryKind.LINK: TouchKind.LINK,
    EntryKind.PERSON: TouchKind.RECORD,
    EntryKind.EXEMPTION: TouchKind.EXEMPTION,
    EntryKind.REVOCATION: TouchKind.REVOCATION,
    EntryKind.COURSE: TouchKind.COURSE,
    EntryKind.PROGRAMME: TouchKind.PROGRAMME,
}


@dataclass(frozen=True, slots=True)
class Touch:
    """An event that may have touched the person. `identifiers` are those of the person's that it
    is about, in the order of their texts: none for courses and programmes.
    """

    position: int
    kind: TouchKind
    identifiers: tuple[str, ...] = ()
    targets: tuple[int, ...] = ()
    """The positions of the statements that a voiding statement voids."""
    about: JsonObject | None = None
    """The entry, of an event of the catalogue: of a withdrawal the one that was withdrawn."""
    version: int = 0
    """Of the entry."""
    is_withdrawal: bool = False


def touches(sources: PersonSources) -> list[Touch]:
    """The events in the order of the log."""
    histories = (sources.links, sources.entries, sources.courses, sources.programmes)
    found = [
        *_of_statements(sources),
        *_of_voidings(sources),
        *(one for history in histories for one in _of_history(history)),
    ]
    return sorted(found, key=lambda touch: touch.position)


def _of_statements(sources: PersonSources) -> Iterator[Touch]:
    for position, rows in _grouped((row.position, row) for row in sources.rows):
        yield Touch(position, TouchKind.STATEMENT, _keys(sources, rows))


def _of_voidings(sources: PersonSources) -> Iterator[Touch]:
    until = sources.until
    voided = ((r.voided, r) for r in sources.rows if r.voided is not None and r.voided <= until)
    for position, rows in _grouped(voided):
        targets = tuple(sorted({row.position for row in rows}))
        yield Touch(position, TouchKind.VOIDING, _keys(sources, rows), targets)


def _of_history(history: Sequence[HistoryEntry]) -> Iterator[Touch]:
    last: dict[UUID, JsonObject] = {}
    for one in history:
        about = last[one.stream] = one.entry or last[one.stream]
        members = (about[name] for name in ("agent", "person") if isinstance(about.get(name), str))
        yield Touch(
            one.position,
            _KINDS[one.kind],
            tuple(sorted(set(members))),
            about=about,
            version=one.version,
            is_withdrawal=one.entry is None,
        )


def _keys(sources: PersonSources, rows: Iterable[OutcomeRow]) -> tuple[str, ...]:
    return tuple(sorted({sources.identifiers[row.trainee] for row in rows}))


def _grouped(rows: Iterable[tuple[int, OutcomeRow]]) -> list[tuple[int, list[OutcomeRow]]]:
    found: dict[int, list[OutcomeRow]] = {}
    for position, row in rows:
        found.setdefault(position, []).append(row)
    return sorted(found.items(), key=lambda pair: pair[0])
