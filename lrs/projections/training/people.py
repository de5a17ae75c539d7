"""The people that transcripts are about: their identifiers, who is whom, their personnel records.

Every identifier the log names has a row. `person` is the number of the identifier that stands for
the person: its own, until links make several identifiers one person. A personnel record belongs to
the identifier it was written for; of a person's records the one described last counts.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
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
    update,
)

from lrs.db.bulk import rows_of
from lrs.db.compiled_query import CompiledQuery
from lrs.domain import search_text
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.surrogate_keys import NumberedRows, digest
from lrs.projections.tables import metadata

trainee = Table(
    "trainee",
    metadata,
    Column("id", BigInteger, primary_key=True, autoincrement=False),
    Column("digest", LargeBinary(16), nullable=False, unique=True),
    Column("key", Text, nullable=False),
    # what statements call them: the newest name, by the statements' own time, and its instant, of
    # those alone who had several
    Column("name", Text),
    Column("named", BigInteger),
    Column("account", Text),
    # as a search compares it: SQLite folds ASCII only, and people's names are Russian
    Column("folded", Text, nullable=False),
    Column("person", BigInteger, nullable=False),
    # the personnel record as JSON, the log position it was described at, and what of it is
    # looked for
    Column("record", Text),
    Column("described", BigInteger),
    Column("number", Text),
    Column("called", Text),
    # the office of the record that counts, at the row that stands for the person
    Column("office", String(64)),
    Index("trainee_by_person", "person"),
    Index("trainee_by_office", "office"),
    # Hashes: an account's name may be longer than an entry of PostgreSQL's other indexes.
    Index("trainee_by_account", "account", postgresql_using="hash"),
    Index("trainee_by_number", "number", postgresql_using="hash"),
)

_NUMBERS = select(trainee.c.id, trainee.c.key, trainee.c.name, trainee.c.named)
_PERSONS = select(trainee.c.id, trainee.c.person)
_ROWS = select(
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
    _ROWS.where(
        trainee.c.person
        == select(trainee.c.person).where(trainee.c.digest == bindparam("of")).scalar_subquery()
    )
)
_RECORD = update(trainee).where(trainee.c.id == bindparam("of"))


@dataclass(frozen=True, slots=True)
class Trainee:
    """A person. `key` is the identifier that stands for them, `personnel` the record's number or
    the name of an account; `record` is the personnel record, if there is one.
    """

    id: int
    key: str
    name: str | None
    personnel: str | None
    identifiers: tuple[str, ...] = ()
    record: JsonObject | None = None

    @property
    def office(self) -> str | None:
        """The code of the office they work at."""
        return self.record.get("office") if self.record else None

    @property
    def post(self) -> str | None:
        """The code of their post."""
        return self.record.get("post") if self.record else None


class Naming(NamedTuple):
    """What a batch calls somebody: the newest name, by the statements' own time in microseconds, by
    its letters where times are equal; and whether there are several.
    """

    at: int
    name: str
    several: bool


_Named = tuple[str | None, int | None]
"""A name, and when it was told last if there was ever another."""


def numbered(last_named: Callable[[str], int]) -> NumberedRows[Naming | None, _Named]:
    """The numbers of identifiers by agent key. `last_named` tells when a statement of an earlier
    batch named somebody last.
    """

    def renamed(key: str, before: _Named | None, naming: Naming | None) -> _Named:
        name, at = before or (None, None)
        if naming is None or (name == naming.name and at is None and not naming.several):
            return name, at
        if name is None:
            return naming.name, naming.at if naming.several else None
        # whoever has one name, as nearly all do, is not written again whenever it is told: when
        # that was is looked up in the log once another turns up
        newest = max((last_named(key) if at is None else at, name), (naming.at, naming.name))
        return newest[1], newest[0]

    return NumberedRows(trainee, _NUMBERS, renamed, _row, itemgetter(2, 3))


def linked(connection: Connection) -> dict[int, int]:
    """Who stands for whom, by number: only those for whom somebody else does."""
    query = select(trainee.c.id, trainee.c.person).where(trainee.c.person != trainee.c.id)
    return dict(map(tuple, connection.execute(query)))


def link(connection: Connection, persons: Mapping[int, int]) -> None:
    """Lets the second of each pair stand for the first."""
    if persons:
        rows = [{"of": number, "person": person} for number, person in persons.items()]
        connection.execute(_RECORD, rows)


def describe(connection: Connection, records: Mapping[int, tuple[int, JsonObject | None]]) -> None:
    """Writes personnel records, with their positions, by the number of their identifier."""
    rows = []
    for number, (position, record) in records.items():
        entry = record or {}
        called = _sought(entry.get("name"), entry.get("number"))
        rows.append(
            {
                "of": number,
                "record": None if record is None else orjson.dumps(record).decode(),
                "described": None if record is None else position,
                "number": entry.get("number"),
                "called": None if record is None else called,
            }
        )
    if rows:
        connection.execute(_RECORD, rows)


def flush_offices(connection: Connection, persons: Iterable[int]) -> dict[int, str | None]:
    """Writes the office of each person where it belongs; gives it by the person's number.

    `persons` are numbers of identifiers that stand, or stood, for somebody.
    """
    wanted = set(persons)
    rows = defaultdict(list)
    for row in rows_of(connection, _ROWS, trainee.c.person, wanted):
        rows[row.person].append(row)
    offices: dict[int, str | None] = {}
    for number in wanted:
        record = _record(rows.get(number, ()))
        offices[number] = record.get("office") if record else None
    changes = [{"of": number, "office": office} for number, office in offices.items()]
    if changes:
        connection.execute(_RECORD, changes)
    return offices


def numbers_of(connection: Connection, keys: Iterable[str]) -> dict[str, int]:
    """The numbers of those of the identifiers that have one."""
    rows = rows_of(connection, _NUMBERS, trainee.c.digest, [digest(key) for key in keys])
    return {row.key: row.id for row in rows}


def keys_of(connection: Connection, numbers: Collection[int]) -> dict[int, str]:
    """Identifiers by their numbers."""
    return {row.id: row.key for row in rows_of(connection, _NUMBERS, trainee.c.id, numbers)}


def identifiers(connection: Connection, persons: Collection[int]) -> dict[int, int]:
    """The numbers of all identifiers of these people, each with its person's."""
    return {row.id: row.person for row in rows_of(connection, _PERSONS, trainee.c.person, persons)}


