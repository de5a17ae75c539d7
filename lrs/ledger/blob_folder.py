"""The bytes of attachments and documents in a folder, counted in the log's database."""

from __future__ import annotations

import errno
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import NamedTemporaryFile

from sqlalchemy import Connection, bindparam, delete, select

from lrs.db.errors import translate_db_errors
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import StorageFull, Unavailable
from lrs.file_access import GroupAccess, make_folder
from lrs.ledger.blobs import CHUNK, BlobTable, entries_of
from lrs.ledger.space import NOBODY, CountedBytes, KeyAccount, inserting, uncounted
from lrs.ledger.tables import blob_discard


class BlobFolder:
    """Bytes in files `ab/abcd...` of a folder that all processes of the store share. The log's
    database counts them.

    `before` holds the bytes that were stored before the store had a folder; they stay readable.
    """

    def __init__(
        self, folder: Path, before: BlobTable, access: GroupAccess = GroupAccess.NONE
    ) -> None:
        self._folder = folder
        self._before = before
        self._access = access
        self.space = before.space

    def put(
        self, *contents: BinaryContent, by: KeyAccount = NOBODY, attached: bool = False
    ) -> frozenset[str]:
        entries = entries_of(contents, attached)
        counted = self._before.find(entries.values(), by)
        missing = [entry for sha2, entry in entries.items() if sha2 not in counted]
        written: set[str] = set()
        try:
            self._write_all(contents, written)
            while (new := self._count(missing, by)) is None:
                self._write_all(contents, written)
        except BaseException:
            self._give_up(written)
            raise
        return frozenset(entries) - {entry.sha2.hex() for entry in new}

    def _count(
        self, missing: Collection[CountedBytes], by: KeyAccount
    ) -> list[CountedBytes] | None:
        """Count the missing entries; return those that were not counted before. None if a sweep
        has removed one of the files since it was written: another request may name all counted
        bytes, so only bytes that exist are counted.
        """
        if not missing:
            return []
        with (
            translate_db_errors(),
            self._before.database.write.connect() as connection,
            connection.begin() as transaction,
        ):
            # The order matters: `enter` waits for a transaction that prunes these bytes. Then the
            # DELETE waits for a sweep that removes them, or withdraws them from the next one.
            new = self.space.enter(connection, missing, by)
            connection.execute(_UNDISCARD, [{"of": entry.sha2} for entry in missing])
            if len(self.sizes([entry.sha2.hex() for entry in missing])) < len(missing):
                transaction.rollback()
                return None
            self.space.count(connection, new, by)
            return new

    def _give_up(self, written: Collection[str]) -> None:
        """Schedule the files that this request wrote for removal, unless they are counted."""
        with suppress(Exception), self._before.database.write.begin() as connection:
            _discard(connection, [bytes.fromhex(sha2) for sha2 in written])

    def _write_all(self, contents: Iterable[BinaryContent], written: set[str]) -> None:
        absent = {one.sha2: one for one in contents if not self._path(one.sha2).exists()}
        in_database = self._before.sizes(absent)
        try:
            for sha2, content in absent.items():
                if sha2 not in in_database:
                    make_folder(self._path(sha2).parent, self._access)
                    _write(self._path(sha2), content, self._access)
                    written.add(sha2)
            for content in contents:
                # Also for a file that existed: the request that wrote it may not have synced yet.
                for folder in (self._path(content.sha2).parent, self._folder, self._folder.parent):
                    if content.sha2 not in in_database:
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

    def all(self, connection: Connection) -> Iterator[tuple[str, int]]:
        try:
            for path in self._folder.glob("??/*"):
                if not path.name.startswith("."):  # a file that is still being written
                    yield path.name, path.stat().st_size
        except OSError as error:
            raise _honest(error) from error
        yield from self._before.all(connection)

    def listed(self) -> Iterator[tuple[str, int]]:
        for prefix in (f"{number:02x}" for number in range(256)):
            try:
                files = sorted((self._folder / prefix).glob(f"{prefix}*"))
                sizes = {file.name: file.stat().st_size for file in files}
            except FileNotFoundError:  # pruned meanwhile, or the folder was never made
                continue
            except OSError as error:
                raise _honest(error) from error
            yield from sizes.items()
        yield from self._before.listed()

    def prune(self, connection: Connection, sha2s: Collection[str]) -> None:
        self._before.prune(connection, sha2s)
        _discard(connection, [bytes.fromhex(sha2) for sha2 in sha2s])

    def sweep(self) -> None:
        """Remove the files noted in `blob_discard`, one after the other, unless their bytes are
        counted again. A request that counts the same bytes again deletes the note, and waits until
        the transaction here ends.
        """
        with translate_db_errors(), self._before.database.read.connect() as connection:
            noted = [bytes(sha2) for sha2 in connection.scalars(select(blob_discard.c.sha2))]
        for sha2 in noted:
            with translate_db_errors(), self._before.database.write.begin() as connection:
                if connection.execute(_UNDISCARD, {"of": sha2}).rowcount:
                    self._remove(connection, sha2)

    def _remove(self, connection: Connection, sha2: bytes) -> None:
        if uncounted(connection, [sha2]):
            try:
                self._path(sha2.hex()).unlink(missing_ok=True)
            except OSError as error:
                raise _honest(error) from error

    def _path(self, sha2: str) -> Path:
        return self._folder / sha2[:2] / sha2


_UNDISCARD = delete(blob_discard).where(blob_discard.c.sha2 == bindparam("of"))


def _discard(connection: Connection, sha2s: Collection[bytes]) -> None:
    for sha2 in sha2s:
        connection.execute(inserting(connection.dialect.name, blob_discard), {"sha2": sha2})


def _write(path: Path, content: BinaryContent, access: GroupAccess) -> None:
    """Write the file completely or not at all, even if the machine stops meanwhile."""
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
