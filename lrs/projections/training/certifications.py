"""What each person has earned in each programme: the grants, kept by the changes of lines.

What a grant is worth on a day is no row's: it is told when somebody asks
(`lrs.domain.certification.verdict`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Container, Iterable, Mapping, Sequence
from datetime import date
from itertools import islice
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    String,
    Table,
    Text,
    bindparam,
    delete,
    func,
    select,
)

from lrs.db.bulk import insert_rows, rows_of
from lrs.domain.certification.evidence import evidence_in, first_activity
from lrs.domain.certification.grants import Grant, can_be_reached, grants
from lrs.domain.certification.requirement_check import Evidence
from lrs.domain.certification.rule import Authorities
from lrs.domain.training.line_state import LineState
from lrs.projections.tables import metadata
from lrs.projections.training import lines
from lrs.projections.training.catalogue_cache import CatalogueRules, ProgrammeRules

certification = Table(
    "certification",
    metadata,
    # a person's stand together: they are asked for together
    Column("person", BigInteger, primary_key=True, autoincrement=False),
    Column("programme", String(64), primary_key=True),
    # the day of the first activity in any of the programme's courses
    Column("begun", String(10), nullable=False),
    Column("grants", Text, nullable=False),
    Index("certification_by_programme", "programme", "person"),
    sqlite_with_rowid=False,
)

_ROWS = select(
    certification.c.person,
    certification.c.programme,
    certification.c.begun,
    certification.c.grants,
)
# A person's rows as one, in JSON: of an office there are tens of thousands. Codes need no escaping.
_EXCEPTIONS = '["' + certification.c.programme + '","' + certification.c.begun + '",'
_TOGETHER = select(
    certification.c.person, func.aggregate_strings(_EXCEPTIONS + certification.c.grants + "]", ",")
).group_by(certification.c.person)
_IN_PROGRAMME = _TOGETHER.where(certification.c.programme == bindparam("of"))
_DELETE = delete(certification).where(
    certification.c.person == bindparam("who"), certification.c.programme == bindparam("of")
)

TOGETHER = 10_000
"""Pairs that are decided together: those of some thousand people, whose lines are then in memory.
"""

Pair = tuple[int, str]
"""A person's number and a programme's code."""

Vouched = Callable[[Collection[int], Authorities], dict[int, LineState]]
"""What the statements of these authorities alone make of lines, by number."""


class CertificationRow(NamedTuple):
    """What the table `certification` holds of one pair."""

    person: int
    programme: str
    begun: str
    grants: str


class Earned(NamedTuple):
    """What somebody did in a programme: since when, and the grants by day."""

    begun: date
    grants: tuple[Grant, ...]


def concerned(rulebook: CatalogueRules, ids: Iterable[int]) -> set[Pair]:
    """The programmes in which these lines count, each with the line's person."""
    return {
        (lines.person_of(id_), code)
        for id_ in ids
        for code in rulebook.wanted_in.get(lines.course_of(id_), ())
    }


def fold(
    connection: Connection, rulebook: CatalogueRules, pairs: Iterable[Pair], vouched: Vouched
) -> None:
    """Decides anew what these people have earned in these programmes."""
    rest = iter(sorted(pairs))
    while part := list(islice(rest, TOGETHER)):
        _fold(connection, rulebook, part, vouched)


def _fold(
    connection: Connection, rulebook: CatalogueRules, pairs: Sequence[Pair], vouched: Vouched
) -> None:
    wanted = {
        lines.number(person, course)
        for person, code in pairs
        if code in rulebook.programmes
        for course in rulebook.programmes[code].courses
    }
    found = earned(rulebook, pairs, lines.states(connection, wanted), vouched)
    _delete(connection, set(pairs) - found.keys())
    write_rows(connection, rows(found))


def rows(found: Mapping[Pair, Earned]) -> list[CertificationRow]:
    """The rows of what was earned."""
    return [
        CertificationRow(person, code, what.begun.isoformat(), _text(what.grants))
        for (person, code), what in sorted(found.items())
    ]


def write_rows(connection: Connection, rows: Sequence[CertificationRow]) -> None:
    """Write these rows, each instead of one with the same key."""
    insert_rows(connection, certification, CertificationRow._fields, rows, replace=True)


def earned(
    rulebook: CatalogueRules,
    pairs: Collection[Pair],
    states: Mapping[int, LineState],
    vouched: Vouched,
) -> dict[Pair, Earned]:
    """What the states of lines make of each pair; nothing where nothing was begun."""
    own = _vouched(rulebook, pairs, states, vouched)
    found = {}
    for person, code in pairs:
        programme = rulebook.programmes.get(code)
        if programme is not None:
            of = _by_course(programme, person, states)
            by = {a: _by_course(programme, person, own[a]) for a in programme.authorities}
            what = decided(programme, of, rulebook.revoked.get((person, code), ()), by)
            if what is not None:
                found[person, code] = what
    return found


