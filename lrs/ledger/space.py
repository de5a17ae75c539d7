"""How many bytes of documents and attachments there are, by the keys that brought them.

Bytes are counted once, when they are kept first, for the key whose request brought them; also when
that request is refused afterwards. They are counted in the transaction that keeps them, so a count
is right whatever happens, in any number of processes. A quota is checked in that transaction too,
with the count's row locked, so that requests at once do not exceed it together.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from sqlalchemy import Connection, Table, bindparam, select, text, update
from sqlalchemy.dialects.postgresql import insert as postgres_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert

from lrs.db.bulk import rows_of
from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import QuotaExceeded
from lrs.ledger.tables import blob_account, space_used

ALL = "*"
"""In the place of a key's name: all bytes together."""


@dataclass(frozen=True, slots=True)
class KeyAccount:
    """For whom bytes are counted: the name of a key, empty for nobody's, and how many it may bring;
    0 for any number.
    """

    key: str = ""
    quota: int = 0


NOBODY = KeyAccount()


@dataclass(frozen=True, slots=True)
class CountedBytes:
    """Bytes to count: their SHA-256, their size, and whether they are an attachment."""

    sha2: bytes
    size: int
    kept: bool = False


class Space:
    """The counts of one log. `quota` is how many bytes there may be in all; 0 for any number."""

    def __init__(self, database: Database, quota: int = 0) -> None:
        self._database = database
        self.quota = quota

    def used(self) -> int:
        """Bytes in all."""
        return self.by_key([ALL]).get(ALL, 0)

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """Bytes that these keys have brought, of those that have any."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, _USED, space_used.c.key, keys)
            return {row.key: row.bytes for row in rows}

    def counted(
        self, connection: Connection, entries: Collection[CountedBytes]
    ) -> dict[bytes, bool]:
        """Which of these are counted already, and whether each is noted as an attachment's."""
        hashes = {entry.sha2 for entry in entries}
        rows = rows_of(connection, _COUNTED, blob_account.c.sha2, hashes)
        return {bytes(row.sha2): bool(row.kept) for row in rows}

    def require_room(self, connection: Connection, by: KeyAccount, size: int) -> None:
        """Raises QuotaExceeded where so many bytes more are known to be too many: a look, before
        anything is written. What decides is `count`.
        """
        if self.quota or by.quota:
            rows = rows_of(connection, _USED, space_used.c.key, [by.key, ALL])
            used = {row.key: row.bytes for row in rows}
            self._require(by, used.get(by.key, 0) + size, used.get(ALL, 0) + size)

    def enter(
        self, connection: Connection, entries: Collection[CountedBytes], by: KeyAccount
    ) -> list[CountedBytes]:
        """Those of the entries that were not counted before, in the order of their hashes, so that
        transactions at once meet in one order. They are to be given to `count` at the end.
        """
        return [one for one in sorted(entries, key=lambda e: e.sha2) if _enter(connection, one, by)]

    def count(
        self, connection: Connection, entries: Collection[CountedBytes], by: KeyAccount
    ) -> None:
        """Add new entries to the counts: the last thing in a transaction, since others wait for
        it from here on. Raises QuotaExceeded.
        """
        size = sum(entry.size for entry in entries)
        if entries:
            own, together = _add(connection, by.key, size)
            self._require(by, own, together)

    def _require(self, by: KeyAccount, own: int, together: int) -> None:
        if by.quota and own > by.quota:
            raise QuotaExceeded("key-quota-exceeded", limit=by.quota)
        if self.quota and together > self.quota:
            raise QuotaExceeded("quota-exceeded", limit=self.quota)


def add_up(connection: Connection, sizes: Mapping[str, int]) -> None:
    """Add so many bytes to the counts of these keys, fewer than none where they went, and then to
    that of all together: always in this order, so that no two wait for each other.
    """
    adding = _adding_one(connection.dialect.name)
    for key in sorted(sizes):
        connection.execute(adding, {"of": key, "more": sizes[key]})
    connection.execute(adding, {"of": ALL, "more": sum(sizes.values())})


def uncounted(connection: Connection, sha2s: Collection[bytes]) -> set[bytes]:
    """Which of these bytes nobody counts: they were never kept, or are pruned."""
    rows = rows_of(connection, _COUNTED, blob_account.c.sha2, set(sha2s))
    return set(sha2s) - {bytes(row.sha2) for row in rows}


_INSERTS: Mapping[str, Any] = {"postgresql": postgres_insert, "sqlite": sqlite_insert}


@cache
def inserting(dialect: str, table: Table) -> Any:
    """An INSERT of what is not there yet, which gives the hashes of what was not."""
    return _INSERTS[dialect](table).on_conflict_do_nothing().returning(table.c.sha2)


_USED = select(space_used)
_COUNTED = select(blob_account.c.sha2, blob_account.c.kept)
_KEEP = (
    update(blob_account)
    .where(blob_account.c.sha2 == bindparam("of"), blob_account.c.kept.is_(False))
    .values(kept=True)
)


def _enter(connection: Connection, entry: CountedBytes, by: KeyAccount) -> bool:
    """Whether the bytes were not counted before."""
    row = {"sha2": entry.sha2, "key": by.key, "size": entry.size, "kept": entry.kept, "uses": 0}
    if connection.scalar(inserting(connection.dialect.name, blob_account), row) is not None:
        return True
    if entry.kept:
        connection.execute(_KEEP, {"of": entry.sha2})
    return False


def _add(connection: Connection, key: str, size: int) -> tuple[int, int]:
    """The counts of a key and of all together, with so many bytes more. In one statement: whoever
    else counts waits from here to the end of the transaction.
    """
    adding = _adding(connection.dialect.name)
    found = {row.key: row.bytes for row in connection.execute(adding, {"of": key, "more": size})}
    return found[key], found[ALL]


@cache
def _adding(dialect: str) -> Any:
    """As text, because SQLAlchemy makes an INSERT of several rows anew each time."""
    table = "ledger.space_used" if dialect == "postgresql" else "space_used"
    return text(_ADDING.format(table=table, all=ALL))


_ADDING = """
    INSERT INTO {table} AS used (key, bytes)
    VALUES (:of, CAST(:more AS BIGINT)), ('{all}', CAST(:more AS BIGINT))
    ON CONFLICT (key) DO UPDATE SET bytes = used.bytes + excluded.bytes RETURNING key, bytes
"""


@cache
def _adding_one(dialect: str) -> Any:
    more = bindparam("more", type_=space_used.c.bytes.type)
    statement = _INSERTS[dialect](space_used).values(key=bindparam("of"), bytes=more)
    total = space_used.c.bytes + statement.excluded.bytes
    return statement.on_conflict_do_update(index_elements=["key"], set_={"bytes": total})
