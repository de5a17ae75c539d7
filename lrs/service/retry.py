"""Optimistic commands: decide on what is there, append, and decide anew if somebody was faster."""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TypeVar

from lrs.domain.errors import Unavailable
from lrs.ledger import BytesGone, VersionTaken

T = TypeVar("T")


def retry_on_conflict(once: Callable[[], T], timeout: float) -> T:
    """What `once` gives, which is called until its append meets no other, and no pruning of bytes
    that it names. `timeout` in seconds.

    Raises Unavailable where it always does, and whatever else `once` raises.
    """
    deadline = monotonic() + timeout
    while True:
        try:
            return once()
        except (VersionTaken, BytesGone) as taken:
            if monotonic() > deadline:
                raise Unavailable("write-contended") from taken