def _by_course(
    programme: ProgrammeRules, person: int, states: Mapping[int, LineState]
) -> dict[str, LineState]:
    """Those of the states, by line, that are the person's in the programme, by course IRI."""
    return {
        iri: states[id_]
        for course, iri in programme.courses.items()
        if (id_ := lines.number(person, course)) in states
    }


def _vouched(
    rulebook: CatalogueRules, pairs: Iterable[Pair], states: Container[int], vouched: Vouched
) -> dict[Authorities, dict[int, LineState]]:
    """What the statements of those whom programmes name make of these people's lines."""
    wanted: dict[Authorities, set[int]] = {}
    for person, code in pairs:
        programme = rulebook.programmes.get(code)
        if programme is None:
            continue
        for authorities in programme.authorities:
            ids = (lines.number(person, course) for course in programme.courses)
            wanted.setdefault(authorities, set()).update(id_ for id_ in ids if id_ in states)
    return {authorities: vouched(ids, authorities) for authorities, ids in wanted.items()}


def decided(
    programme: ProgrammeRules,
    states: Mapping[str, LineState],
    revoked: Iterable[date],
    vouched: Mapping[Authorities, Mapping[str, LineState]],
) -> Earned | None:
    """What a person's lines, by course IRI, make in the programme; its own courses count. `vouched`
    are the lines as the statements of these authorities alone make them.
    """
    own = {iri: states[iri] for iri in programme.courses.values() if iri in states}
    first = [reference for state in own.values() if (reference := first_activity(state))]
    if not first:
        return None
    day = min(first).moment.day
    if not can_be_reached(programme.versions, own.keys()):
        return Earned(day, ())
    by = {authorities: marks_of(vouched[authorities]) for authorities in programme.authorities}
    return Earned(day, tuple(grants(programme.versions, marks_of(own), revoked, by)))


def marks_of(states: Mapping[str, LineState]) -> list[Evidence]:
    """What of these lines, by course IRI, counts toward programmes."""
    return [mark for iri, state in states.items() for mark in evidence_in(iri, state)]


def of_programmes(
    connection: Connection, rulebook: CatalogueRules, codes: Iterable[str]
) -> set[Pair]:
    """Everybody in these programmes, and everybody who has a line in a course of one."""
    found: set[Pair] = set()
    for code in codes:
        found.update((person, code) for person in people_in(connection, code))
        programme = rulebook.programmes.get(code)
        if programme:
            ids = lines.lines_in(connection, programme.courses.keys())
            found.update((lines.person_of(id_), code) for id_ in ids)
    return found


def of_people(
    connection: Connection, persons: Collection[int], programme: str | None = None
) -> dict[int, dict[str, Earned]]:
    """All that these people have earned or begun, in that programme or in any: by person's number
    and programme.
    """
    column, day = certification.c.person, date.fromisoformat
    found: dict[int, dict[str, Earned]] = {person: {} for person in persons}
    if programme is None:
        rows = rows_of(connection, _TOGETHER, column, persons)
    else:
        rows = rows_of(connection, _IN_PROGRAMME, column, persons, of=programme)
    only_begun: dict[str, Earned] = {}  # by day: most are no more than that, tens of thousands
    for person, rows_as_json in rows:
        earned = found[person]
        for code, since, made in orjson.loads(f"[{rows_as_json}]"):
            if made:
                earned[code] = Earned(day(since), tuple(map(_grant, made)))
                continue
            if since not in only_begun:
                only_begun[since] = Earned(day(since), ())
            earned[code] = only_begun[since]
    return found


def people_in(connection: Connection, code: str) -> list[int]:
    """The numbers of those who earned or began something in a programme."""
    query = select(certification.c.person).where(certification.c.programme == code)
    return list(connection.scalars(query))


def _delete(connection: Connection, pairs: Iterable[Pair]) -> None:
    gone = [{"who": person, "of": code} for person, code in pairs]
    if gone:
        connection.execute(_DELETE, gone)


def _text(made: Iterable[Grant]) -> str:
    return orjson.dumps([list(grant) for grant in made]).decode()


def _grant(row: list[Any]) -> Grant:
    day, completed, instant, until, version, evidence, renewal = row
    read = date.fromisoformat
    ends = None if until is None else read(until)
    return Grant(read(day), read(completed), instant, ends, version, tuple(evidence), renewal)
