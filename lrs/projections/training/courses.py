"""The courses that transcripts are about: every one the log or the catalogue ever named."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    LargeBinary,
    Table,
    Text,
    bindparam,
    select,
    update,
)

from lrs.db.bulk import rows_of
from lrs.db.compiled_query import CompiledQuery
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.training.attempt import AttemptRule
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.surrogate_keys import NumberedRows, digest, text
from lrs.projections.tables import metadata
from lrs.projections.training import catalogue_history

course = Table(
    "course",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("iri", Text, nullable=False),
    # what statements call it
    Column("title", Text, nullable=False),
    # the catalogue's description as JSON, with the codes of the programmes that ask for it
    Column("described", Text),
)

COLUMNS = (course.c.id, course.c.iri, course.c.title, course.c.described)
_COURSES = select(*COLUMNS)
_BY_DIGEST = CompiledQuery(_COURSES.where(course.c.digest == bindparam("of")))
_BY_ID = CompiledQuery(_COURSES.where(course.c.id == bindparam("of")))
_DESCRIBED = select(course.c.id, course.c.described).where(course.c.described.is_not(None))
_DESCRIBE = update(course).where(course.c.id == bindparam("of"))


class Course(NamedTuple):
    """`title` maps language tags to texts; it may be empty. The rest is the catalogue's: None and
    empty where it says nothing. `months` is how long completing it is good for.
    """

    id: int
    iri: str
    title: dict[str, str]
    kind: str | None = None
    hours: float | None = None
    rule: AttemptRule = "best"
    months: int | None = None
    programmes: tuple[str, ...] = ()
    known: bool = False
    """Whether the catalogue describes it."""
    services: tuple[str, ...] = ()
    """The codes of the services that it teaches."""


def numbered() -> NumberedRows[dict[str, str], str]:
    """The numbers of courses by IRI; titles in new languages are added."""
    return NumberedRows(course, _COURSES, _retitled, _row)


def describe(connection: Connection) -> None:
    """Writes what the catalogue says now of each course, where it is not what stood there."""
    entries = {iri: text(entry) for iri, entry in _described(connection).items()}
    numbers = numbers_of(connection, entries)
    now: dict[int, str | None] = {numbers[iri]: entry for iri, entry in entries.items()}
    before = {row.id: row.described for row in connection.execute(_DESCRIBED)}
    now = dict.fromkeys(before) | now
    rows = [
        {"of": number, "described": entry}
        for number, entry in now.items()
        if before.get(number) != entry
    ]
    if rows:
        connection.execute(_DESCRIBE, rows)


def _described(connection: Connection) -> dict[str, JsonObject]:
    """What the catalogue says of courses, with the codes of the programmes that ask for them."""
    current = catalogue_history.current(
        catalogue_history.history(connection, [EntryKind.COURSE, EntryKind.PROGRAMME])
    )
    found: dict[str, JsonObject] = {}
    programmes: dict[str, set[str]] = {}
    for one in current:
        entry = one.entry or {}
        if one.kind is EntryKind.COURSE:
            found[entry["id"]] = entry
            continue
        for iri in courses_in(entry):
            programmes.setdefault(iri, set()).add(entry["code"])
    for iri, codes in programmes.items():
        found[iri] = {**found.get(iri, {}), "programmes": sorted(codes)}
    return found


def courses_in(programme: JsonObject) -> set[str]:
    """The IRIs of the courses that a programme asks for or lets count."""
    courses = set(programme["courses"])
    equivalents = programme.get("equivalents", ())
    return courses | {one["course"] for one in equivalents if one["counts_as"] in courses}


def numbers_of(connection: Connection, iris: Collection[str]) -> dict[str, int]:
    """The numbers of those of the courses that have one."""
    rows = rows_of(connection, _COURSES, course.c.digest, [digest(iri) for iri in iris])
    return {row.iri: row.id for row in rows}


def all_numbers(connection: Connection) -> dict[str, int]:
    """The numbers of all courses, by IRI."""
    return {row.iri: row.id for row in connection.execute(_COURSES)}


def rules(connection: Connection) -> dict[int, AttemptRule]:
    """The attempt rule of every described course, by number."""
    return {
        row.id: orjson.loads(row.described).get("attempt_rule", "best")
        for row in connection.execute(_DESCRIBED)
    }


def course_by_iri(connection: Connection, iri: str) -> Course | None:
    """The course with this IRI, if it was ever named."""
    return _found(_BY_DIGEST.first(connection, of=digest(iri)))


def course_by_id(connection: Connection, number: int) -> Course | None:
    """The course with this number, if there is one."""
    return _found(_BY_ID.first(connection, of=number))


def courses_by_iri(connection: Connection, iris: Collection[str]) -> dict[str, Course]:
    """Those of the courses that were ever named."""
    rows = rows_of(connection, _COURSES, course.c.digest, [digest(iri) for iri in iris])
    return {row.iri: course_of_row(row) for row in rows}


def undescribed(connection: Connection, iris: Collection[str]) -> dict[str, Course]:
    """Those of the courses that were ever named, as statements alone tell of them."""
    rows = rows_of(connection, _COURSES, course.c.digest, [digest(iri) for iri in iris])
    return {row.iri: Course(row.id, row.iri, _titles(row.title)) for row in rows}


@lru_cache(maxsize=1_024)
def _titles(text: str) -> dict[str, str]:
    """The same text gives the same titles, which nobody changes."""
    found: dict[str, str] = json.loads(text)
    return found


def described_courses(connection: Connection) -> list[Course]:
    """Those that the catalogue describes or a programme asks for, in the order of numbers."""
    query = _COURSES.where(course.c.described.is_not(None)).order_by(course.c.id)
    return [course_of_row(row) for row in connection.execute(query)]


def course_of_row(row: Any) -> Course:
    """The course of a row that begins with COLUMNS."""
    return _course(*row[:4])


@lru_cache(maxsize=1_024)
def _course(id_: int, iri: str, title: str, described: str | None) -> Course:
    """The same texts make the same course: most transcripts name courses that others name."""
    stated_title = json.loads(title)
    if described is None:
        return Course(id_, iri, stated_title)
    entry = orjson.loads(described)
    return as_described(Course(id_, iri, stated_title), entry, entry.get("programmes", ()))


def as_described(of: Course, entry: JsonObject | None, programmes: Collection[str]) -> Course:
    """The course with what the catalogue says in this entry; nothing if it is None."""
    entry = entry or {}
    return Course(
        id=of.id,
        iri=of.iri,
        title=_titled(of.title, entry.get("title", {})),
        kind=entry.get("kind"),
        hours=entry.get("hours"),
        rule=entry.get("attempt_rule", "best"),
        months=entry.get("valid_months"),
        programmes=tuple(programmes),
        known="title" in entry,
        services=tuple(entry.get("services", ())),
    )


def _titled(stated: dict[str, str], described: dict[str, str]) -> dict[str, str]:
    """The catalogue's titles, and what statements call it in other languages: `ru-RU` is `ru`."""
    languages = {_language(tag) for tag in described}
    return {t: v for t, v in stated.items() if _language(t) not in languages} | described


def _language(tag: str) -> str:
    return tag.partition("-")[0].lower()


def _found(row: Sequence[Any] | None) -> Course | None:
    return course_of_row(row) if row else None


def _retitled(_: str, before: str | None, stated: dict[str, str]) -> str:
    """`before` and the answer are titles as JSON."""
    if before and not stated:
        return before
    return text((json.loads(before) if before else {}) | stated)


def _row(number: int, iri: str, title: str) -> dict[str, Any]:
    return {"id": number, "digest": digest(iri), "iri": iri, "title": title}
