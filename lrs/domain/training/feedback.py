"""A trainee's feedback on a course, as points from 1 to 5."""

from __future__ import annotations

from collections.abc import Iterable

from lrs.domain.training.score import StatedScore


def stars(scores: Iterable[StatedScore]) -> tuple[int, ...]:
    """Feedback as points from 1 to 5, in ascending order, without scores that give no points."""
    return tuple(sorted(rating for rating in map(points, scores) if rating))


def points(score: StatedScore) -> int:
    """Feedback as points from 1 to 5; 0 for no score. A raw score of 1 to 5 with a max of 5 is the
    number of points; any other score counts by its scaled value.
    """
    if score.max == 5 and score.raw in (1, 2, 3, 4, 5):
        return int(score.raw)
    return 0 if score.scaled is None else 1 + max(0, min(4, int(score.scaled * 5)))
