"""Bytes of a request on their way into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from hashlib import sha1, sha256
from tempfile import SpooledTemporaryFile

from lrs.domain.errors import LrsError, StorageFull

IN_MEMORY = 262_144
"""Bytes held in memory; what is larger waits in a file that nobody else sees."""

_CHUNK = 262_144


class Spool:
    """Takes bytes as they come, digests them on the way, and gives them back in parts.

    `too_large` words the refusal of more than `limit` bytes.
    """

    def __init__(self, limit: int, too_large: Callable[[], LrsError]) -> None:
        self.size = 0
        self._limit = limit
        self._too_large = too_large
        self._sha2, self._sha1 = sha256(), sha1(usedforsecurity=False)
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - see `close`

    def write(self, data: bytes) -> None:
        """Raises what `too_large` gives, or StorageFull."""
        self.size += len(data)
        if self.size > self._limit:
            raise self._too_large()
        self._sha2.update(data)
        self._sha1.update(data)
        try:
            self._file.write(data)
        except OSError:
            raise StorageFull("storage-full") from None

    @property
    def sha2(self) -> str:
        return self._sha2.hexdigest()

    @property
    def sha1(self) -> str:
        return self._sha1.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        self._file.seek(0)
        while part := self._file.read(_CHUNK):
            yield part

    def close(self) -> None:
        self._file.close()
