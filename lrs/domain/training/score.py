"""A statement's score and progress as numbers that can be compared, summed and stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lrs.domain.training.vocabulary import PROGRESS

Number = int | float

_EXACT = 2**53


class StatedScore(NamedTuple):
    """A score as a statement says it, None for what is not said; `scaled` runs from -1 to 1."""

    scaled: Number | None = None
    raw: Number | None = None
    min: Number | None = None
    max: Number | None = None

    @property
    def is_given(self) -> bool:
        """Whether it can be compared with others."""
        return self.scaled is not None or self.raw is not None


NO_SCORE = StatedScore()

DECIMALS = 9
"""To how many decimals a score is compared with a limit: finer differences are of reckoning."""


def number(value: object) -> Number | None:
    """A finite number that JSON can carry to any reader, else None; true is no number."""
    if type(value) is int:
        if -_EXACT <= value <= _EXACT:
            return value
        try:
            return float(value)
        except OverflowError:
            return None
    if type(value) is float:
        return value if value - value == 0 else None
    return None


def score_of(result: Mapping[str, Any]) -> StatedScore:
    """The score of a statement's result.

    Where scaled is not said, it is raw's place between min and max; a minimum that is not said
    is zero, as most tools mean it. A raw score outside its own range has no scaled one.
    """
    stated = result.get("score")
    if not stated:
        return NO_SCORE
    scaled, raw, least, most = map(number, map(stated.get, ("scaled", "raw", "min", "max")))
    if scaled is None and raw is not None and most is not None:
        low = least if least is not None else 0
        if low <= raw <= most and low < most:
            scaled = round((float(raw) - low) / (float(most) - low), 6)
    if scaled is not None and not -1 <= scaled <= 1:
        scaled = None
    return StatedScore(scaled, raw, least, most)


def suffices(scaled: Number | None, limit: Number) -> bool:
    """Whether a scaled score reaches a limit, to nine decimals: what a tool has reckoned as
    0.7999999999999999 is 0.8. No score reaches none.
    """
    return scaled is not None and round(scaled, DECIMALS) >= round(limit, DECIMALS)


def progress(result: Mapping[str, Any], scaled: Number | None) -> Number | None:
    """0 to 100: the cmi5 extension, else the scaled score of a `progressed`."""
    extensions = result.get("extensions")
    stated = number(extensions.get(PROGRESS)) if extensions else None
    if stated is not None and 0 <= stated <= 100:
        return stated
    return round(scaled * 100, 4) if scaled is not None and scaled >= 0 else None
