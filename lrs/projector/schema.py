"""The tables that all projections share: checkpoints, quarantine, rebuild requests, divergences,
and uses of keys.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Set

from sqlalchemy import Connection, Table, text
from sqlalchemy.schema import CreateColumn

from lrs.projections.tables import metadata
from lrs.projector.checkpoints import projection
from lrs.projector.divergence import divergence, watermark
from lrs.projector.key_uses import key_use
from lrs.projector.quarantine import quarantine
from lrs.projector.rebuild_requests import rebuild

TABLES = (projection, quarantine, rebuild, watermark, divergence, key_use)

# One query, where SQLAlchemy's inspection would need six: each start of a process runs it.
_COLUMNS = {
    "sqlite": text(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table'"
    ),
    "postgresql": text(
        "SELECT t.relname, a.attname FROM pg_class AS t JOIN pg_attribute AS a ON attrelid = t.oid"
        " WHERE relnamespace = to_regnamespace('views') AND relkind = 'r'"
        " AND attnum > 0 AND NOT attisdropped"
    ),
}
"""The query for all tables and columns, by dialect."""


def make(connection: Connection) -> None:
    """Create missing tables, and add the columns that those of an earlier version lack."""
    columns = _columns(connection)
    missing = [table for table in TABLES if table.name not in columns]
    if missing:
        metadata.create_all(connection, tables=missing)
    for table in TABLES:
        if table not in missing:
            _complete(connection, table, columns[table.name])


def is_made(connection: Connection) -> bool:
    """Whether all tables are there, with all their columns."""
    columns = _columns(connection)
    return all({c.name for c in t.columns} <= columns.get(t.name, set()) for t in TABLES)


def _columns(connection: Connection) -> Mapping[str, Set[str]]:
    """The names of the columns of each existing table."""
    columns: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(_COLUMNS[connection.dialect.name]):
        columns[table].add(column)
    return columns


def _complete(connection: Connection, table: Table, existing: Set[str]) -> None:
    schema = table.schema if connection.dialect.name == "postgresql" else None
    qualified_name = f"{schema}.{table.name}" if schema else table.name
    for column in table.columns:
        if column.name not in existing:
            definition = CreateColumn(column).compile(connection)
            connection.exec_driver_sql(f"ALTER TABLE {qualified_name} ADD COLUMN {definition}")
