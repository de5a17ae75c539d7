"""How far a replica is, noted in a file that other processes read, and remove to end the work."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from time import monotonic

import orjson

from lrs.domain.errors import ReplicaConflict

_LENGTH = 64
"""Bytes of a note: each one is written over the one before, whole."""

EVERY = 0.5
"""Seconds between two notes of the progress."""


@dataclass(frozen=True, slots=True)
class ReplicaProgress:
    """A replica that is being made: its position, the position folded so far, and the seconds that
    it will still take, None while nobody can tell.
    """

    position: int
    folded: int
    seconds: float | None


OnReplicaProgress = Callable[[ReplicaProgress], None]
"""Called now and then while a replica is made; it may raise to end that."""


class ProgressNote:
    """The note of a replica that is being made. `base` is the position that it goes on from."""

    def __init__(self, position: int, base: int, file: Path, progress: OnReplicaProgress) -> None:
        self._position, self._base = position, base
        self._file = file
        self._progress = progress
        self._began = self._noted = monotonic()
        self._folded = base
        self._is_there = False

    def __call__(self, folded: int) -> None:
        self._folded = folded
        if monotonic() - self._noted >= EVERY:
            self.require()
            self.write()

    def require(self) -> None:
        """Raises ReplicaConflict once the replica was dropped."""
        if not self.is_there():
            raise ReplicaConflict("replica-dropped")

    def is_there(self) -> bool:
        """Whether nobody has removed the file."""
        return self._file.exists()

    def write(self) -> None:
        """Write the file. Raises OSError, FileNotFoundError where it was removed meanwhile."""
        self._noted = monotonic()
        moved, seconds = self._folded - self._base, self._noted - self._began
        left = seconds * (self._position - self._folded) / moved if moved else None
        # Never by a new file in its place, as whoever drops the replica may just have removed it.
        with self._file.open("r+b" if self._is_there else "xb", buffering=0) as file:
            file.write(orjson.dumps([self._folded, left]).ljust(_LENGTH))
        self._is_there = True
        self._progress(ReplicaProgress(self._position, self._folded, left))


def read_note(file: Path, position: int) -> ReplicaProgress | None:
    """What the note of the replica at that position says; None if there is none."""
    try:
        folded, seconds = orjson.loads(file.read_bytes())
    except (OSError, ValueError):
        return None
    return ReplicaProgress(position, folded, seconds)
