"""Many rows at once, read and replaced by one code path for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from functools import cache
from hashlib import blake2b
from itertools import islice
from typing import Any

from sqlalchemy import ARRAY, Column, Connection, Row, Select, Table, bindparam, func, select
from sqlalchemy.dialects import postgresql, sqlite

CHUNK = 500
"""Values in one IN list: SQLite allows 32,766 parameters, both plan short lists quickly."""


def digest(text: str) -> bytes:
    """16 bytes that stand for a long text in an index."""
    return blake2b(text.encode(), digest_size=16).digest()


def rows_of(
    connection: Connection, select: Select[Any], column: Column[Any], values: Collection[Any]
) -> Iterator[Row[Any]]:
    """The rows of `select` whose `column` is among `values`."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield from connection.execute(select.where(column.in_(chunk)))


def upsert(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
    """Inserts rows, or replaces those of the same primary key; each key once among the rows.

    PostgreSQL: one INSERT ... SELECT unnest(arrays). SQLite: executemany.
    """
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        arrays = {c.name: [row[c.name] for row in rows] for c in table.columns}
        connection.execute(_on_postgresql(table), arrays)
    else:
        connection.execute(_on_sqlite(table), rows)


@cache
def _on_postgresql(table: Table) -> postgresql.Insert:
    arrays = [func.unnest(bindparam(c.name, type_=ARRAY(c.type))) for c in table.columns]
    insert = postgresql.insert(table).from_select(list(table.columns.keys()), select(*arrays))
    replaced = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced)


@cache
def _on_sqlite(table: Table) -> sqlite.Insert:
    insert = sqlite.insert(table)
    replaced = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
    return insert.on_conflict_do_update(index_elements=list(table.primary_key), set_=replaced)
