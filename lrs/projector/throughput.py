"""How fast a projection is folded: a mean of the last seconds that needs one number to go on."""

from __future__ import annotations

from math import exp

WINDOW = 10.0
"""Seconds after which what was measured counts for a third, and a projection that nobody has
folded is idle.
"""

SECOND = 1_000_000
"""In microseconds."""


def paced(rate: float, events: int, microseconds: int) -> float:
    """Events per second lately, where it was `rate`, after so many more in so much time."""
    seconds = max(microseconds, 1) / SECOND
    return rate + (events / seconds - rate) * (1 - exp(-seconds / WINDOW))


def shown(rate: float, folded: int, now: int) -> float:
    """That rate as of now: 0 for what has not been folded lately."""
    return round(rate, 1) if now - folded < WINDOW * SECOND else 0.0
