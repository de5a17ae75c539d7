"""Reports take turns: few threads of a process make one at a time.

To make a report is to compute, and Python computes in one thread. Ten threads at it take the
interpreter from each other at every row that is read, and all ten are done when the last is.
"""

from __future__ import annotations

from threading import BoundedSemaphore

from flask import g

AT_ONCE = 1
"""In a process."""

PATIENCE = 5.0
"""Seconds after which somebody who waits for a turn goes on without one."""

TURNS = BoundedSemaphore(AT_ONCE)


def take_turn() -> None:
    """For a blueprint's `before_request`, the last of them."""
    g.has_turn = TURNS.acquire(timeout=PATIENCE)


def give_turn(_error: BaseException | None = None) -> None:
    """For its `teardown_request`, which comes whatever became of the request."""
    if g.pop("has_turn", False):
        TURNS.release()
