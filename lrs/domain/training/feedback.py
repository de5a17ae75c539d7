"""What a line's trainee thought of the course, as points from 1 to 5."""

from __future__ import annotations

from lrs.domain.training.state_reducers import Reference, State


def stars(state: State) -> tuple[int, ...]:
    """The line's feedback, each as points from 1 to 5."""
    said = map(points, state.get("rated", {}).values())
    return tuple(sorted(given for given in said if given))


def points(rated: Reference) -> int:
    """Feedback as points, 0 where nothing is said; of five, a whole raw number is meant so."""
    scaled, raw, _, most = rated[3:]
    if most == 5 and raw in (1, 2, 3, 4, 5):
        return int(raw)
    return 0 if scaled is None else 1 + max(0, min(4, int(scaled * 5)))
