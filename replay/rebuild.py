"""Rebuild read models beside those that are read; say whether they came out the same."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from time import perf_counter

from lrs.domain.errors import LrsError
from lrs.projector import Projector, Rebuilt
from lrs.projector.rebuild.split import Workers


@dataclass(frozen=True, slots=True)
class RebuildOutcome:
    """Rebuilds of several projections: up to which position all are, in how many seconds, those
    whose rows differ from what was there before, and the projections that could not be compared.
    """

    events: int
    seconds: float
    different: tuple[Rebuilt, ...]
    untold: tuple[str, ...]


def rebuild(
    names: Sequence[str],
    projector: Projector,
    workers: Workers,
    *,
    compare: bool = False,
    swap_anyway: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> RebuildOutcome:
    """Rebuild these projections, one at least, one after the other; the workers share the work of
    each. With `compare`, the rows of each are compared with those they replace, which stay if any
    differ, unless `swap_anyway` is given. `progress` is called every half second.

    Raises as Projector.rebuild does. Where one fails the others are rebuilt nevertheless.
    """
    began = perf_counter()
    done: list[Rebuilt] = []
    failed: list[LrsError] = []
    for name in names:
        try:
            done += projector.rebuild(
                [name],
                workers=workers,
                compare=compare,
                swap_anyway=swap_anyway,
                progress=lambda _: progress(),
            )
        except LrsError as error:
            failed.append(error)
    if failed:
        raise failed[0]
    return RebuildOutcome(
        min(one.position for one in done),
        perf_counter() - began,
        tuple(one for one in done if one.same is False),
        tuple(one.projection for one in done if compare and one.same is None),
    )
