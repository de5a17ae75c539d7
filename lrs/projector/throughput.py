"""The rate of folding: an exponential mean of the last seconds, which needs only its last value."""

from __future__ import annotations

from math import exp

WINDOW = 10.0
"""Seconds after which a measurement counts for a third, and a projection that was not folded is
idle.
"""

SECOND = 1_000_000
"""In microseconds."""


def paced(rate: float, events: int, microseconds: int) -> float:
    """The new rate in events per second, from the old `rate` and the events of that period."""
    seconds = max(microseconds, 1) / SECOND
    return rate + (events / seconds - rate) * (1 - exp(-seconds / WINDOW))


def shown(rate: float, folded: int, now: int) -> float:
    """The rate as of now: 0 if the projection was not folded lately."""
    return round(rate, 1) if now - folded < WINDOW * SECOND else 0.0
