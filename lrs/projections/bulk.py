"""Many rows at once, by one code path for SQLite and PostgreSQL."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from hashlib import blake2b
from itertools import islice
from typing import Any

from sqlalchemy import Column, Connection, Row, Select, Table
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
    """Inserts rows, or replaces those of the same primary key."""
    if not rows:
        return
    dialect = sqlite if connection.dialect.name == "sqlite" else postgresql
    insert = dialect.insert(table)
    keys = list(table.primary_key)
    others = {c.name: insert.excluded[c.name] for c in table.columns if not c.primary_key}
    statement = (
        insert.on_conflict_do_update(index_elements=keys, set_=others)
        if others
        else insert.on_conflict_do_nothing(index_elements=keys)
    )
    connection.execute(statement, rows)
