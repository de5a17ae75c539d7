"""The bytes of attachments and documents before they are stored, in memory or on disk."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol


class BinaryContent(Protocol):
    """Bytes to store: their SHA-256 as lower-case hex, their number, and the bytes in chunks."""

    @property
    def sha2(self) -> str: ...
    @property
    def size(self) -> int: ...
    def chunks(self) -> Iterable[bytes]: ...
