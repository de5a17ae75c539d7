"""The people of transcripts: their identifiers, links and personnel records, and queries of them.

Every identifier in the log has a row. `person` is the number of the person's representative
identifier: the row's own, until links make several identifiers one person. A personnel record
belongs to the identifier that it was described for; of a person's records, the one described last
counts. `people_fold` writes the rows.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import orjson
from sqlalchemy import (
    BigInteger,
    Column,
    Connection,
    Index,
    LargeBinary,
    String,
    Table,
    Text,
    bindparam,
    or_,
    select,
)

from lrs.db.bulk import rows_of
from lrs.db.compiled_query import CompiledQuery
from lrs.domain import search_text
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.surrogate_keys import digest
from lrs.projections.tables import metadata

trainee = Table(
    "trainee",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("key", Text, nullable=False),
    # the newest name by the statements' timestamps, and its timestamp if there were several names
    Column("name", Text),
    Column("named", BigInteger),
    Column("account", Text),
    # the name as a search compares it: SQLite folds the case of ASCII only, and names are Russian
    Column("folded", Text, nullable=False),
    Column("person", BigInteger, nullable=False),
    # the personnel record as JSON, the log position where it was described, and the parts of it
    # that are searched
    Column("record", Text),
    Column("described", BigInteger),
    Column("number", Text),
    Column("called", Text),
    # the office in the record that counts, in the representative's row only
    Column("office", String(64)),
    Index("trainee_by_person", "person"),
    Index("trainee_by_office", "office"),
    # Hash indexes: an account's name may be longer than an entry of PostgreSQL's other indexes.
    Index("trainee_by_account", "account", postgresql_using="hash"),
    Index("trainee_by_number", "number", postgresql_using="hash"),
)

NUMBERS = select(trainee.c.id, trainee.c.key, trainee.c.name, trainee.c.named)
_PERSONS = select(trainee.c.id, trainee.c.person)
_KEYS = select(trainee.c.key, trainee.c.person)
ROWS = select(
    trainee.c.id,
    trainee.c.person,
    trainee.c.key,
    trainee.c.name,
    trainee.c.account,
    trainee.c.record,
    trainee.c.described,
)


class _Row(NamedTuple):
    id: int
    person: int
    key: str
    name: str | None
    account: str | None
    record: str | None
    described: int | None


_BY_DIGEST = CompiledQuery(
    ROWS.where(
        trainee.c.person
        == select(trainee.c.person).where(trainee.c.digest == bindparam("of")).scalar_subquery()
    )
)


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person. `key` is the representative identifier, `personnel` the number in the personnel
    record or the name of an account, `record` the personnel record, if there is one.
    """

    id: int
    key: str
    name: str | None
    personnel: str | None
    identifiers: tuple[str, ...] = ()
    record: JsonObject | None = None

    @property
    def office(self) -> str | None:
        """The code of the person's office."""
        return self.record.get("office") if self.record else None

    @property
    def post(self) -> str | None:
        """The code of the person's post."""
        return self.record.get("post") if self.record else None


def linked(connection: Connection) -> dict[int, int]:
    """The numbers of the representatives of all identifiers that have another as representative."""
    query = select(trainee.c.id, trainee.c.person).where(trainee.c.person != trainee.c.id)
    return dict(map(tuple, connection.execute(query)))


def numbers_of(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The numbers of these identifiers, of those that have one."""
    rows = rows_of(connection, NUMBERS, trainee.c.digest, [digest(key) for key in keys])
    return {row.key: row.id for row in rows}


def keys_of(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Identifiers by their numbers."""
    return {row.id: row.key for row in rows_of(connection, NUMBERS, trainee.c.id, numbers)}


def persons_by_key(connection: Connection) -> Iterator[tuple[str, int]]:
    """Every identifier, with the number of its person."""
    yield from map(tuple, connection.execute(_KEYS))


def identifiers(connection: Connection, persons: Collection[int]) -> dict[int, int]:
    """The numbers of all identifiers of these people, each with the person's number."""
    return {row.id: row.person for row in rows_of(connection, _PERSONS, trainee.c.person, persons)}


def offices(connection: Connection) -> dict[int, str]:
    """The offices of all people who have one, by the person's number."""
    query = select(trainee.c.id, trainee.c.office).where(trainee.c.office.is_not(None))
    return dict(map(tuple, connection.execute(query)))


def person_by_key(connection: Connection, key: str) -> Trainee | None:
    """The person with this identifier; None if it is not in the log."""
    rows = [_Row._make(row) for row in _BY_DIGEST.all(connection, of=digest(key))]
    return _person(rows[0].person, rows) if rows else None


def persons(connection: Connection, numbers: Sequence[int]) -> dict[int, Trainee]:
    """People by their numbers."""
    rows = defaultdict(list)
    for row in rows_of(connection, ROWS, trainee.c.person, numbers):
        rows[row.person].append(row)
    return {number: _person(number, own) for number, own in rows.items()}


def people_numbered(connection: Connection, personnel: str) -> list[Trainee]:
    """All people with that personnel number: several if more than one system numbers people."""
    has_number = or_(trainee.c.account == personnel, trainee.c.number == personnel)
    numbers = connection.scalars(select(trainee.c.person).where(has_number).distinct())
    return [t for _, t in sorted(persons(connection, list(numbers)).items())]


def people(connection: Connection, q: str = "", after: int = 0, limit: int = 100) -> list[Trainee]:
    """The people whose name and personnel number (else key) contain all parts of `q`, in any order,
    as `lrs.domain.search_text` compares texts; all people if `q` has no parts.

    A page in the order of numbers; the next one begins `after` the last id.
    """
    query = select(trainee.c.person).distinct().where(trainee.c.person > after)
    for part in search_text.parts(q):
        matches = (c.contains(part, autoescape=True) for c in (trainee.c.folded, trainee.c.called))
        query = query.where(or_(*matches))
    numbers = connection.scalars(query.order_by(trainee.c.person).limit(limit))
    return [t for _, t in sorted(persons(connection, list(numbers)).items())]


def _person(number: int, rows: Sequence[Any]) -> Trainee:
    if len(rows) == 1:
        return _alone(rows[0])
    first = next(row for row in rows if row.id == number)
    others = sorted((row for row in rows if row.id != number), key=lambda row: row.id)
    record = current_record(rows)
    name = next((row.name for row in (first, *others) if row.name), None)
    account = next((row.account for row in (first, *others) if row.account), None)
    return Trainee(
        id=number,
        key=first.key,
        name=(record or {}).get("name") or name,
        personnel=(record or {}).get("number") or account,
        identifiers=tuple(row.key for row in (first, *others)),
        record=record,
    )


def _alone(row: Any) -> Trainee:
    """A person with one identifier, as most have."""
    id_, _, key, name, account, record, _ = row
    entry: JsonObject = orjson.loads(record) if record else {}
    return Trainee(
        id=id_,
        key=key,
        name=entry.get("name") or name or None,
        personnel=entry.get("number") or account or None,
        identifiers=(key,),
        record=entry if record else None,
    )


def current_record(rows: Iterable[Any]) -> JsonObject | None:
    """Of the personnel records in a person's rows, the one described last."""
    with_record = [row for row in rows if row.record is not None]
    if not with_record:
        return None
    record: JsonObject = orjson.loads(max(with_record, key=lambda row: row.described).record)
    return record
