"""Putting a projection that was folded in another SQLite file in its place, in one step."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from sqlalchemy import Connection, Table

from lrs.database import Database
from lrs.faults import honest_errors
from lrs.projections import positions
from lrs.projections.projection import Projection
from lrs.projections.tables import metadata


def adopt(views: Database, projection: Projection, file: Path) -> None:
    """Replace the projection's tables and position by those in `file`. Until it is done, readers
    see what was there before, and so they do if it fails.
    """
    with honest_errors(), views.write.connect() as connection:
        driver: Any = connection.connection.driver_connection
        driver.execute("ATTACH DATABASE ? AS beside", (str(file),))
        try:
            with connection.begin():
                positions.remove(connection, projection.NAME)
                for table in projection.TABLES:
                    _copy(connection, table)
                for table in positions.TABLES:
                    column = "name" if table is positions.projection else "projection"
                    _insert(connection, table, f"WHERE {column} = '{projection.NAME}'")
        finally:
            driver.execute("DETACH DATABASE beside")


def _copy(connection: Connection, table: Table) -> None:
    """The rows first, then the indexes: to sort once is faster than to insert in order."""
    metadata.drop_all(connection, tables=[table])
    metadata.create_all(connection, tables=[table])
    for index in table.indexes:
        index.drop(connection)
    _insert(connection, table)
    for index in table.indexes:
        index.create(connection)


def _insert(connection: Connection, table: Table, where: str = "") -> None:
    # Identifiers are this program's own.
    names = ", ".join(f'"{column.name}"' for column in table.columns)
    connection.exec_driver_sql(
        f'INSERT INTO main."{table.name}" ({names}) '  # noqa: S608
        f'SELECT {names} FROM beside."{table.name}" {where}'
    )
