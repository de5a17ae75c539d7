"""Bytes to keep, as a request brings them."""

from __future__ import annotations

from collections.abc import Iterator
from hashlib import sha1, sha256


class Content:
    """Bytes with their digests, given in parts of `part` bytes; `readings` counts how often."""

    def __init__(self, data: bytes, part: int = 100_000) -> None:
        self.data = data
        self.size = len(data)
        self.sha2 = sha256(data).hexdigest()
        self.sha1 = sha1(data).hexdigest()
        self.readings = 0
        self._part = part

    def chunks(self) -> Iterator[bytes]:
        self.readings += 1
        for at in range(0, self.size, self._part):
            yield self.data[at : at + self._part]
