"""Who has mastered courses: people with a line that is passed, completed or attended in one."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, distinct, func, literal_column, select

from lrs.db.bulk import rows_of
from lrs.domain.training.attempt import Status
from lrs.domain.training.line import Line, read_line
from lrs.projections.training import line_encoding
from lrs.projections.training.courses import Course
from lrs.projections.training.lines import line, number, person_of
from lrs.projections.training.people import Trainee, persons, trainee

MASTERED: tuple[Status, ...] = ("attended", "completed", "passed")
# the number in the text: PostgreSQL shifts by an integer alone, and binds a bigint
_PERSON = line.c.id.bitwise_rshift(literal_column("32"))
_LINES = select(line.c.id, line.c.course, line.c.state).where(line.c.status.in_(MASTERED))


@dataclass(frozen=True, slots=True)
class CompletedBy:
    """A person and what of it they have mastered, by the courses' numbers."""

    trainee: Trainee
    lines: Mapping[int, Line]


def completed_by(
    connection: Connection,
    courses: Mapping[int, Course],
    office: str | None,
    after: int,
    limit: int,
) -> list[CompletedBy]:
    """Those who have mastered any of these courses, given by number, and work at the office, in the
    order of their numbers: so many after that number.
    """
    query = _among(select(_PERSON.label("person")).distinct(), courses, office)
    query = query.where(line.c.id >= number(after + 1, 0)).order_by("person").limit(limit)
    people = list(connection.scalars(query))
    lines: dict[int, dict[int, Line]] = {person: {} for person in people}
    wanted = [number(person, course) for person in people for course in courses]
    for id_, course, state in rows_of(connection, _LINES, line.c.id, wanted):
        seen = read_line(line_encoding.decoded(state), courses[course].rule, courses[course].months)
        if seen:
            lines[person_of(id_)][course] = seen
    found = persons(connection, people)
    return [CompletedBy(found[person], lines[person]) for person in people]


def counted(connection: Connection, courses: Collection[int], office: str | None) -> int:
    """How many people have mastered any of these courses."""
    query = _among(select(func.count(distinct(_PERSON))), courses, office)
    return connection.scalar(query) or 0


def _among(query: Select[Any], courses: Collection[int], office: str | None) -> Select[Any]:
    query = query.where(line.c.course.in_(list(courses)), line.c.status.in_(MASTERED))
    if office is None:
        return query
    return query.where(_PERSON.in_(select(trainee.c.id).where(trainee.c.office == office)))
