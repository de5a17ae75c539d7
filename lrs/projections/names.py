"""Who and what transcripts are about: a short number for each trainee and each course.

Numbers are given 1, 2, 3 ... in the order of first appearance in the log. Names and titles are
those said last in the log, voided statements' too: a correction takes back what happened, not
what somebody is called.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator
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


class Numbers:
    """Gives trainees and courses their numbers, and remembers those met lately.

    What is remembered holds while this process alone folds, batch after batch, and each batch is
    committed: else `forget`.
    """

    LIMIT = 20_000

    def __init__(self) -> None:
        self._trainees: dict[str, tuple[int, str | None]] = {}
        self._courses: dict[str, tuple[int, str]] = {}
        self._highest: dict[Table, int] = {}

    def forget(self) -> None:
        self._trainees, self._courses, self._highest = {}, {}, {}

    def trainees(self, connection: Connection, outcomes: Iterable[Outcome]) -> dict[str, int]:
        """The number of every trainee of the outcomes by key; writes what is new or renamed."""
        names: dict[str, str | None] = {}
        for outcome in outcomes:
            names[outcome.trainee] = outcome.name or names.get(outcome.trainee)
        if len(self._trainees) > self.LIMIT:
            self._trainees = {}
        known = self._trainees
        unknown = [key for key in names if key not in known]
        for row in _known(connection, trainee, unknown):
            known[row.key] = (row.id, row.name)
        changed = []
        for key, name in names.items():
            id_, before = known.get(key) or (self._next(connection, trainee), "")
            if before == "" or (name and name != before):
                known[key] = (id_, name)
                changed.append(_trainee_row(id_, key, name))
        replace_rows(connection, trainee, changed)
        return {key: known[key][0] for key in names}

    def courses(self, connection: Connection, outcomes: Iterable[Outcome]) -> dict[str, int]:
        """The number of every course of the outcomes by IRI; titles in new languages are added."""
        titles: dict[str, dict[str, str]] = {}
        for outcome in outcomes:
            title = titles.setdefault(outcome.course, {})
            if outcome.course_title:
                title.update(outcome.course_title)
        if len(self._courses) > self.LIMIT:
            self._courses = {}
        known = self._courses
        unknown = [iri for iri in titles if iri not in known]
        for row in _known(connection, course, unknown):
            known[row.iri] = (row.id, row.title)
        changed = []
        for iri, said in titles.items():
            id_, before = known.get(iri) or (self._next(connection, course), "")
            written = text((json.loads(before) if before else {}) | said) if said else before
            if written != before or not before:
                known[iri] = (id_, written or "{}")
                row = {"id": id_, "digest": digest(iri), "iri": iri, "title": known[iri][1]}
                changed.append(row)
        replace_rows(connection, course, changed)
        return {iri: known[iri][0] for iri in titles}

    def _next(self, connection: Connection, table: Table) -> int:
        """The next free number: they are given in the order of first appearance."""
        if table not in self._highest:
            highest = connection.execute(select(func.max(table.c.id))).scalar_one()
            self._highest[table] = highest or 0
        self._highest[table] += 1
        return self._highest[table]


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


def _known(connection: Connection, table: Table, keys: Collection[str]) -> Iterator[Any]:
    digests = [digest(key) for key in keys]
    return rows_of(connection, _ROWS[table.name], table.c.digest, digests)


_ROWS = {table.name: select(table) for table in (trainee, course)}


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
