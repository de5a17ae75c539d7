"""People by the office that their personnel records name, and by any of their identifiers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

from sqlalchemy import Connection, func, select

from lrs.db.bulk import rows_of
from lrs.projections.surrogate_keys import digest
from lrs.projections.training.people import Trainee, persons, trainee

_PERSONS = select(trainee.c.key, trainee.c.person)
_COUNTED = (
    select(trainee.c.office, func.count())
    .where(trainee.c.office.is_not(None))
    .group_by(trainee.c.office)
)


def people_at(
    connection: Connection, office: str, after: int = 0, limit: int | None = None
) -> list[Trainee]:
    """Those whose personnel record names the office, in the order of numbers: so many after that
    number.
    """
    query = select(trainee.c.id).where(trainee.c.office == office, trainee.c.id > after)
    return _in_order(connection, connection.scalars(query.order_by(trainee.c.id).limit(limit)))


def recorded_or(
    connection: Connection, others: Collection[int], after: int, limit: int
) -> list[Trainee]:
    """Those with a personnel record, and the people of these numbers: a page in the order of
    numbers, after that number.
    """
    query = select(trainee.c.person).distinct().where(trainee.c.record.is_not(None))
    query = query.where(trainee.c.person > after).order_by(trainee.c.person).limit(limit)
    numbers = {*connection.scalars(query), *(n for n in others if n > after)}
    return _in_order(connection, sorted(numbers)[:limit])


def counted(connection: Connection) -> dict[str, int]:
    """How many people's records name each office."""
    return dict(map(tuple, connection.execute(_COUNTED)))


def known_by(connection: Connection, keys: Iterable[str]) -> dict[str, Trainee]:
    """Who has each of these identifiers, of those that anybody has."""
    rows = [*rows_of(connection, _PERSONS, trainee.c.digest, [digest(key) for key in keys])]
    found = persons(connection, list({row.person for row in rows}))
    return {row.key: found[row.person] for row in rows}


def _in_order(connection: Connection, numbers: Iterable[int]) -> list[Trainee]:
    wanted: Sequence[int] = list(numbers)
    found = persons(connection, wanted)
    return [found[number] for number in wanted if number in found]
