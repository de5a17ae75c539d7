"""Chance, the same on every machine and every Python.

Of the random module only `random()` is promised to give the same numbers from the same seed in
later versions, so everything here is made from it. Sums stay integers: since 3.12 `sum` adds
floats with a correction, which would change the last digit.
"""

from __future__ import annotations

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")

_WORD = 2**32


class Dice:
    """A seeded source of choices."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed).random

    def chance(self, probability: float) -> bool:
        return self._random() < probability

    def between(self, low: int, high: int) -> int:
        """A whole number from low to high, both possible."""
        return low + int(self._random() * (high - low + 1))

    def pick(self, things: Sequence[T]) -> T:
        return things[int(self._random() * len(things))]

    def some(self, things: Sequence[T], count: int) -> list[T]:
        """`count` different things (or all, if there are fewer), in random order."""
        rest = list(things)
        count = min(count, len(rest))
        for place in range(count):
            other = self.between(place, len(rest) - 1)
            rest[place], rest[other] = rest[other], rest[place]
        return rest[:count]

    def normal(self, mean: float, spread: float) -> float:
        """Close to a normal distribution: twelve uniform numbers added up (Irwin-Hall)."""
        total = sum(self.between(0, 999) for _ in range(12))
        return mean + spread * (total - 5994) / 1000

    def uuid(self) -> str:
        """A version 4 UUID in its canonical form."""
        digits = "".join(f"{int(self._random() * _WORD):08x}" for _ in range(4))
        variant = "89ab"[int(digits[16], 16) & 3]
        parts = (digits[:8], digits[8:12], f"4{digits[13:16]}", f"{variant}{digits[17:20]}")
        return "-".join((*parts, digits[20:]))
