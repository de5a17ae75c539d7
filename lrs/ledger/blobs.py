"""The bytes of attachments and documents: content-addressed by SHA-256, stored once, read in parts.

They are durable before the event that names them is appended; bytes that no event names, because
its request was refused after all, are seen by nobody.
"""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterator
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import Protocol

from sqlalchemy import Connection, bindparam, insert, select
from sqlalchemy.exc import IntegrityError

from lrs.db.bulk import rows_of
from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import StorageFull, Unavailable
from lrs.file_access import GroupAccess, make_folder
from lrs.ledger.tables import blob, blob_chunk

__all__ = ["CHUNK", "BlobFolder", "BlobTable", "Blobs", "try_room"]

CHUNK = 262_144
"""Bytes that are held in memory at once."""


class Blobs(Protocol):
    """Where bytes are kept. All raise Unavailable, `put` also StorageFull."""

    def put(self, content: BinaryContent) -> None:
        """Keep the bytes, durably, unless they are there."""

    def sizes(self, sha2s: Collection[str]) -> dict[str, int]:
        """The size in bytes of each of those that are there."""

    def chunks(self, sha2: str) -> Iterator[bytes]:
        """The bytes in parts of CHUNK at most; none at all for what is not there."""


class BlobTable:
    """Bytes in the log's own database."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def put(self, content: BinaryContent) -> None:
        if self.sizes([content.sha2]):
            return
        try:
            with translate_db_errors(), self._database.write.begin() as connection:
                _insert(connection, content)
        except IntegrityError:
            return  # somebody else has just brought the same bytes

    def sizes(self, sha2s: Collection[str]) -> dict[str, int]:
        keys = [bytes.fromhex(sha2) for sha2 in sha2s]
        with translate_db_errors(), self._database.read.connect() as connection:
            return {row.sha2.hex(): row.size for row in rows_of(connection, _SIZES, _SHA2, keys)}

    def chunks(self, sha2: str) -> Iterator[bytes]:
        key, number = bytes.fromhex(sha2), 0
        while (part := self._part(key, number)) is not None:
            yield part
            number += 1

    def _part(self, key: bytes, number: int) -> bytes | None:
        # A query each: between two parts a slow client holds no connection.
        with translate_db_errors(), self._database.read.connect() as connection:
            part: bytes | None = connection.scalar(_PART, {"of": key, "at": number})
            return part


_SHA2 = blob.c.sha2
_SIZES = select(blob.c.sha2, blob.c.size)
_PART = select(blob_chunk.c.data).where(
    blob_chunk.c.sha2 == bindparam("of"), blob_chunk.c.number == bindparam("at")
)


def _insert(connection: Connection, content: BinaryContent) -> None:
    key = bytes.fromhex(content.sha2)
    connection.execute(insert(blob), {"sha2": key, "size": content.size})
    for number, data in enumerate(_parts(content)):
        connection.execute(insert(blob_chunk), {"sha2": key, "number": number, "data": data})


def _parts(content: BinaryContent) -> Iterator[bytes]:
    """The bytes in parts of CHUNK at most, however they come."""
    for data in content.chunks():
        for at in range(0, len(data), CHUNK):
            yield data[at : at + CHUNK]


def try_room(database: Database) -> None:
    """Write a part of CHUNK random bytes into the database and roll it back. Raises StorageFull,
    Unavailable.
    """
    with (
        translate_db_errors(),
        database.write.connect() as connection,
        connection.begin() as transaction,
    ):
        part = {"sha2": os.urandom(32), "number": 0, "data": os.urandom(CHUNK)}
        connection.execute(insert(blob_chunk), part)
        transaction.rollback()


class BlobFolder:
    """Bytes in files `ab/abcd...` of a folder that all processes of the store share.

    What was kept in `before`, when there was no folder yet, is found there.
    """

    def __init__(self, folder: Path, before: Blobs, access: GroupAccess = GroupAccess.NONE) -> None:
        self._folder = folder
        self._before = before
        self._access = access

    def put(self, content: BinaryContent) -> None:
        path = self._path(content.sha2)
        try:
            if not path.exists():
                make_folder(path.parent, self._access)
                _write(path, content, self._access)
            # Also where it exists: whoever wrote it may not have come as far as this.
            for folder in (path.parent, self._folder, self._folder.parent):
                _sync(folder)
        except OSError as error:
            raise _honest(error) from error

    def sizes(self, sha2s: Collection[str]) -> dict[str, int]:
        found = {}
        for sha2 in sha2s:
            try:
                found[sha2] = self._path(sha2).stat().st_size
            except FileNotFoundError:
                continue
            except OSError as error:
                raise _honest(error) from error
        return found | self._before.sizes([sha2 for sha2 in sha2s if sha2 not in found])

    def chunks(self, sha2: str) -> Iterator[bytes]:
        try:
            with self._path(sha2).open("rb") as file:
                while part := file.read(CHUNK):
                    yield part
        except FileNotFoundError:
            yield from self._before.chunks(sha2)
        except OSError as error:
            raise _honest(error) from error

    def _path(self, sha2: str) -> Path:
        return self._folder / sha2[:2] / sha2


def _write(path: Path, content: BinaryContent, access: GroupAccess) -> None:
    """Whole or not at all, also when the machine stops on the way."""
    with NamedTemporaryFile(dir=path.parent, prefix=".", delete=False) as file:
        try:
            for part in content.chunks():
                file.write(part)
            file.flush()
            os.fchmod(file.fileno(), access.file_mode)
            os.fsync(file.fileno())
            os.replace(file.name, path)
        except BaseException:
            Path(file.name).unlink(missing_ok=True)
            raise


def _sync(folder: Path) -> None:
    """Make the folder's own entries durable."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _honest(error: OSError) -> Unavailable:
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return StorageFull("storage-full")
    return Unavailable("folder-away")
