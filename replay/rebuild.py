"""Drop the read models and fold the log again; say whether they came out the same."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from dataclasses import dataclass
from multiprocessing import get_context
from time import perf_counter

from lrs.process import settle
from lrs.service import Lrs
from lrs.settings import Settings


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """One rebuild: events folded, seconds taken, and the projections that came out otherwise."""

    events: int
    seconds: float
    compared: bool
    different: tuple[str, ...]


Build = Callable[[Settings], Lrs]
"""How a process of its own gets at the store: lrs.bootstrap.build, from who may call it."""


def rebuild(
    lrs: Lrs,
    build: Build,
    names: Collection[str] = (),
    *,
    compare: bool = False,
    progress: Callable[[int], None] = lambda _: None,
) -> Rebuilt:
    """Rebuild these projections, or all. `progress` is told how many events are folded by all.

    With `compare`, digests of all rows before and after are compared. Before, the projections
    are brought up to the head, so that both stand for the same history.
    """
    projector = lrs.projector
    chosen = list(names) or list(projector.projections)
    before = {}
    if compare:
        projector.catch_up(chosen)
        before = {name: projector.checksum(name) for name in chosen}
    began = perf_counter()
    if lrs.settings.ledger_url.startswith("sqlite:") or len(chosen) == 1:
        # SQLite has one writer: side by side in one process, the log is at least read once.
        events = projector.rebuild(chosen, progress)
    else:
        events = _side_by_side(lrs, build, chosen, progress)
    seconds = perf_counter() - began
    different = tuple(n for n, digest in before.items() if projector.checksum(n) != digest)
    return Rebuilt(events, seconds, compare, different)


def _side_by_side(
    lrs: Lrs, build: Build, names: Sequence[str], progress: Callable[[int], None]
) -> int:
    """Each projection in a process of its own: Python folds on one core a process."""
    with ProcessPoolExecutor(len(names), mp_context=get_context("spawn")) as pool:
        running = {pool.submit(_one, build, lrs.settings, name) for name in names}
        while wait(running, timeout=0.5).not_done:
            progress(min(lrs.projector.position(name).position for name in names))
        return min(done.result() for done in running)


def _one(build: Build, settings: Settings, name: str) -> int:
    lrs = build(settings)
    settle()
    try:
        return lrs.projector.rebuild([name])
    finally:
        lrs.close()
