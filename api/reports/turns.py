"""Reports take turns: few threads of a process make one at a time.

To make a report is to compute, and Python computes in one thread. Ten threads at it take the
interpreter from each other at every row that is read, and all ten are done when the last is.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import g

from lrs.domain.errors import Unavailable

AT_ONCE = 1
"""In a process."""

IN_LINE = 4
"""Requests that may wait for a turn. Each holds a thread; writing must find some that are free."""

PATIENCE = 5.0
"""Seconds after which somebody who waits for a turn is told to come again."""

TURNS = BoundedSemaphore(AT_ONCE)
ROOM = BoundedSemaphore(AT_ONCE + IN_LINE)


def take_turn() -> None:
    """For a blueprint's `before_request`, the last of them. Raises Unavailable at once where too
    many wait, and where the turn does not come in time.
    """
    if not ROOM.acquire(blocking=False):
        raise Unavailable("reports-busy")
    if not TURNS.acquire(timeout=PATIENCE):
        ROOM.release()
        raise Unavailable("reports-busy")
    g.has_turn = True


def give_turn(_error: BaseException | None = None) -> None:
    """For its `teardown_request`, which comes whatever became of the request."""
    if g.pop("has_turn", False):
        TURNS.release()
        ROOM.release()
