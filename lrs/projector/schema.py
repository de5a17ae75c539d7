"""The tables beside all projections: positions, what is set aside, rebuilds, divergences, and when
keys were used.
"""

from __future__ import annotations

from sqlalchemy import Connection, Table, inspect
from sqlalchemy.schema import CreateColumn

from lrs.projections.tables import metadata
from lrs.projector.checkpoints import projection
from lrs.projector.divergence import divergence, watermark
from lrs.projector.key_uses import key_use
from lrs.projector.quarantine import quarantine
from lrs.projector.rebuild_requests import rebuild

TABLES = (projection, quarantine, rebuild, watermark, divergence, key_use)


def make(connection: Connection) -> None:
    """Make them where they are missing, and add the columns that an earlier version's lack."""
    metadata.create_all(connection, tables=list(TABLES))
    for table in TABLES:
        _complete(connection, table)


def _complete(connection: Connection, table: Table) -> None:
    schema = table.schema if connection.dialect.name == "postgresql" else None
    there = {c["name"] for c in inspect(connection).get_columns(table.name, schema=schema)}
    place = f"{schema}.{table.name}" if schema else table.name
    for column in table.columns:
        if column.name not in there:
            said = CreateColumn(column).compile(connection)
            connection.exec_driver_sql(f"ALTER TABLE {place} ADD COLUMN {said}")
