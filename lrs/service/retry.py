"""Optimistic commands: load, decide, append, and repeat all of it after a conflict."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import monotonic
from typing import TypeVar

from lrs.domain.errors import Unavailable
from lrs.domain.events import Event
from lrs.ledger import BytesGone, Ledger, VersionTaken

T = TypeVar("T")


def retry_on_conflict(once: Callable[[], T], timeout: float) -> T:
    """The result of `once`, which is repeated while its append conflicts with another one or names
    bytes that have been pruned. `timeout` is in seconds.

    Raises Unavailable if it still conflicts then, and what else `once` raises.
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
    """Append the events that `decide` gives, all or none. `decide` loads the state that it needs,
    and is called again after a conflict. Raises as `retry_on_conflict` does.
    """

    def once() -> None:
        events = [event for event in decide() if event is not None]
        if events:
            ledger.append(events)

    retry_on_conflict(once, timeout)
