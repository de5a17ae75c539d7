"""A statement's score and progress as numbers that can be compared, summed and stored."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

from lrs.domain.training.vocabulary import PROGRESS

Number = int | float

_EXACT = 2**53


class StatedScore(NamedTuple):
    """A score as stated, None for a missing member; `scaled` runs from -1 to 1."""

    scaled: Number | None = None
    raw: Number | None = None
    min: Number | None = None
    max: Number | None = None

    @property
    def is_given(self) -> bool:
        """Whether there is a scaled or raw score, by which it can be compared."""
        return self.scaled is not None or self.raw is not None


NO_SCORE = StatedScore()

DECIMALS = 9
"""The decimals to which a score is compared with a limit: finer differences are rounding errors."""


def number(value: object) -> Number | None:
    """A finite number, or None for anything else, also for a boolean. An integer beyond 2**53,
    which not every JSON reader can represent, becomes a float.
    """
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

    A missing scaled score is derived from raw, min and max; a missing min counts as zero, as most
    tools mean it. If raw lies outside min and max, no scaled score is derived.
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
    """Whether a scaled score reaches a limit, compared to DECIMALS decimals, so that a computed
    0.7999999999999999 counts as 0.8. False for no score.
    """
    return scaled is not None and round(scaled, DECIMALS) >= round(limit, DECIMALS)


def progress(result: Mapping[str, Any], scaled: Number | None) -> Number | None:
    """The progress of a `progressed`, 0 to 100: by the cmi5 extension, else the scaled score."""
    extensions = result.get("extensions")
    stated = number(extensions.get(PROGRESS)) if extensions else None
    if stated is not None and 0 <= stated <= 100:
        return stated
    return round(scaled * 100, 4) if scaled is not None and scaled >= 0 else None
