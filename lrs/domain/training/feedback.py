"""What a line's trainee thought of the course, as points from 1 to 5."""

from __future__ import annotations

from collections.abc import Iterable

from lrs.domain.training.score import StatedScore


def stars(scores: Iterable[StatedScore]) -> tuple[int, ...]:
    """Feedback as points from 1 to 5, in ascending order; what gives none is left out."""
    return tuple(sorted(given for given in map(points, scores) if given))


def points(score: StatedScore) -> int:
    """Feedback as points, 0 where nothing is said; of five, a whole raw number is meant so."""
    if score.max == 5 and score.raw in (1, 2, 3, 4, 5):
        return int(score.raw)
    return 0 if score.scaled is None else 1 + max(0, min(4, int(score.scaled * 5)))
