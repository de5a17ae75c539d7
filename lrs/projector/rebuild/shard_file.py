"""The file in which a fold keeps what it has found of shards: memory must not grow with the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile, gettempdir
from types import TracebackType
from typing import BinaryIO

from lrs.domain.errors import Unreachable

ShardName = tuple[str, int]
"""A projection's name, and the number of a shard."""


class ShardFile:
    """Parts of shards, each shard's in the order in which they were added. The file has no name, so
    nothing is left of it, however the process ends. Raises Unreachable where it cannot be written.
    """

    def __init__(self) -> None:
        with _reachable():
            self._file: BinaryIO = TemporaryFile()  # noqa: SIM115
        self._places: defaultdict[ShardName, list[tuple[int, int]]] = defaultdict(list)
        self._end = 0

    def __enter__(self) -> ShardFile:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, shard: ShardName, part: bytes) -> None:
        """Add a part of this shard."""
        with _reachable():
            self._file.seek(self._end)
            self._file.write(part)
        self._places[shard].append((self._end, len(part)))
        self._end += len(part)

    def shards(self) -> list[ShardName]:
        """The shards of which there is a part."""
        return sorted(self._places)

    def read(self, shard: ShardName) -> Sequence[bytes]:
        """The parts of this shard."""
        found = []
        with _reachable():
            self._file.flush()
            for place, length in self._places[shard]:
                self._file.seek(place)
                found.append(self._file.read(length))
        return found


@contextmanager
def _reachable() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise Unreachable(
            f"The temporary folder {gettempdir()} cannot be used ({error.strerror}): name another "
            "one by TMPDIR."
        ) from error
