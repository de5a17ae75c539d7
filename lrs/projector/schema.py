"""The tables beside all projections: positions, what is set aside, rebuilds, divergences, and when
keys were used.
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

# In one look, which SQLAlchemy's inspection would have six times: each start of a process does it.
_COLUMNS = {
    "sqlite": text(
        "SELECT t.name, c.name FROM sqlite_master AS t, pragma_table_info(t.name) AS c"
        " WHERE t.type = 'table'"
    ),
    "postgresql": text(
        "SELECT t.relname, a.attname FROM pg_class AS t JOIN pg_attribute AS a ON attrelid = t.oid"
        " WHERE relnamespace = 'views'::regnamespace AND relkind = 'r'"
        " AND attnum > 0 AND NOT attisdropped"
    ),
}
"""Table and column of everything there, by dialect."""


def make(connection: Connection) -> None:
    """Make them where they are missing, and add the columns that an earlier version's lack."""
    there = _columns(connection)
    missing = [table for table in TABLES if table.name not in there]
    if missing:
        metadata.create_all(connection, tables=missing)
    for table in TABLES:
        if table not in missing:
            _complete(connection, table, there[table.name])


def _columns(connection: Connection) -> Mapping[str, Set[str]]:
    """The names of the columns of each table there."""
    there: dict[str, set[str]] = defaultdict(set)
    for table, column in connection.execute(_COLUMNS[connection.dialect.name]):
        there[table].add(column)
    return there


def _complete(connection: Connection, table: Table, there: Set[str]) -> None:
    schema = table.schema if connection.dialect.name == "postgresql" else None
    place = f"{schema}.{table.name}" if schema else table.name
    for column in table.columns:
        if column.name not in there:
            said = CreateColumn(column).compile(connection)
            connection.exec_driver_sql(f"ALTER TABLE {place} ADD COLUMN {said}")
