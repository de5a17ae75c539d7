"""A query's way straight to PostgreSQL's driver, past SQLAlchemy, which has made its text."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, Dialect, Select
from sqlalchemy.sql.compiler import SQLCompiler

from lrs.db.errors import as_sqlalchemy

Row = Sequence[Any]
Process = Callable[[Any], Any]


class _Compiled(NamedTuple):
    """The text of a query, the values of its parameters where none are given, and what makes the
    driver's own of those that are, by name.
    """

    sql: str
    usual: Mapping[str, Any]
    processors: Sequence[tuple[str, Process]]


class DriverQuery:
    """A query that lives as long as the program. The server keeps it prepared where the driver's
    connection is told to have that done.
    """

    def __init__(self, query: Select[Any], *, plain: bool) -> None:
        self._query = query
        self._plain = plain
        self._made: _Compiled | None = None
        self._processors: Sequence[tuple[int, Process]] | None = None
        """Of its rows, once it was answered: what they need depends on the types they come in."""

    def all(self, connection: Connection, parameters: Mapping[str, Any]) -> Sequence[Row]:
        """Its rows. Raises what SQLAlchemy would."""
        if "schema_translate_map" in connection.get_execution_options():  # of a copy made beside
            return connection.execute(self._query, parameters).all()
        driver: Any = connection.connection.driver_connection
        kind = connection.dialect.loaded_dbapi.Error
        try:
            return self._rows(connection.dialect, driver, parameters)
        except kind as error:
            if driver.closed:
                connection.invalidate(error)
            raise as_sqlalchemy(error, kind, "read") from error

    def _rows(self, dialect: Dialect, driver: Any, parameters: Mapping[str, Any]) -> Sequence[Row]:
        """Its rows. Raises the driver's errors."""
        made = self._made
        if made is None:
            made = self._made = self._text(dialect)
        values = {**made.usual, **parameters}
        for name, process in made.processors:
            values[name] = process(values[name])
        cursor = driver.execute(made.sql, values)
        found: list[Row] = cursor.fetchall()
        if self._processors is None:
            codes = [column.type_code for column in cursor.description]
            self._processors = [] if self._plain else self._of_columns(dialect, codes)
        return processed(found, self._processors) if self._processors else found

    def _text(self, dialect: Dialect) -> _Compiled:
        compiled = self._query.compile(dialect=dialect)
        assert isinstance(compiled, SQLCompiler)
        processors = []
        for name in compiled.params:
            process = compiled.binds[name].type.dialect_impl(dialect).bind_processor(dialect)
            if process is not None:
                processors.append((name, process))
        return _Compiled(compiled.string, compiled.params, processors)

    def _of_columns(self, dialect: Dialect, codes: Sequence[Any]) -> list[tuple[int, Process]]:
        processors: list[tuple[int, Process]] = []
        columns = zip(self._query.selected_columns, codes, strict=True)
        for place, (column, code) in enumerate(columns):
            process = column.type.dialect_impl(dialect).result_processor(dialect, code)
            if process is not None:
                processors.append((place, process))
        return processors


def processed(rows: Sequence[Row], processors: Sequence[tuple[int, Process]]) -> Sequence[Row]:
    """The rows with what these make of their values, by column."""
    found = []
    for row in rows:
        values = list(row)
        for place, process in processors:
            values[place] = process(values[place])
        found.append(tuple(values))
    return found
