"""Short queries that are compiled once and run directly on the database's driver.

SQLAlchemy takes some 35 microseconds to pass on a query that SQLite runs in five, and as many again
for the transaction that it begins and ends around it; some 100 for PostgreSQL's driver
(benchmarks/HISTORY.md). A reply needs half a dozen such queries.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Select, bindparam, func, select
from sqlalchemy.dialects import sqlite
from sqlalchemy.sql.compiler import SQLCompiler

from lrs.db.bulk import any_of
from lrs.db.engine import SCHEMAS
from lrs.db.errors import as_sqlalchemy

Row = Sequence[Any]
Process = Callable[[Any], Any]
Processors = Sequence[tuple[int, Process]]
"""What makes the program's own values of the driver's, by place in a row."""

_NAMED_SQLITE = sqlite.dialect(paramstyle="named")
_NAMED_SQLITE.default_schema_name = "main"


class _Compiled(NamedTuple):
    """The text of a query for one database, the values of its parameters where none are given, and
    what makes the driver's own of those that are, by name.
    """

    sql: str
    defaults: Mapping[str, Any]
    processors: Sequence[tuple[str, Process]]


class CompiledQuery:
    """A query that lives as long as the program; with `among` those of its rows whose column of
    whole numbers is among the numbers asked for. Its rows are tuples; `plain` ones have the
    driver's own values.
    """

    def __init__(
        self, query: Select[Any], among: Column[Any] | None = None, *, plain: bool = False
    ) -> None:
        self._query = query
        self._among = among
        self._plain = plain
        self._compiled: dict[str, _Compiled] = {}
        self._processors: dict[str, Processors] = {}
        """By the name of the dialect; what rows need is known once one query was answered."""

    def all(self, connection: Connection, **parameters: Any) -> Sequence[Row]:
        """Its rows. Raises what SQLAlchemy would."""
        dialect = connection.dialect
        if dialect.name == "postgresql" and _is_redirected(connection):
            return connection.execute(self._for(dialect), parameters).all()
        driver: Any = connection.connection.driver_connection
        error_type = dialect.loaded_dbapi.Error
        try:
            return self._rows(dialect, driver, parameters)
        except error_type as error:
            if getattr(driver, "closed", False):
                connection.invalidate(error)
            raise as_sqlalchemy(error, error_type, "read") from error

    def first(self, connection: Connection, **parameters: Any) -> Row | None:
        """The first of its rows, of which there should be few; None if there is none."""
        rows = self.all(connection, **parameters)
        return rows[0] if rows else None

    def among(self, connection: Connection, numbers: Collection[int]) -> Sequence[Row]:
        """The rows of these numbers."""
        if not numbers:
            return []
        values = list(numbers)
        is_sqlite = connection.dialect.name == "sqlite"
        return self.all(connection, among=json.dumps(values) if is_sqlite else values)

    def _rows(self, dialect: Dialect, driver: Any, parameters: Mapping[str, Any]) -> Sequence[Row]:
        """Its rows. Raises the driver's errors."""
        compiled = self._compiled.get(dialect.name)
        if compiled is None:
            compiled = self._compiled[dialect.name] = self._compile(dialect)
        values = {**compiled.defaults, **parameters}
        for name, process in compiled.processors:
            values[name] = process(values[name])
        cursor = driver.execute(compiled.sql, values)
        rows: list[Row] = cursor.fetchall()
        if self._plain:
            return rows
        processors = self._processors.get(dialect.name)
        if processors is None:
            types = [column[1] for column in cursor.description]
            processors = self._processors[dialect.name] = self._of_columns(dialect, types)
        return _processed(rows, processors) if processors else rows

    def _for(self, dialect: Dialect) -> Select[Any]:
        if self._among is None:
            return self._query
        if dialect.name == "postgresql":
            return any_of(self._query, self._among)
        numbers = func.json_each(bindparam("among")).table_valued("value")
        return self._query.where(self._among.in_(select(numbers.c.value)))

    def _compile(self, dialect: Dialect) -> _Compiled:
        query = self._for(dialect)
        if dialect.name == "sqlite":
            compiled = query.compile(
                dialect=_NAMED_SQLITE,
                schema_translate_map=dict.fromkeys(SCHEMAS),
                render_schema_translate=True,
            )
        else:
            compiled = query.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        processors = []
        for name in compiled.params:
            process = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                processors.append((name, process))
        return _Compiled(compiled.string, compiled.params, processors)

    def _of_columns(self, dialect: Dialect, types: Sequence[Any]) -> Processors:
        processors: list[tuple[int, Process]] = []
        columns = zip(self._query.selected_columns, types, strict=True)
        for place, (column, type_) in enumerate(columns):
            process = column.type.dialect_impl(dialect).result_processor(dialect, type_)
            if process is not None:
                processors.append((place, process))
        return processors


def _is_redirected(connection: Connection) -> bool:
    """Whether the connection reads tables of another schema: those that a rebuild fills."""
    return "schema_translate_map" in connection.get_execution_options()


def _processed(rows: Sequence[Row], processors: Processors) -> Sequence[Row]:
    found = []
    for row in rows:
        values = list(row)
        for place, process in processors:
            values[place] = process(values[place])
        found.append(tuple(values))
    return found
