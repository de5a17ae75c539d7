"""Large answers on their way: each holds a thread until its client has taken it, so they are few.

What is small goes in one piece, which the server keeps for a slow client by itself.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable, Iterator

from flask import Response

from lrs.domain.errors import Unavailable

AT_ONCE = 262_144
"""Bytes of an answer that is given away in one piece."""


class Streams:
    """The large answers of one process, `most` of them at once."""

    def __init__(self, most: int) -> None:
        self._free = threading.Semaphore(most)

    def send(self, response: Response, chunks: Iterable[bytes], size: int) -> Response:
        """The response with this body of `size` bytes. Raises Unavailable while too many others
        are on their way.
        """
        if size <= AT_ONCE:
            response.set_data(b"".join(chunks))
            return response
        if not self._free.acquire(blocking=False):
            raise Unavailable("streaming")
        taken = _Taken(self._free)
        response.call_on_close(taken.release)
        response.response = taken.during(chunks)
        response.content_length = size
        return response


class _Taken:
    """A place among the large answers, given back once: at the last byte, or when a client goes."""

    def __init__(self, free: threading.Semaphore) -> None:
        self._free: threading.Semaphore | None = free

    def during(self, chunks: Iterable[bytes]) -> Iterator[bytes]:
        yield from chunks
        self.release()

    def release(self) -> None:
        free, self._free = self._free, None
        if free is not None:
            free.release()
