"""Writes the rows of people: their identifiers, names, links, personnel records and offices."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from operator import itemgetter
from typing import Any, NamedTuple

import orjson
from sqlalchemy import Connection, bindparam, update

from lrs.db.bulk import rows_of
from lrs.domain import search_text
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.surrogate_keys import NumberedRows, digest
from lrs.projections.training.people import NUMBERS, ROWS, current_record, trainee

_UPDATE = update(trainee).where(trainee.c.id == bindparam("of"))


class Naming(NamedTuple):
    """An agent's name in a batch: the newest one by the statements' timestamps (in microseconds; by
    letters if they are equal), and whether there are several names.
    """

    at: int
    name: str
    several: bool


_Named = tuple[str | None, int | None]
"""A name, and the last timestamp of a statement with it if there was ever another name."""


def numbered(last_named: Callable[[str], int]) -> NumberedRows[Naming | None, _Named]:
    """The numbers of identifiers by agent key. `last_named` gives the last timestamp of a statement
    of an earlier batch that names an agent.
    """

    def renamed(key: str, before: _Named | None, naming: Naming | None) -> _Named:
        name, at = before or (None, None)
        if naming is None or (name == naming.name and at is None and not naming.several):
            return name, at
        if name is None:
            return naming.name, naming.at if naming.several else None
        # The row of an agent with one name, as most are, is not written again for each statement
        # with it: the timestamp is looked up in the log when another name appears.
        newest = max((last_named(key) if at is None else at, name), (naming.at, naming.name))
        return newest[1], newest[0]

    return NumberedRows(trainee, NUMBERS, renamed, _row, itemgetter(2, 3))


def link(connection: Connection, persons: Mapping[int, int]) -> None:
    """Write the number of the representative identifier for each identifier in `persons`."""
    if persons:
        rows = [{"of": number, "person": person} for number, person in persons.items()]
        connection.execute(_UPDATE, rows)


def describe(connection: Connection, records: Mapping[int, tuple[int, JsonObject | None]]) -> None:
    """Write personnel records, with their positions, by the number of their identifier."""
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
        connection.execute(_UPDATE, rows)


def flush_offices(connection: Connection, persons: Iterable[int]) -> dict[int, str | None]:
    """Write the offices of these people; return them by the person's number.

    `persons` are numbers of identifiers that are, or were, representatives.
    """
    numbers = set(persons)
    rows = defaultdict(list)
    for row in rows_of(connection, ROWS, trainee.c.person, numbers):
        rows[row.person].append(row)
    offices: dict[int, str | None] = {}
    for number in numbers:
        record = current_record(rows.get(number, ()))
        offices[number] = record.get("office") if record else None
    changes = [{"of": number, "office": office} for number, office in offices.items()]
    if changes:
        connection.execute(_UPDATE, changes)
    return offices


def _sought(name: str | None, number: str | None) -> str:
    """A name and a number as a search compares them. A part of a search contains no line end, so
    it never matches across both.
    """
    return f"{search_text.fold(name or '')}\n{search_text.fold(number or '')}"


def _row(number: int, key: str, named: _Named) -> dict[str, Any]:
    name, at = named
    # the name of the account may itself contain `|`
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
