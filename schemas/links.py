"""Links in replies: paths from the root of the host that clients use."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_prefix: ContextVar[str] = ContextVar("prefix", default="")


def link(path: str) -> str:
    """A path of the store as the client that is being answered reaches it."""
    return _prefix.get() + path


@contextmanager
def reached_under(prefix: str) -> Iterator[None]:
    """While a request is answered, links begin with this path, percent-encoded."""
    token = _prefix.set(prefix)
    try:
        yield
    finally:
        _prefix.reset(token)
