"""What a long check finds, and how far it is, told to whoever waits for it in another process.

Both go through files in a folder of their own: any Executor will do, and memory stays constant
however much is found.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO, Any

import orjson

FIRST = 100
"""So many findings are kept in memory, the first ones."""

EVERY = 0.2
"""Seconds between two updates of the progress."""

_STOP = "stop"


class Interrupted(Exception):
    """Whoever waited for the check has given it up."""


@dataclass
class Findings:
    """Counts what is found and keeps the first of it; with a `file`, writes all of it there as
    JSON, one finding a line.
    """

    file: IO[bytes] | None = None
    count: int = 0
    first: list[Mapping[str, Any]] = field(default_factory=list)

    def add(self, finding: Mapping[str, Any]) -> None:
        self.count += 1
        if len(self.first) < FIRST:
            self.first.append(finding)
        if self.file is not None:
            self.file.write(orjson.dumps(finding, default=printable) + b"\n")


def printable(value: object) -> str:
    """A value of a row that JSON does not have: bytes as text if they are some, else in hex."""
    if not isinstance(value, bytes):
        return str(value)
    with suppress(UnicodeDecodeError):
        text = value.decode()
        if text.isprintable():
            return text
    return f"0x{value.hex()}"


class Meter:
    """How far the task of that name is: written into a file of the folder now and then."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder = folder
        self._file = folder / f"{name}.progress"
        self._told = 0.0

    def __call__(self, done: float) -> None:
        """`done` is from 0 to 1. Raises Interrupted once `stop` was called for the folder."""
        now = monotonic()
        if now - self._told < EVERY:
            return
        self._told = now
        if (self._folder / _STOP).exists():
            raise Interrupted
        self._file.write_text(f"{done:.4f}")

    def read(self) -> float | None:
        """How far the task said that it is; None before it has begun."""
        with suppress(FileNotFoundError, ValueError):
            return float(self._file.read_text())
        return None


def stop(folder: Path) -> None:
    """Have the tasks that tell this folder how far they are end at once."""
    (folder / _STOP).touch()
