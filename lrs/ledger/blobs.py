"""The bytes of attachments and documents: content-addressed by SHA-256, stored once, read in parts.

Bytes are durable before the event that names them is appended. If the request is refused after
all, no event names its bytes: nobody can read them, but they count for the key that sent them
(lrs/ledger/space.py).
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable, Iterator
from typing import Any, Protocol

from sqlalchemy import Connection, bindparam, delete, insert, select

from lrs.db.bulk import rows_of
from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.binary_content import BinaryContent
from lrs.ledger.space import NOBODY, CountedBytes, KeyAccount, Space, inserting
from lrs.ledger.tables import blob, blob_chunk

__all__ = ["CHUNK", "BlobTable", "Blobs", "try_room"]

CHUNK = 262_144
"""The most bytes of one content that are in memory at once."""

LISTED = 1_000
"""Hashes that are listed at once."""


class Blobs(Protocol):
    """A store of bytes. All methods raise Unavailable, `put` also StorageFull."""

    @property
    def space(self) -> Space:
        """The counts of the stored bytes."""

    def put(
        self, *contents: BinaryContent, by: KeyAccount = NOBODY, attached: bool = False
    ) -> frozenset[str]:
        """Store the contents durably; return the hashes of those that were stored already.

        New bytes count for `by`. If they exceed a quota, none is stored: QuotaExceeded. Bytes that
        are `attached` are never pruned. Bytes that were stored already may be pruned until an event
        names them, so the append of that event has to check them again (Ledger.append).
        """

    def sizes(self, sha2s: Collection[str]) -> dict[str, int]:
        """The sizes in bytes, of those hashes that are stored."""

    def chunks(self, sha2: str) -> Iterator[bytes]:
        """The bytes in parts of at most CHUNK; no part if the hash is not stored."""

    def all(self, connection: Connection) -> Iterator[tuple[str, int]]:
        """The hash and size of all stored bytes, in no order."""

    def listed(self) -> Iterator[tuple[str, int]]:
        """Hash and size of everything that is there, by hash, without holding all in memory. Bytes
        that are there twice are listed twice.
        """

    def prune(self, connection: Connection, sha2s: Collection[str]) -> None:
        """Delete these bytes when the transaction commits, or note them for `sweep`."""

    def sweep(self) -> None:
        """Delete the bytes that `prune` has noted."""


class BlobTable:
    """Bytes in the log's own database. `quota` is the limit on all bytes together; 0 for none."""

    def __init__(self, database: Database, quota: int = 0) -> None:
        self._database = database
        self.space = Space(database, quota)

    @property
    def database(self) -> Database:
        return self._database

    def put(
        self, *contents: BinaryContent, by: KeyAccount = NOBODY, attached: bool = False
    ) -> frozenset[str]:
        entries = entries_of(contents, attached)
        counted = self.find(entries.values(), by)
        missing = {sha2: entry for sha2, entry in entries.items() if sha2 not in counted}
        if not missing:
            return counted
        with translate_db_errors(), self._database.write.begin() as connection:
            new = self.space.enter(connection, missing.values(), by)
            by_hash = {bytes.fromhex(content.sha2): content for content in contents}
            for entry in new:
                _insert(connection, by_hash[entry.sha2])
            self.space.count(connection, new, by)
        return frozenset(entries) - {entry.sha2.hex() for entry in new}

    def find(self, entries: Collection[CountedBytes], by: KeyAccount) -> frozenset[str]:
        """The hashes that are counted already and, if attached, marked as such. Raises
        QuotaExceeded if the counts already show that the others exceed a quota.
        """
        with translate_db_errors(), self._database.read.connect() as connection:
            counted = self.space.counted(connection, entries)
            size = sum(entry.size for entry in entries if entry.sha2 not in counted)
            if size:
                self.space.require_room(connection, by, size)
        done = [e for e in entries if e.sha2 in counted and (counted[e.sha2] or not e.kept)]
        return frozenset(entry.sha2.hex() for entry in done)

    def sizes(self, sha2s: Collection[str]) -> dict[str, int]:
        keys = [bytes.fromhex(sha2) for sha2 in sha2s]
        with translate_db_errors(), self._database.read.connect() as connection:
            return {row.sha2.hex(): row.size for row in _sizes(connection, keys)}

    def chunks(self, sha2: str) -> Iterator[bytes]:
        key, number = bytes.fromhex(sha2), 0
        while (part := self._part(key, number)) is not None:
            yield part
            number += 1

    def all(self, connection: Connection) -> Iterator[tuple[str, int]]:
        yield from ((row.sha2.hex(), row.size) for row in connection.execute(_SIZES).all())

    def listed(self) -> Iterator[tuple[str, int]]:
        after = b""
        while True:
            with translate_db_errors(), self._database.read.connect() as connection:
                rows = connection.execute(_LISTED, {"after": after}).all()
            yield from ((row.sha2.hex(), row.size) for row in rows)
            if len(rows) < LISTED:
                return
            after = rows[-1].sha2

    def prune(self, connection: Connection, sha2s: Collection[str]) -> None:
        gone = [{"of": bytes.fromhex(sha2)} for sha2 in sha2s]
        if gone:
            connection.execute(_DELETE_CHUNKS, gone)
            connection.execute(_DELETE, gone)

    def sweep(self) -> None:
        """Nothing to do: `prune` has deleted the bytes already."""

    def _part(self, key: bytes, number: int) -> bytes | None:
        # One query for each part, so that a slow client holds no connection between two parts.
        with translate_db_errors(), self._database.read.connect() as connection:
            part: bytes | None = connection.scalar(_PART, {"of": key, "at": number})
            return part


