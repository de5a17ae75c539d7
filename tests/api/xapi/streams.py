"""Bodies whose length nobody says beforehand, as `Transfer-Encoding: chunked` brings them."""

from __future__ import annotations

from io import BytesIO
from typing import Any


class Streamed(BytesIO):
    """A body that comes in pieces of `size` bytes at most; `taken` counts what was read of it.

    With `endless` spaces follow it for ever.
    """

    def __init__(self, body: bytes, *, size: int = 10_000, endless: bool = False) -> None:
        super().__init__()
        self.taken = 0
        self._body, self._size, self._endless = body, size, endless

    def read(self, size: int | None = -1, /) -> bytes:
        """The next piece; it is an error to ask for all at once."""
        assert size is not None
        assert size > 0
        count = min(size, self._size)
        piece = self._body[self.taken : self.taken + count]
        if self._endless:
            piece = piece.ljust(count)
        self.taken += len(piece)
        return piece


def unannounced(body: Streamed) -> dict[str, Any]:
    """What to send a body with that has no Content-Length."""
    environ = {"HTTP_TRANSFER_ENCODING": "chunked", "wsgi.input_terminated": True}
    return {"input_stream": body, "environ_overrides": environ}


def announced(body: Streamed, length: int) -> dict[str, Any]:
    """What to send a body with whose Content-Length is said to be `length`."""
    return {"input_stream": body, "environ_overrides": {"CONTENT_LENGTH": str(length)}}
