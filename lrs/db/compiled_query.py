"""Short reads: queries that are made once, and put to the database's driver as they are.

SQLAlchemy takes some 35 microseconds to hand over a query that SQLite answers in five, and as many
again for the transaction it begins and ends around it; for PostgreSQL's driver it takes longer. An
answer is made of half a dozen such queries.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Sequence
from itertools import islice
from typing import Any, NamedTuple

from sqlalchemy import Column, Connection, Dialect, Select, bindparam
from sqlalchemy.sql.compiler import SQLCompiler

from lrs.db.bulk import any_of
from lrs.db.driver_query import DriverQuery, Process, Row, processed
from lrs.db.engine import SCHEMAS
from lrs.db.errors import as_sqlalchemy

MOST = 512
_LENGTHS = (1, 4, 8, 16, 32, 64, 128, 256, MOST)


class _Compiled(NamedTuple):
    """SQLite's text of a query; its parameters in their order, each with its value where none is
    given; and what makes values of it of the driver's own, by column.
    """

    sql: str
    places: Sequence[tuple[str, Any, Process | None]]
    processors: Sequence[tuple[int, Process]]


class CompiledQuery:
    """A query that lives as long as the program; with `among` those of its rows whose column of
    whole numbers holds one of those that are asked for. Its rows are tuples, of the driver's own
    values if they are wanted `plain`.
    """

    def __init__(
        self, query: Select[Any], among: Column[Any] | None = None, *, plain: bool = False
    ) -> None:
        self._query = query
        self._plain = plain
        self._among = among
        self._straight = DriverQuery(query if among is None else any_of(query, among), plain=plain)
        self._made: dict[int, _Compiled] = {}
        """For SQLite, by how many numbers are asked for at once, 0 where it is none."""

    def all(self, connection: Connection, **parameters: Any) -> Sequence[Row]:
        """Its rows. Raises what SQLAlchemy would."""
        if connection.dialect.name != "sqlite":
            return self._straight.all(connection, parameters)
        made = self._made.get(0)
        if made is None:
            made = self._made[0] = self._for_sqlite(connection.dialect)
        values = [
            parameters.get(name, usual) if process is None else process(parameters[name])
            for name, usual, process in made.places
        ]
        return self._asked(connection, made, values)

    @staticmethod
    def _asked(connection: Connection, made: _Compiled, values: Sequence[Any]) -> Sequence[Row]:
        driver: Any = connection.connection.driver_connection
        try:
            rows: list[Row] = driver.execute(made.sql, values).fetchall()
        except sqlite3.Error as error:
            raise as_sqlalchemy(error, sqlite3.Error, "read") from error
        return processed(rows, made.processors) if made.processors else rows

    def first(self, connection: Connection, **parameters: Any) -> Row | None:
        """The first of its rows, of which there should be few; None if there is none."""
        rows = self.all(connection, **parameters)
        return rows[0] if rows else None

    def among(self, connection: Connection, numbers: Collection[int]) -> Sequence[Row]:
        """The rows of these numbers."""
        if connection.dialect.name != "sqlite":
            return self.all(connection, among=list(numbers)) if numbers else []
        found: list[Row] = []
        rest = iter(dict.fromkeys(numbers))
        while part := list(islice(rest, MOST)):
            # Of few lengths, so that each text stays prepared; who is named twice is found once.
            length = next(length for length in _LENGTHS if length >= len(part))
            part += part[-1:] * (length - len(part))
            if length not in self._made:
                self._made[length] = self._for_sqlite(connection.dialect, length)
            found += self._asked(connection, self._made[length], part)
        return found

    def _for_sqlite(self, dialect: Dialect, numbers: int = 0) -> _Compiled:
        query = self._query
        if self._among is not None:
            asked = [bindparam(f"among{n}", type_=self._among.type) for n in range(numbers)]
            query = query.where(self._among.in_(asked))
        compiled = query.compile(
            dialect=dialect,
            schema_translate_map=dict.fromkeys(SCHEMAS),
            render_schema_translate=True,
        )
        assert isinstance(compiled, SQLCompiler)
        kinds = {name: bind.type.dialect_impl(dialect) for name, bind in compiled.binds.items()}
        places = [
            (name, compiled.params[name], kinds[name].bind_processor(dialect))
            for name in compiled.positiontup or ()
        ]
        processors = []
        for place, column in enumerate(() if self._plain else query.selected_columns):
            process = column.type.dialect_impl(dialect).result_processor(dialect, None)
            if process is not None:
                processors.append((place, process))
        return _Compiled(compiled.string, places, processors)
