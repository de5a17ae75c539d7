"""Optimistic commands: decide on what is there, append, and decide anew if somebody was faster."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TypeVar

from lrs.domain.errors import Unavailable
from lrs.domain.events import Event
from lrs.ledger import BytesGone, Ledger, VersionTaken

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


def run_command(
    ledger: Ledger, decide: Callable[[], Iterable[Event | None]], timeout: float
) -> None:
    """Append the events that `decide` gives, all or none; it loads what it decides on, and decides
    again where another writer was first. Raises as `retry_on_conflict` does.
    """

    def once() -> None:
        events = [event for event in decide() if event is not None]
        if events:
            ledger.append(events)

    retry_on_conflict(once, timeout)
