"""Large replies: each occupies a thread until its client has read it, so only a few are sent at
once.

A small reply goes in one piece, which the server itself buffers for a slow client.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from flask import Response

from lrs.domain.errors import Unavailable

AT_ONCE = 262_144
"""The most bytes of a reply that is sent in one piece."""

BUFFERED = 64_000_000
"""Bytes of large answers that are in memory at once."""

_PIECE = 65_536


class Streams:
    """The large answers of one process: `most` of them at once, of which `held` bytes may be in
    memory.
    """

    def __init__(self, most: int, held: int = BUFFERED) -> None:
        self._most = most
        self._held = held
        self._lock = threading.Lock()

    def send(
        self, response: Response, chunks: Iterable[bytes], size: int, held: int = 0
    ) -> Response:
        """The response with this body of `size` bytes, of which `held` are in memory until the last
        is sent. Raises Unavailable while too many others are on their way.
        """
        if size <= AT_ONCE:
            response.set_data(b"".join(chunks))
            return response
        taken = _Taken(self, held)
        response.call_on_close(taken.release)
        response.response = taken.during(chunks)
        response.content_length = size
        return response

    def take(self, held: int) -> None:
        """Raises Unavailable."""
        with self._lock:
            if self._most < 1 or self._held < held:
                raise Unavailable("streaming")
            self._most -= 1
            self._held -= held

    def give_back(self, held: int) -> None:
        with self._lock:
            self._most += 1
            self._held += held


class _Taken:
    """A slot for a large reply, released once: at the last byte, or when the client disconnects."""

    def __init__(self, streams: Streams, held: int) -> None:
        streams.take(held)
        self._streams: Streams | None = streams
        self._held = held

    def during(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        yield from chunks
        self.release()

    def release(self) -> None:
        streams, self._streams = self._streams, None
        if streams is not None:
            streams.give_back(self._held)


def pieces(data: bytes) -> Iterator[bytes]:
    """The bytes in parts: the server keeps a copy of each that is on its way."""
    return (data[at : at + _PIECE] for at in range(0, len(data), _PIECE))
