"""Long texts as small numbers: a table that gives each text an id in order of first appearance.

Texts are known by a 16-byte digest: an IRI may be longer than PostgreSQL lets an index entry be.
Ids are counted 1, 2, 3 ... as texts first come up in the log, so a rebuild gives the same ids.

A table of NumberedRows has beside each key what it is called, a name or a title, by a voided
statement too. A correction takes back what happened, not what somebody is called.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping
from functools import cache
from hashlib import blake2b
from operator import itemgetter
from typing import Any, Generic, TypeVar

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    bindparam,
    func,
    select,
    update,
)

from lrs.db.bulk import Columns, insert_columns, rows_of

Given = TypeVar("Given")
Written = TypeVar("Written")


def digest(text: str) -> bytes:
    """16 bytes that stand for a long text in an index."""
    return blake2b(text.encode(), digest_size=16).digest()


def table(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("digest", LargeBinary(16), nullable=False, unique=True),
    )


def look_up(connection: Connection, table: Table, texts: Iterable[str]) -> dict[str, int]:
    """The ids of those of the texts that have one."""
    digests = {digest(text): text for text in texts}
    rows = rows_of(connection, _ids(table), table.c.digest, digests)
    return {digests[row.digest]: row.id for row in rows}


@cache
def _ids(table: Table) -> Select[Any]:
    return select(table.c.digest, table.c.id)


@cache
def _highest(table: Table) -> Select[Any]:
    return select(func.max(table.c.id))


class SurrogateKeys:
    """A dictionary's table with the ids met lately kept in memory, LIMIT of them at most.

    It lives as long as its fold: see lrs.projections.base.Fold.
    """

    LIMIT = 50_000

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[str, int] = {}

    def code(self, connection: Connection, texts: Collection[str]) -> dict[str, int]:
        """The ids of all the texts; the new ones get theirs in the order given."""
        known = self._known
        unknown = [text for text in texts if text not in known]
        if unknown:
            found = code(connection, self._table, unknown)
            if len(known) + len(found) > self.LIMIT:
                found |= {text: known[text] for text in texts if text in known}
                known = self._known = {}
            known |= found
        return known


def code(connection: Connection, table: Table, texts: Collection[str]) -> dict[str, int]:
    """The ids of all the texts; the new ones get theirs in the order given."""
    found = look_up(connection, table, texts)
    new = [text for text in texts if text not in found]
    if new:
        first = (connection.scalar(_highest(table)) or 0) + 1
        ids = range(first, first + len(new))
        columns: Columns = {"id": list(ids), "digest": [digest(text) for text in new]}
        insert_columns(connection, table, columns)
        found |= dict(zip(new, ids, strict=True))
    return found


class NumberedRows(Generic[Given, Written]):
    """The numbers of one table's keys: LIMIT and a batch's are remembered at most.

    `query` begins with number and key; `read` tells what the key is called from one of its rows, by
    default the third column. `change` makes that from the key, what stood there (None for a new
    key) and what a batch says; `row` makes a row of number, key and that, and all of it but the
    number and the key is written again when the name changes.

    It lives as long as its fold: see lrs.projections.base.Fold.
    """

    LIMIT = 20_000

    def __init__(
        self,
        table: Table,
        query: Select[Any],
        change: Callable[[str, Written | None, Given], Written],
        row: Callable[[int, str, Written], dict[str, Any]],
        read: Callable[[Any], Written] = itemgetter(2),
    ) -> None:
        self._table = table
        self._query = query
        self._change = change
        self._row = row
        self._read = read
        self._update = update(table).where(table.c.id == bindparam("of"))
        self._known: dict[str, tuple[int, Written]] = {}
        self._highest: int | None = None

    def numbers(self, connection: Connection, names: Mapping[str, Given]) -> dict[str, int]:
        """The number of each key; writes the rows of those that are new or called otherwise."""
        if len(self._known) > self.LIMIT:
            self._known = {}
        known = self._known
        unknown = [digest(key) for key in names if key not in known]
        found = rows_of(connection, self._query, self._table.c.digest, unknown)
        known |= {row[1]: (row[0], self._read(row)) for row in found}
        new, changed = [], []
        for key, news in names.items():
            number, before = known.get(key, (0, None))
            written = self._change(key, before, news)
            if not number:
                number = self._next(connection)
                new.append(self._row(number, key, written))
            elif written != before:
                changed.append(self._row(number, key, written))
            known[key] = (number, written)
        if new:
            columns = {name: [row[name] for row in new] for name in new[0]}
            insert_columns(connection, self._table, columns)
        if changed:
            connection.execute(self._update, [_again(row) for row in changed])
        return {key: known[key][0] for key in names}

    def _next(self, connection: Connection) -> int:
        if self._highest is None:
            self._highest = connection.scalar(_highest(self._table)) or 0
        self._highest += 1
        return self._highest


def _again(row: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a row that change with its name, under the name of its own number."""
    lasting = ("id", "digest", "person")
    return {"of": row["id"], **{k: v for k, v in row.items() if k not in lasting}}


def text(value: Any) -> str:
    """JSON written the one way: the same value always gives the same text."""
    return json.dumps(value, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
