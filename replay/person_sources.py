"""All that the log holds of one person up to a position, read once: what replays fold.

The identifiers are all that links ever joined to the person's, whether or not the links hold: who
is whom at a position is decided from them.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import tzinfo
from uuid import UUID

from sqlalchemy import Connection

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.training.course_resolution import subject_of_text
from lrs.domain.training.vocabulary import Vocabulary
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement
from lrs.ledger import LogReader
from lrs.projections.training import catalogue_history, courses, lines, people, subjects
from lrs.projections.training.catalogue_history import HistoryEntry
from lrs.projections.training.courses import Course
from lrs.projections.training.lines import OutcomeRow

_OF_PEOPLE = (EntryKind.PERSON, EntryKind.EXEMPTION, EntryKind.REVOCATION)


@dataclass(frozen=True, slots=True)
class PersonSources:
    """What was read: all histories in the order of the log, none of it after `until`.

    `rows` are the outcomes of all `identifiers`, `statements` those of them that are not erased, by
    position. `links` are those of these identifiers, `entries` their personnel records, exemptions
    and revocations; `courses` the descriptions that may concern a statement of these.
    """

    key: str
    until: int
    identifiers: Mapping[int, str]
    """By the numbers that the projection gives them."""
    persons: Mapping[str, int]
    """The number of the person who has the identifier today, by identifier."""
    rows: Sequence[OutcomeRow]
    statements: Mapping[int, RecordedStatement]
    links: Sequence[HistoryEntry]
    entries: Sequence[HistoryEntry]
    courses: Sequence[HistoryEntry]
    programmes: Sequence[HistoryEntry]
    course_numbers: Mapping[str, int]
    """Of the courses of programmes, by IRI."""
    named: Mapping[str, Course]
    """Courses that a line may be about, as statements alone tell of them, by IRI."""
    words: Vocabulary
    zone: tzinfo


ReadHistory = Callable[[EntryKind], Sequence[HistoryEntry]]
"""Gives all versions of all entries of a kind, in the order of the log."""


def read_sources(
    connection: Connection,
    log: LogReader,
    key: str,
    until: int,
    words: Vocabulary,
    zone: tzinfo,
    history: ReadHistory | None = None,
) -> PersonSources:
    """What there is of the person who has this identifier at any position up to `until`. `history`
    spares reading what the catalogue said for each person again.
    """
    history = history or (lambda kind: catalogue_history.history(connection, [kind]))
    links = _upto(history(EntryKind.LINK), until)
    joined = _joined(links, key)
    keys = sorted(joined)
    numbers = people.numbers_of(connection, keys)
    rows = sorted(
        (row for row in lines.rows_about(connection, numbers.values()) if row.position <= until),
        key=lambda row: (row.position, row.trainee),
    )
    statements = log.at(sorted({row.position for row in rows}))
    mentioned = _mentioned(connection, rows)
    described = concerning(_upto(history(EntryKind.COURSE), until), mentioned)
    programmes = _upto(history(EntryKind.PROGRAMME), until)
    wanted = {iri for one in programmes if one.entry for iri in courses.courses_in(one.entry)}
    found = (people.person_by_key(connection, one) for one in keys)
    return PersonSources(
        key=key,
        until=until,
        identifiers={number: identifier for identifier, number in numbers.items()},
        persons={one: who.id for one, who in zip(keys, found, strict=True) if who},
        rows=rows,
        statements={position: one.recorded() for position, one in statements.items()},
        links=_of_agents(links, joined),
        entries=_upto(catalogue_history.of_people(connection, keys, _OF_PEOPLE), until),
        courses=described,
        programmes=programmes,
        course_numbers=courses.numbers_of(connection, wanted),
        named=courses.undescribed(
            connection, mentioned | {one.entry["id"] for one in described if one.entry} | wanted
        ),
        words=words,
        zone=zone,
    )


def _first_entries(history: Iterable[HistoryEntry]) -> dict[UUID, JsonObject]:
    """What was first said of each thing, by stream: a withdrawal does not say what it withdraws."""
    found: dict[UUID, JsonObject] = {}
    for one in history:
        if one.entry is not None:
            found.setdefault(one.stream, one.entry)
    return found


def _upto(history: Iterable[HistoryEntry], until: int) -> list[HistoryEntry]:
    return [one for one in history if one.position <= until]


def _of_agents(history: Sequence[HistoryEntry], agents: Collection[str]) -> list[HistoryEntry]:
    """Those of the links that are, or were, these identifiers'."""
    of = _first_entries(history)
    return [one for one in history if of[one.stream]["agent"] in agents]


def _joined(links: Sequence[HistoryEntry], key: str) -> set[str]:
    """The identifiers that links ever joined to this one, over any number of links; and itself."""
    neighbours: dict[str, set[str]] = {}
    for one in links:
        if one.entry is not None:
            agent, person = one.entry["agent"], one.entry["person"]
            neighbours.setdefault(agent, set()).add(person)
            neighbours.setdefault(person, set()).add(agent)
    found, waiting = {key}, [key]
    while waiting:
        more = neighbours.get(waiting.pop(), set()) - found
        found |= more
        waiting += more
    return found


def _mentioned(connection: Connection, rows: Iterable[OutcomeRow]) -> set[str]:
    """The activities that decide to which course the statements belong: objects, and those around
    them.
    """
    texts = subjects.texts_of(connection, {row.subject for row in rows})
    read = [subject_of_text(text) for text in texts.values()]
    return {one.object for one in read} | {iri for one in read for _, iri in one.around}


def concerning(history: Sequence[HistoryEntry], mentioned: Collection[str]) -> list[HistoryEntry]:
    """Those of the courses' descriptions that ever said something of an activity among these, with
    all that was said of the same course.
    """
    streams = {
        one.stream
        for one in history
        if one.entry is not None
        and not {one.entry["id"], *one.entry.get("activities", ())}.isdisjoint(mentioned)
    }
    return [one for one in history if one.stream in streams]
