"""The schema `views`: every read model's tables hang on this one MetaData.

On PostgreSQL they stand in a schema of that name; on SQLite in a file of their own.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Index, MetaData, Table

metadata = MetaData(schema="views")

READING = {"reading": True}
"""The `info` of an index that nobody who folds asks: in a rebuild it is made last, since to sort
once is faster than to insert in order.
"""


def reading_indexes(tables: Iterable[Table]) -> list[Index]:
    """The indexes of these tables that only readers need."""
    return [index for table in tables for index in table.indexes if index.info.get("reading")]
