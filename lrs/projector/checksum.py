"""A digest over the rows of a projection: equal for equal rows, on either database."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import blake2b

from msgspec.msgpack import Encoder
from sqlalchemy import Connection, Table

from lrs.db.scanning import RowValues, scan


class RowDigest:
    """A BLAKE2b over tables, in their order, and the rows of each in the order of their primary
    keys. `rows` counts them.
    """

    def __init__(self) -> None:
        self._digest = blake2b(digest_size=16)
        self._encode = Encoder().encode
        self.rows = 0

    def begin(self, table: Table) -> None:
        """The rows that follow are of this table."""
        self._digest.update(table.name.encode())

    def add(self, rows: Sequence[RowValues]) -> None:
        """Rows as `scan` gives them. How they are cut into pages makes no difference."""
        self._digest.update(b"".join(map(self._encode, rows)))
        self.rows += len(rows)

    def hex(self) -> str:
        return self._digest.hexdigest()


def checksum(connection: Connection, tables: Sequence[Table]) -> str:
    """The digest of all rows of these tables, in hex."""
    digest = RowDigest()
    for table in tables:
        digest.begin(table)
        for rows in scan(connection, table):
            digest.add(rows)
    return digest.hex()
