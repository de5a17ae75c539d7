"""Drop the read models and fold the log again; say whether they came out the same."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from time import perf_counter

from lrs.service import Lrs


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One rebuild: events folded, seconds taken, and the projections that came out otherwise."""

    events: int
    seconds: float
    compared: bool
    different: tuple[str, ...]


def rebuild(
    lrs: Lrs,
    names: Collection[str] = (),
    *,
    compare: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _all: None,
) -> Rebuilt:
    """Rebuild these projections, or all. `progress` is told positions done and in all.

    With `compare`, digests of all rows before and after are compared. Before, the projections
    are brought up to the head, so that both stand for the same history.
    """
    projector = lrs.projector
    chosen = list(names) or list(projector.projections)
    before = {name: _current_checksum(lrs, name) for name in chosen} if compare else {}
    head, _ = lrs.ledger.reader.head()
    began = perf_counter()
    events = projector.rebuild(chosen, lambda position: progress(position, head))
    seconds = perf_counter() - began
    different = tuple(n for n, digest in before.items() if projector.checksum(n) != digest)
    return Rebuilt(events, seconds, compare, different)


def _current_checksum(lrs: Lrs, name: str) -> str:
    lrs.projector.fresh(name)
    return lrs.projector.checksum(name)
