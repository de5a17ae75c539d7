"""Bytes of a request on their way into the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from copy import copy
from hashlib import new as new_hash
from hashlib import sha1, sha256
from tempfile import SpooledTemporaryFile

from lrs.domain.errors import LrsError, StorageFull

_IN_MEMORY = 65_536
_CHUNK = 262_144

BufferFull = Callable[[], LrsError]
"""Words the refusal of more bytes than a limit."""


class Spooled:
    """A request's bytes: a few are held in memory, more in one temporary file."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - see `close`

    def append(self, data: bytes) -> int:
        """Where the bytes begin that were put at the end. Raises StorageFull."""
        try:
            at = self._file.seek(0, 2)
            self._file.write(data)
        except OSError:
            raise StorageFull("storage-full") from None
        return at

    def read(self, at: int, size: int) -> bytes:
        self._file.seek(at)
        return self._file.read(size)

    def close(self) -> None:
        self._file.close()


class Spool:
    """Stores bytes as they arrive, computes their hash, and returns them in parts.

    They are contiguous in `into`: nothing else may be appended until all have arrived.
    """

    def __init__(self, into: Spooled, limit: int, too_large: BufferFull) -> None:
        self.size = 0
        self._into = into
        self._begin = into.append(b"")
        self._limit = limit
        self._too_large = too_large
        self._sha2, self._sha1 = sha256(), sha1(usedforsecurity=False)

    def write(self, data: bytes) -> None:
        """Raises what `too_large` gives, or StorageFull."""
        self.size += len(data)
        if self.size > self._limit:
            raise self._too_large()
        self._sha2.update(data)
        self._sha1.update(data)
        self._into.append(data)

    @property
    def sha2(self) -> str:
        return self._sha2.hexdigest()

    @property
    def sha1(self) -> str:
        return self._sha1.hexdigest()

    def hexdigest(self, algorithm: str) -> str:
        """The bytes' hash as lower-case hex. For another than SHA-256 they are read once more."""
        if algorithm == "sha256":
            return self.sha2
        digest = new_hash(algorithm)
        for chunk in self.chunks():
            digest.update(chunk)
        return digest.hexdigest()

    def chunks(self) -> Iterator[bytes]:
        for at in range(0, self.size, _CHUNK):
            yield self.read(at, min(at + _CHUNK, self.size))

    def read(self, begin: int, end: int) -> bytes:
        """The bytes from one place to another."""
        return self._into.read(self._begin + begin, end - begin)

    def find(self, text: bytes, begin: int) -> int:
        """Where a short text stands next, at or after a place; -1 if nowhere."""
        overlap = len(text) - 1
        for at in range(begin, self.size, _CHUNK):
            found = self.read(at, min(at + _CHUNK + overlap, self.size)).find(text)
            if found >= 0:
                return at + found
        return -1

    def followed_by(self, data: bytes) -> Spool:
        """A spool of the bytes, which were the last to come, and of more."""
        longer = copy(self)
        longer._sha2, longer._sha1 = self._sha2.copy(), self._sha1.copy()
        longer.write(data)
        return longer

    def window(self, begin: int, end: int) -> Spool:
        """A spool of the bytes from one place to another, where they stand."""
        part = copy(self)
        part._begin, part.size = self._begin + begin, end - begin
        part._sha2, part._sha1 = sha256(), sha1(usedforsecurity=False)
        for chunk in part.chunks():
            part._sha2.update(chunk)
            part._sha1.update(chunk)
        return part
