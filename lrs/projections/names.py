"""Who and what transcripts are about: a short number for each trainee and each course.

Numbers are given 1, 2, 3 ... in the order of first appearance in the log. Names and titles are
those said last in the log, voided statements' too: a correction takes back what happened, not
what somebody is called.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    Table,
    Text,
    func,
    select,
)

from lrs.bulk import replace_rows, rows_of
from lrs.domain.training import Outcome
from lrs.projections.dictionary import digest
from lrs.projections.tables import metadata

trainee = Table(
    "trainee",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("key", Text, nullable=False),
    Column("name", Text),
    Column("personnel", Text),
    # casefolded here: SQLite folds ASCII only, and people's names are Russian
    Column("folded", Text, nullable=False),
    Index("trainee_by_personnel", "personnel"),
)

course = Table(
    "course",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("iri", Text, nullable=False),
    Column("title", Text, nullable=False),
)


class Trainee(NamedTuple):
    """`personnel` is the account's name, where an account identifies the trainee."""

    id: int
    key: str
    name: str | None
    personnel: str | None


class Course(NamedTuple):
    """`title` maps language tags to texts; it may be empty."""

    id: int
    iri: str
    title: dict[str, str]


def number_trainees(connection: Connection, outcomes: Iterable[Outcome]) -> dict[str, int]:
    """The number of every trainee of the outcomes by key; writes what is new or renamed."""
    names: dict[str, str | None] = {}
    for outcome in outcomes:
        names[outcome.trainee] = outcome.name or names.get(outcome.trainee)
    known = _known(connection, trainee, trainee.c.key, names)
    number = _highest(connection, trainee)
    ids, changed = {}, []
    for key, name in names.items():
        row = known.get(key)
        if row is None:
            number += 1
        ids[key] = row.id if row else number
        if row is None or (name and name != row.name):
            changed.append(_trainee_row(ids[key], key, name))
    replace_rows(connection, trainee, changed)
    return ids


def number_courses(connection: Connection, outcomes: Iterable[Outcome]) -> dict[str, int]:
    """The number of every course of the outcomes by IRI; titles in new languages are added."""
    titles: dict[str, dict[str, str]] = {}
    for outcome in outcomes:
        title = titles.setdefault(outcome.course, {})
        if outcome.course_title:
            title.update(outcome.course_title)
    known = _known(connection, course, course.c.iri, titles)
    number = _highest(connection, course)
    ids, changed = {}, []
    for iri, said in titles.items():
        row = known.get(iri)
        if row is None:
            number += 1
        ids[iri] = row.id if row else number
        written = text((json.loads(row.title) if row else {}) | said)
        if row is None or written != row.title:
            changed.append({"id": ids[iri], "digest": digest(iri), "iri": iri, "title": written})
    replace_rows(connection, course, changed)
    return ids


def text(value: Any) -> str:
    """JSON written the one way: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))


def personnel_number(key: str) -> str | None:
    """The account name of an agent key; it may itself hold `|`."""
    return key.split("|", 2)[2] if key.startswith("account|") else None


def trainee_by_key(connection: Connection, key: str) -> Trainee | None:
    found = connection.execute(_TRAINEES.where(trainee.c.digest == digest(key))).first()
    return Trainee(*found) if found else None


def trainee_by_id(connection: Connection, number: int) -> Trainee | None:
    found = connection.execute(_TRAINEES.where(trainee.c.id == number)).first()
    return Trainee(*found) if found else None


def trainees_by_personnel(connection: Connection, personnel: str) -> list[Trainee]:
    """Everybody with that personnel number: more than one where several systems number people."""
    query = _TRAINEES.where(trainee.c.personnel == personnel).order_by(trainee.c.id)
    return [Trainee(*row) for row in connection.execute(query)]


def trainees(
    connection: Connection, q: str = "", after: int = 0, limit: int = 100
) -> list[Trainee]:
    """Those whose name or personnel number (else key) contains `q`, whatever its case.

    A page in the order of numbers; the next begins `after` the last one's id.
    """
    query = _TRAINEES.where(trainee.c.id > after).order_by(trainee.c.id).limit(limit)
    if q:
        query = query.where(trainee.c.folded.contains(q.casefold(), autoescape=True))
    return [Trainee(*row) for row in connection.execute(query)]


def course_by_iri(connection: Connection, iri: str) -> Course | None:
    return _course(connection.execute(_COURSES.where(course.c.digest == digest(iri))).first())


def course_by_id(connection: Connection, number: int) -> Course | None:
    return _course(connection.execute(_COURSES.where(course.c.id == number)).first())


_TRAINEES = select(trainee.c.id, trainee.c.key, trainee.c.name, trainee.c.personnel)
_COURSES = select(course.c.id, course.c.iri, course.c.title)


def _course(row: Row[*tuple[Any, ...]] | None) -> Course | None:
    return Course(row.id, row.iri, json.loads(row.title)) if row else None


def _known(
    connection: Connection, table: Table, column: Column[Any], keys: Iterable[str]
) -> dict[str, Row[*tuple[Any, ...]]]:
    digests = [digest(key) for key in keys]
    found = rows_of(connection, select(table), table.c.digest, digests)
    return {row._mapping[column]: row for row in found}


def _highest(connection: Connection, table: Table) -> int:
    return connection.execute(select(func.max(table.c.id))).scalar_one() or 0


def _trainee_row(number: int, key: str, name: str | None) -> dict[str, Any]:
    personnel = personnel_number(key)
    folded = f"{name or ''}\n{personnel or key}".casefold()
    return {
        "id": number,
        "digest": digest(key),
        "key": key,
        "name": name,
        "personnel": personnel,
        "folded": folded,
    }
