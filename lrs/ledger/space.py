"""Counts the stored bytes of documents and attachments, by the key that sent them.

Bytes are counted once, when they are first stored, for the key whose request sent them, even if
that request is refused afterwards. The transaction that stores the bytes also counts them, so the
counts are always right, with any number of processes. The same transaction checks the quotas while
it holds a lock on the count's row, so concurrent requests cannot exceed a quota together.
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
"""Stands for all keys together, instead of a key's name."""


@dataclass(frozen=True, slots=True)
class KeyAccount:
    """The key for which bytes are counted: its name (empty for no key) and its quota in bytes (0
    for none).
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
    """The counts of one log. `quota` is the limit on all bytes together; 0 for none."""

    def __init__(self, database: Database, quota: int = 0) -> None:
        self._database = database
        self.quota = quota

    def used(self) -> int:
        """All bytes together."""
        return self.by_key([ALL]).get(ALL, 0)

    def by_key(self, keys: Collection[str]) -> dict[str, int]:
        """The bytes of those of these keys that have sent any."""
        with translate_db_errors(), self._database.read.connect() as connection:
            rows = rows_of(connection, _USED, space_used.c.key, keys)
            return {row.key: row.bytes for row in rows}

    def counted(
        self, connection: Connection, entries: Collection[CountedBytes]
    ) -> dict[bytes, bool]:
        """The hashes that are counted already, and whether each is marked as an attachment's."""
        hashes = {entry.sha2 for entry in entries}
        rows = rows_of(connection, _COUNTED, blob_account.c.sha2, hashes)
        return {bytes(row.sha2): bool(row.kept) for row in rows}

    def require_room(self, connection: Connection, by: KeyAccount, size: int) -> None:
        """Raises QuotaExceeded if `size` more bytes would exceed a quota. An early check, before
        anything is written; the check in `count` decides.
        """
        if self.quota or by.quota:
            rows = rows_of(connection, _USED, space_used.c.key, [by.key, ALL])
            used = {row.key: row.bytes for row in rows}
            self._require(by, used.get(by.key, 0) + size, used.get(ALL, 0) + size)

    def enter(
        self, connection: Connection, entries: Collection[CountedBytes], by: KeyAccount
    ) -> list[CountedBytes]:
        """Insert the entries; return those that were not counted before, to be passed to `count`
        at the end. They are inserted in the order of their hashes, so that concurrent transactions
        cannot deadlock.
        """
        return [one for one in sorted(entries, key=lambda e: e.sha2) if _enter(connection, one, by)]

    def count(
        self, connection: Connection, entries: Collection[CountedBytes], by: KeyAccount
    ) -> None:
        """Add new entries to the counts. To be called last in a transaction, since other
        transactions wait for it from here on. Raises QuotaExceeded.
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
    """Add these sizes (negative for deleted bytes) to the counts of the keys, then to the total.
    Always in this order, so that no two transactions wait for each other.
    """
    adding = _adding_one(connection.dialect.name)
    for key in sorted(sizes):
        connection.execute(adding, {"of": key, "more": sizes[key]})
    connection.execute(adding, {"of": ALL, "more": sum(sizes.values())})


def uncounted(connection: Connection, sha2s: Collection[bytes]) -> set[bytes]:
    """The hashes that are not counted: their bytes were never stored, or are pruned."""
    rows = rows_of(connection, _COUNTED, blob_account.c.sha2, set(sha2s))
    return set(sha2s) - {bytes(row.sha2) for row in rows}


_INSERTS: Mapping[str, Any] = {"postgresql": postgres_insert, "sqlite": sqlite_insert}


@cache
def inserting(dialect: str, table: Table) -> Any:
    """An INSERT that skips existing rows and returns the hashes of the new ones."""
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
    """Add `size` to the count of a key and to the total; return both. One SQL statement, because
    other counting transactions wait from here to the end of this one.
    """
    adding = _adding(connection.dialect.name)
    counts = {row.key: row.bytes for row in connection.execute(adding, {"of": key, "more": size})}
    return counts[key], counts[ALL]


@cache
def _adding(dialect: str) -> Any:
    """Written as text, because SQLAlchemy compiles an INSERT of several rows every time."""
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
