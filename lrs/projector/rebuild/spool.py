"""What a fold keeps for later in a file of its own, since memory must not grow with the log."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from tempfile import TemporaryFile, gettempdir
from types import TracebackType
from typing import BinaryIO

from lrs.domain.errors import Unreachable

Key = tuple[str, int]
"""A projection's name, and the number of a shard."""


class Spool:
    """Bytes by key, in the order in which they were added. The file has no name, so nothing is left
    of it, however the process ends. Raises Unreachable where it cannot be written.
    """

    def __init__(self) -> None:
        with _reachable():
            self._file: BinaryIO = TemporaryFile()  # noqa: SIM115
        self._places: defaultdict[Key, list[tuple[int, int]]] = defaultdict(list)
        self._end = 0

    def __enter__(self) -> Spool:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self._file.close()

    def add(self, key: Key, part: bytes) -> None:
        """Add a part under this key."""
        with _reachable():
            self._file.seek(self._end)
            self._file.write(part)
        self._places[key].append((self._end, len(part)))
        self._end += len(part)

    def keys(self) -> list[Key]:
        """The keys under which there is anything."""
        return sorted(self._places)

    def read(self, key: Key) -> Sequence[bytes]:
        """The parts under this key."""
        found = []
        with _reachable():
            self._file.flush()
            for place, length in self._places[key]:
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
