"""Long texts as small numbers: a table that gives each text an id in order of first appearance.

Texts are known by a 16-byte digest: an IRI may be longer than PostgreSQL lets an index entry be.
Ids are counted 1, 2, 3 ... as texts first come up in the log, so a rebuild gives the same ids.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable
from functools import cache
from hashlib import blake2b
from typing import Any

from sqlalchemy import (
    Column,
    Connection,
    Integer,
    LargeBinary,
    MetaData,
    Select,
    Table,
    func,
    select,
)

from lrs.db.bulk import Columns, insert_columns, rows_of


def digest(text: str) -> bytes:
    """16 bytes that stand for a long text in an index."""
    return blake2b(text.encode(), digest_size=16).digest()


def table(name: str, metadata: MetaData) -> Table:
    return Table(
        name,
        metadata,
        Column("id", Integer, primary_key=True, autoincrement=False),
        Column("digest", LargeBinary(16), nullable=False, unique=True),
    )


def look_up(connection: Connection, table: Table, texts: Iterable[str]) -> dict[str, int]:
    """The ids of those of the texts that have one."""
    digests = {digest(text): text for text in texts}
    rows = rows_of(connection, _ids(table), table.c.digest, digests)
    return {digests[row.digest]: row.id for row in rows}


@cache
def _ids(table: Table) -> Select[Any]:
    return select(table.c.digest, table.c.id)


@cache
def _highest(table: Table) -> Select[Any]:
    return select(func.max(table.c.id))


class SurrogateKeys:
    """A dictionary's table with the ids met lately kept in memory, LIMIT of them at most.

    It lives as long as its fold: see lrs.projections.base.Fold.
    """

    LIMIT = 50_000

    def __init__(self, table: Table) -> None:
        self._table = table
        self._known: dict[str, int] = {}

    def code(self, connection: Connection, texts: Collection[str]) -> dict[str, int]:
        """The ids of all the texts; the new ones get theirs in the order given."""
        known = self._known
        unknown = [text for text in texts if text not in known]
        if unknown:
            found = code(connection, self._table, unknown)
            if len(known) + len(found) > self.LIMIT:
                found |= {text: known[text] for text in texts if text in known}
                known = self._known = {}
            known |= found
        return known


def code(connection: Connection, table: Table, texts: Collection[str]) -> dict[str, int]:
    """The ids of all the texts; the new ones get theirs in the order given."""
    found = look_up(connection, table, texts)
    new = [text for text in texts if text not in found]
    if new:
        first = (connection.scalar(_highest(table)) or 0) + 1
        ids = range(first, first + len(new))
        columns: Columns = {"id": list(ids), "digest": [digest(text) for text in new]}
        insert_columns(connection, table, columns)
        found |= dict(zip(new, ids, strict=True))
    return found
