"""Bytes that come with statements and as documents, wherever they are kept meanwhile."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class BinaryContent(Protocol):
    """Something to keep: its SHA-256 as lower-case hex, its size, and its bytes in parts."""

    @property
    def sha2(self) -> str: ...
    @property
    def size(self) -> int: ...
    def chunks(self) -> Iterable[bytes]: ...
