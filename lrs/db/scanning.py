"""All rows of a table in the order of its primary key: the same values on either database.

SQLAlchemy takes longer to pass on a row than to compare it, so the driver is asked directly. The
values are those of SQLite's driver: a UUID is 16 bytes, a truth value 0 or 1.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from functools import cache
from typing import Any

from sqlalchemy import Connection, String, Table

from lrs.db.errors import as_sqlalchemy

PAGE = 2_000
"""Rows that are read at once."""

RowValues = tuple[Any, ...]


def scan(connection: Connection, table: Table) -> Iterator[Sequence[RowValues]]:
    """The rows by the page, each with the table's columns in their order. Text keys are in the
    order of their code points, whatever the database's collation is. On PostgreSQL the connection
    must be in a transaction. Raises what SQLAlchemy would.
    """
    driver: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SELECT 1")  # begins the transaction for SQLAlchemy as well
        cursor = _server_cursor(driver, table)
        arguments = {"binary": True}
    else:
        cursor, arguments = driver.cursor(), {}
    error = connection.dialect.loaded_dbapi.Error
    schemas = connection.get_execution_options().get("schema_translate_map") or {}
    query = _query(table, schemas.get(table.schema, table.schema), connection.dialect.name)
    try:
        with closing(cursor):
            cursor.execute(query, **arguments)
            while rows := cursor.fetchmany(PAGE):
                yield rows
    except error as failure:
        raise as_sqlalchemy(failure, error, query) from failure


def _server_cursor(driver: Any, table: Table) -> Any:
    from lrs.db import postgres  # which needs psycopg, as SQLite does not

    return postgres.plain_server_cursor(driver, f"scan_{table.name}")


@cache
def _query(table: Table, schema: str | None, dialect: str) -> str:
    # Identifiers are this program's own.
    on_postgres = dialect == "postgresql"
    name = f'"{schema}"."{table.name}"' if schema else f'"{table.name}"'
    columns = ", ".join(f'"{column.name}"' for column in table.columns)
    keys = ", ".join(
        f'"{key.name}" COLLATE "C"'
        if on_postgres and isinstance(key.type, String)
        else f'"{key.name}"'
        for key in table.primary_key
    )
    return f"SELECT {columns} FROM {name} ORDER BY {keys}"  # noqa: S608
