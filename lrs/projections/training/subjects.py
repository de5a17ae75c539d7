"""What statements are about, each subject with the course that it belongs to now."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from typing import Any, NamedTuple

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
from lrs.domain.training.course_resolution import Listings, Subject, course_of, subject_of_text
from lrs.projections.surrogate_keys import NumberedRows, digest
from lrs.projections.tables import metadata

subject = Table(
    "subject",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("text", Text, nullable=False),
    Column("course", BigInteger, nullable=False),
)

_NUMBERS = select(subject.c.id, subject.c.text, subject.c.course)
_COURSES = select(subject.c.id, subject.c.course)
_MOVE = update(subject).where(subject.c.id == bindparam("of"))


def numbered() -> NumberedRows[int, int]:
    """The numbers of subjects by text. What is said of each is the number of its course when it
    first comes up: `move` changes that.
    """
    return NumberedRows(subject, _NUMBERS, _settled, _row)


def courses_of(connection: Connection, numbers: Collection[int]) -> dict[int, int]:
    """The course of each subject, by numbers."""
    return dict(map(tuple, rows_of(connection, _COURSES, subject.c.id, numbers)))


def texts_of(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """The text of each subject, by numbers."""
    return {row.id: row.text for row in rows_of(connection, _NUMBERS, subject.c.id, numbers)}


def concerned(
    connection: Connection, activities: Collection[str], listings: Listings
) -> dict[int, str]:
    """The subjects that name one of these activities, by number, and the IRI of the course that
    each belongs to by these listings.
    """
    return {
        row.id: course_of(row.read, listings).course
        for row in every(connection)
        if not row.names.isdisjoint(activities)
    }


class SubjectRow(NamedTuple):
    """A subject with its number and the number of the course that it belongs to now."""

    id: int
    read: Subject
    course: int

    @property
    def names(self) -> set[str]:
        """The IRIs of the activities that it names."""
        return {self.read.object, *(iri for _, iri in self.read.around)}


def every(connection: Connection) -> Iterator[SubjectRow]:
    """All subjects that any statement was ever about."""
    for id_, text, course in connection.execute(_NUMBERS):
        yield SubjectRow(id_, subject_of_text(text), course)


def move(connection: Connection, courses: Mapping[int, int]) -> None:
    """Lets subjects belong to these courses."""
    if courses:
        rows = [{"of": id_, "course": course} for id_, course in courses.items()]
        connection.execute(_MOVE, rows)


def _settled(_: str, before: int | None, course: int) -> int:
    return course if before is None else before


def _row(number: int, text: str, course: int) -> dict[str, Any]:
    return {"id": number, "digest": digest(text), "text": text, "course": course}