def offices(connection: Connection) -> dict[int, str]:
    """The office of every person who has one."""
    query = select(trainee.c.id, trainee.c.office).where(trainee.c.office.is_not(None))
    return dict(map(tuple, connection.execute(query)))


def person_by_key(connection: Connection, key: str) -> Trainee | None:
    """The person with this identifier, if the log ever named it."""
    rows = [_Row._make(row) for row in _BY_DIGEST.all(connection, of=digest(key))]
    return _person(rows[0].person, rows) if rows else None


def persons(connection: Connection, numbers: Sequence[int]) -> dict[int, Trainee]:
    """People by the numbers that stand for them."""
    rows = defaultdict(list)
    for row in rows_of(connection, _ROWS, trainee.c.person, numbers):
        rows[row.person].append(row)
    return {number: _person(number, found) for number, found in rows.items()}


def people_numbered(connection: Connection, personnel: str) -> list[Trainee]:
    """Everybody with that personnel number: more than one where several systems number people."""
    has_number = or_(trainee.c.account == personnel, trainee.c.number == personnel)
    found = connection.scalars(select(trainee.c.person).where(has_number).distinct())
    return [t for _, t in sorted(persons(connection, list(found)).items())]


def people(connection: Connection, q: str = "", after: int = 0, limit: int = 100) -> list[Trainee]:
    """Those whose name and personnel number (else key) hold all parts of `q`, in any order, as
    `lrs.domain.search_text` compares texts; everybody where `q` has no parts.

    A page in the order of numbers; the next begins `after` the last one's id.
    """
    query = select(trainee.c.person).distinct().where(trainee.c.person > after)
    for part in search_text.parts(q):
        matches = (c.contains(part, autoescape=True) for c in (trainee.c.folded, trainee.c.called))
        query = query.where(or_(*matches))
    found = connection.scalars(query.order_by(trainee.c.person).limit(limit))
    return [t for _, t in sorted(persons(connection, list(found)).items())]


def _person(number: int, rows: Sequence[Any]) -> Trainee:
    if len(rows) == 1:
        return _alone(rows[0])
    first = next(row for row in rows if row.id == number)
    others = sorted((row for row in rows if row.id != number), key=lambda row: row.id)
    record = _record(rows)
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
    """The person of one identifier, as nearly all are."""
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


def _record(rows: Iterable[Any]) -> JsonObject | None:
    """Of the records of a person's identifiers, the one described last."""
    held = [row for row in rows if row.record is not None]
    if not held:
        return None
    found: JsonObject = orjson.loads(max(held, key=lambda row: row.described).record)
    return found


def _sought(name: str | None, number: str | None) -> str:
    """A name and a number as a search compares them. No part of a search goes from one to the
    other: it holds no line end.
    """
    return f"{search_text.fold(name or '')}\n{search_text.fold(number or '')}"


def _row(number: int, key: str, named: _Named) -> dict[str, Any]:
    name, at = named
    # the account's name may itself hold `|`
    account = key.split("|", 2)[2] if key.startswith("account|") else None
    return {
        "id": number,
        "digest": digest(key),
        "key": key,
        "name": name,
        "named": at,
        "account": account,
        "folded": _sought(name, account or key),
        "person": number,
    }
