"""Bulk reads and writes: the SQL that differs between the two databases."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from functools import cache, lru_cache
from itertools import islice
from typing import Any

from sqlalchemy import (
    ARRAY,
    Boolean,
    Column,
    Connection,
    Integer,
    Select,
    Table,
    Text,
    any_,
    bindparam,
    cast,
    func,
    select,
)
from sqlalchemy.dialects import sqlite
from sqlalchemy.dialects.postgresql import Insert as PostgresInsert
from sqlalchemy.dialects.postgresql import insert as postgres_insert

Columns = Mapping[str, Sequence[Any]]
"""Values by column name; all of one length."""

PART = 500
"""Values in one IN list: both databases plan short lists quickly."""


def insert_columns(
    connection: Connection, table: Table, columns: Columns, *, replace: bool = False
) -> None:
    """Insert a row for each index of the columns; with `replace`, instead of a row with the same
    key.

    PostgreSQL: INSERT ... SELECT unnest(arrays), as fast as COPY and one round trip.
    SQLite: the driver's executemany, without a look at each row on the way.
    """
    if not columns or not next(iter(columns.values())):
        return
    if connection.dialect.name == "postgresql":
        statement, literal = _unnested(table, tuple(columns), replace)
        arrays = {n: _literal(v) if n in literal else list(v) for n, v in columns.items()}
        connection.execute(statement, arrays)
    else:
        sql, processors = _positional(table, tuple(columns), replace)
        prepared = [
            values if process is None else [process(value) for value in values]
            for process, values in zip(processors, columns.values(), strict=True)
        ]
        connection.exec_driver_sql(sql, list(zip(*prepared, strict=True)))


def insert_rows(
    connection: Connection,
    table: Table,
    names: Sequence[str],
    rows: Sequence[Sequence[Any]],
    *,
    replace: bool = False,
) -> None:
    """As insert_columns, of rows whose values are in the order of the names."""
    if rows:
        columns = dict(zip(names, zip(*rows, strict=True), strict=True))
        insert_columns(connection, table, columns, replace=replace)


def replace_rows(connection: Connection, table: Table, rows: Sequence[Mapping[str, Any]]) -> None:
    """Insert whole rows, each instead of one with the same key. The rows' keys must differ."""
    columns = {c.name: [row[c.name] for row in rows] for c in table.columns}
    insert_columns(connection, table, columns, replace=True)


def rows_of(
    connection: Connection,
    query: Select[Any],
    column: Column[Any],
    values: Collection[Any],
    **parameters: Any,
) -> Iterator[Any]:
    """The rows of `query` whose `column` is among `values`; `parameters` are those of `query`.

    PostgreSQL gets one array, so that the statement's text is always the same and stays prepared;
    SQLite gets lists of PART. `query` should be one that lives as long as the program: what it
    takes to ask it is made once for each.
    """
    if not values:
        return
    if connection.dialect.name == "postgresql":
        statement = any_of(query, column)
        yield from connection.execute(statement, {**parameters, "among": list(values)}).all()
        return
    statement, rest = _in_list(query, column), iter(values)
    while part := list(islice(rest, PART)):
        yield from connection.execute(statement, {**parameters, "among": part}).all()


@lru_cache(maxsize=256)
def any_of(query: Select[Any], column: Column[Any]) -> Select[Any]:
    """PostgreSQL: the query of the rows whose column is among the array `among`."""
    return query.where(column == any_(bindparam("among", type_=ARRAY(column.type))))


@lru_cache(maxsize=256)
def _in_list(query: Select[Any], column: Column[Any]) -> Select[Any]:
    return query.where(column.in_(bindparam("among", expanding=True)))


@cache
def _unnested(
    table: Table, names: tuple[str, ...], replace: bool
) -> tuple[PostgresInsert, frozenset[str]]:
    """The INSERT over one array a column, and which columns want theirs as a literal."""
    literal = frozenset(n for n in names if isinstance(table.c[n].type, (Integer, Boolean)))
    arrays = []
    for name in names:
        kind = ARRAY(table.c[name].type)
        array = (
            cast(bindparam(name, type_=Text()), kind)
            if name in literal
            else (bindparam(name, type_=kind))
        )
        arrays.append(func.unnest(array, type_=table.c[name].type).label(name))
    statement = postgres_insert(table).from_select(list(names), select(*arrays))
    if replace:
        others = {c: statement.excluded[c] for c in _others(table, names)}
        keys = list(table.primary_key)
        statement = statement.on_conflict_do_update(index_elements=keys, set_=others)
    return statement, literal


def _others(table: Table, names: Sequence[str]) -> list[str]:
    """The columns that are not the key."""
    return [name for name in names if not table.c[name].primary_key]


def _literal(values: Sequence[Any]) -> str:
    """PostgreSQL's `{1, 2, NULL}`: for numbers ten times as fast as one value after another."""
    return "{" + str(list(values))[1:-1].replace("None", "NULL") + "}"


@cache
def _positional(
    table: Table, names: tuple[str, ...], replace: bool
) -> tuple[str, Sequence[Callable[[Any], Any] | None]]:
    """SQLite's INSERT with a `?` a column, and what turns each column's values into its own."""
    places = ", ".join("?" * len(names))
    columns = ", ".join(f'"{name}"' for name in names)
    # Identifiers are this program's own; the values are bound by the driver.
    sql = f'INSERT INTO "{table.name}" ({columns}) VALUES ({places})'  # noqa: S608
    if replace:
        key = ", ".join(f'"{c.name}"' for c in table.primary_key)
        sets = ", ".join(f'"{n}" = excluded."{n}"' for n in _others(table, names))
        sql += f" ON CONFLICT ({key}) DO UPDATE SET {sets}"
    processors = [table.c[n].type.dialect_impl(_SQLITE).bind_processor(_SQLITE) for n in names]
    return sql, processors


_SQLITE = sqlite.dialect()
