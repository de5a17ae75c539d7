"""Who and what transcripts are about: a short number for each trainee and each course.

Numbers are given 1, 2, 3 ... in the order of first appearance in the log. Names and titles are
those said last in the log, voided statements' too: a correction takes back what happened, not
what somebody is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Generic, NamedTuple, TypeVar

from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    Row,
    Select,
    Table,
    Text,
    func,
    select,
)

from lrs.bulk import replace_rows, rows_of
from lrs.domain.training import Outcome
from lrs.projections.dictionary import digest
from lrs.projections.tables import metadata

Said = TypeVar("Said")
Written = TypeVar("Written")

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
    # A hash: an account's name may be longer than an entry of PostgreSQL's other indexes.
    Index("trainee_by_personnel", "personnel", postgresql_using="hash"),
)

course = Table(
    "course",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("iri", Text, nullable=False),
    Column("title", Text, nullable=False),
)

_TRAINEES = select(trainee.c.id, trainee.c.key, trainee.c.name, trainee.c.personnel)
_COURSES = select(course.c.id, course.c.iri, course.c.title)


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

    def __init__(self) -> None:
        self._trainees = _Numbered(trainee, _TRAINEES, _renamed, _trainee_row)
        self._courses = _Numbered(course, _COURSES, _retitled, _course_row)

    def forget(self) -> None:
        self._trainees.forget()
        self._courses.forget()

    def trainees(self, connection: Connection, outcomes: Iterable[Outcome]) -> dict[str, int]:
        """The number of every trainee of the outcomes by key; writes what is new or renamed."""
        names: dict[str, str | None] = {}
        for outcome in outcomes:
            names[outcome.trainee] = outcome.name or names.get(outcome.trainee)
        return self._trainees.numbers(connection, names)

    def courses(self, connection: Connection, outcomes: Iterable[Outcome]) -> dict[str, int]:
        """The number of every course of the outcomes by IRI; titles in new languages are added."""
        titles: dict[str, dict[str, str]] = {}
        for outcome in outcomes:
            title = titles.setdefault(outcome.course, {})
            if outcome.course_title:
                title.update(outcome.course_title)
        return self._courses.numbers(connection, titles)


class _Numbered(Generic[Said, Written]):
    """The numbers of one table's keys: LIMIT and a batch's are remembered at most.

    Beside each stands what it is called, a name or a title. `query` begins with number, key and
    that; `change` makes it from what stood there (None for a new key) and what a batch says;
    `row` makes a row of the three.
    """

    LIMIT = 20_000

    def __init__(
        self,
        table: Table,
        query: Select[Any],
        change: Callable[[Written | None, Said], Written],
        row: Callable[[int, str, Written], dict[str, Any]],
    ) -> None:
        self._table = table
        self._query = query
        self._change = change
        self._row = row
        self._known: dict[str, tuple[int, Written]] = {}
        self._highest: int | None = None

    def forget(self) -> None:
        self._known, self._highest = {}, None

    def numbers(self, connection: Connection, said: Mapping[str, Said]) -> dict[str, int]:
        """The number of each key; writes the rows of those that are new or changed."""
        if len(self._known) > self.LIMIT:
            self._known = {}
        known = self._known
        unknown = [digest(key) for key in said if key not in known]
        found = rows_of(connection, self._query, self._table.c.digest, unknown)
        known |= {key: (number, written) for number, key, written, *_ in found}
        rows = []
        for key, news in said.items():
            number, before = known.get(key, (0, None))
            written = self._change(before, news)
            if not number or written != before:
                number = number or self._next(connection)
                known[key] = (number, written)
                rows.append(self._row(number, key, written))
        replace_rows(connection, self._table, rows)
        return {key: known[key][0] for key in said}

    def _next(self, connection: Connection) -> int:
        """The next free number: they are given in the order of first appearance."""
        if self._highest is None:
            highest = connection.execute(select(func.max(self._table.c.id))).scalar_one()
            self._highest = highest or 0
        self._highest += 1
        return self._highest


def _renamed(before: str | None, name: str | None) -> str | None:
    return name or before


def _retitled(before: str | None, said: dict[str, str]) -> str:
    """`before` and the answer are titles as JSON."""
    if before and not said:
        return before
    return text((json.loads(before) if before else {}) | said)


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


def _course(row: Row[*tuple[Any, ...]] | None) -> Course | None:
    return Course(row.id, row.iri, json.loads(row.title)) if row else None


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


def _course_row(number: int, iri: str, title: str) -> dict[str, Any]:
    return {"id": number, "digest": digest(iri), "iri": iri, "title": title}
