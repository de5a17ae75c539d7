"""A digest over the rows of a projection, equal for rows that are equal byte for byte."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from sqlalchemy import Connection, Table, select


def checksum(connection: Connection, tables: Sequence[Table]) -> str:
    """Hex of a BLAKE2b over every table's rows in the order of their primary keys."""
    digest = blake2b(digest_size=16)
    for table in tables:
        digest.update(table.name.encode())
        query = select(table).order_by(*table.primary_key).execution_options(yield_per=10_000)
        for row in connection.execute(query):
            digest.update(repr(tuple(map(_plain, row))).encode())
    return digest.hexdigest()


def _plain(value: object) -> object:
    """Some drivers return bytes as bytes, others as memoryview."""
    return bytes(value) if isinstance(value, memoryview) else value