_SHA2 = blob.c.sha2
_SIZES = select(blob.c.sha2, blob.c.size)
_LISTED = _SIZES.where(blob.c.sha2 > bindparam("after")).order_by(blob.c.sha2).limit(LISTED)
_DELETE = delete(blob).where(blob.c.sha2 == bindparam("of"))
_DELETE_CHUNKS = delete(blob_chunk).where(blob_chunk.c.sha2 == bindparam("of"))
_PART = select(blob_chunk.c.data).where(
    blob_chunk.c.sha2 == bindparam("of"), blob_chunk.c.number == bindparam("at")
)


def _sizes(connection: Connection, keys: Collection[bytes]) -> Iterator[Any]:
    return rows_of(connection, _SIZES, _SHA2, keys)


def entries_of(contents: Iterable[BinaryContent], attached: bool) -> dict[str, CountedBytes]:
    """The contents as entries to count, each once, by hash."""
    return {one.sha2: CountedBytes(bytes.fromhex(one.sha2), one.size, attached) for one in contents}


def _insert(connection: Connection, content: BinaryContent) -> None:
    """Insert the bytes, unless an earlier version of the program stored them: it did not count."""
    key = bytes.fromhex(content.sha2)
    row = {"sha2": key, "size": content.size}
    if connection.scalar(inserting(connection.dialect.name, blob), row) is None:
        return
    for number, data in enumerate(_parts(content)):
        connection.execute(insert(blob_chunk), {"sha2": key, "number": number, "data": data})


def _parts(content: BinaryContent) -> Iterator[bytes]:
    """The bytes in parts of at most CHUNK, whatever the sizes of the parts that come in."""
    for data in content.chunks():
        for at in range(0, len(data), CHUNK):
            yield data[at : at + CHUNK]


def try_room(database: Database) -> None:
    """Check that the database has room: write CHUNK random bytes and roll back. Raises
    StorageFull, Unavailable.
    """
    with (
        translate_db_errors(),
        database.write.connect() as connection,
        connection.begin() as transaction,
    ):
        part = {"sha2": os.urandom(32), "number": 0, "data": os.urandom(CHUNK)}
        connection.execute(insert(blob_chunk), part)
        transaction.rollback()
