"""The file in which a fold keeps what it has found of shards: memory must not grow with the log."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from struct import Struct
from tempfile import TemporaryFile, gettempdir
from types import TracebackType
from typing import BinaryIO

from lrs.domain.errors import Unreachable

ShardName = tuple[str, int]
"""A projection's name, and the number of a shard."""

_HEAD, _NONE = Struct("<qq"), -1
"""The place of the part before, _NONE without one, and the length of this one."""


class ShardFile:
    """Parts of shards, each shard's in the order in which they were added. The file has no name, so
    nothing is left of it, however the process ends. Raises Unreachable where it cannot be written.
    """

    def __init__(self) -> None:
        with _reachable():
            self._file: BinaryIO = TemporaryFile()  # noqa: SIM115
        self._last: dict[ShardName, int] = {}
        """Where the last part of each shard is; every part is headed by the place of the one before
        it.
        """
        self._end = 0

    def __enter__(self) -> ShardFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        with suppress(OSError):  # nobody needs any more what could not be written
            self._file.close()

    def add(self, shard: ShardName, part: bytes) -> None:
        """Add a part of this shard."""
        head = _HEAD.pack(self._last.get(shard, _NONE), len(part))
        with _reachable():
            self._file.seek(self._end)
            self._file.write(head + part)
        self._last[shard] = self._end
        self._end += len(head) + len(part)

    def shards(self) -> list[ShardName]:
        """The shards of which there is a part."""
        return sorted(self._last)

    def read(self, shard: ShardName) -> Sequence[bytes]:
        """The parts of this shard."""
        found, place = [], self._last.get(shard, _NONE)
        with _reachable():
            while place != _NONE:
                self._file.seek(place)
                place, length = _HEAD.unpack(self._file.read(_HEAD.size))
                found.append(self._file.read(length))
        return found[::-1]


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreachable(
            f"The temporary folder {gettempdir()} cannot be used ({error.strerror}): name another "
            "one by TMPDIR."
        ) from error
