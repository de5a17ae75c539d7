"""The last use of each key: stored with the projections, and lost with them without harm.

A use is no event of the log, as that would mean an event for each request.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy import BigInteger, Column, Connection, Table, select

from lrs.db.bulk import Columns, insert_columns
from lrs.db.types import UuidKey
from lrs.projections.tables import metadata

key_use = Table(
    "key_use",
    metadata,
    Column("key", UuidKey, primary_key=True),
    # in microseconds since the epoch, to the minute or so
    Column("used", BigInteger, nullable=False),
)

_USES = select(key_use.c.key, key_use.c.used)


def note(connection: Connection, uses: Mapping[UUID, int]) -> None:
    """Store the last use of these keys."""
    keys = sorted(uses)  # one order for all processes, or two of them could deadlock
    columns: Columns = {"key": keys, "used": [uses[key] for key in keys]}
    insert_columns(connection, key_use, columns, replace=True)


def read(connection: Connection) -> dict[UUID, int]:
    """The last use of each key that was ever used."""
    return {row.key: row.used for row in connection.execute(_USES)}
