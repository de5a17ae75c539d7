"""Make read models anew beside those that are read; say whether they came out the same."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import AbstractContextManager, suppress
from dataclasses import dataclass
from time import perf_counter

from lrs.domain.errors import LrsError, RebuildConflict
from lrs.projector import Projector, Rebuilt
from lrs.projector.batch_runner import ROUNDS
from lrs.runtime import without_automatic_gc
from replay.processes import process_pool


@dataclass(frozen=True, slots=True)
class RebuildOutcome:
    """Rebuilds side by side: up to which position all are, in how many seconds, those whose rows
    differ from what was there before, and the projections that could not be compared.
    """

    events: int
    seconds: float
    different: tuple[Rebuilt, ...]
    untold: tuple[str, ...]


OpenProjector = Callable[[], AbstractContextManager[Projector]]
"""How a process of its own gets at the projector. It is pickled."""

EVERY = 0.5
"""Seconds."""


def rebuild(
    names: Sequence[str],
    open_projector: OpenProjector,
    *,
    cancel: Callable[[str], None],
    begin: Callable[[], None] | None = None,
    compare: bool = False,
    swap_anyway: bool = False,
    progress: Callable[[], None] = lambda: None,
) -> RebuildOutcome:
    """Rebuild these projections, one at least, each in a process of its own: Python folds on one
    core a process. With `compare`, the rows of each are compared with those they replace, which
    stay if any differ, unless `swap_anyway` is given.
    `progress` is called every half second, `begin` first of all in each of these processes.

    Raises as Projector.rebuild does. Where one fails the others are finished; where this process is
    interrupted, `cancel` is called with the name of each that is not finished.
    """
    began = perf_counter()
    with process_pool(len(names), begin) as pool:
        how = compare, swap_anyway
        running = {name: pool.submit(_one, open_projector, name, *how) for name in names}
        try:
            while wait(running.values(), timeout=EVERY).not_done:
                progress()
        except BaseException:
            _cancel(cancel, running)
            raise
        try:
            done = [running[name].result() for name in names]
        except BrokenProcessPool:
            raise RebuildConflict("rebuild-killed") from None
    return RebuildOutcome(
        min(r.position for r in done),
        perf_counter() - began,
        tuple(r for r in done if r.same is False),
        tuple(r.projection for r in done if compare and r.same is None),
    )


def _cancel(cancel: Callable[[str], None], running: Mapping[str, Future[Rebuilt]]) -> None:
    for name, future in running.items():
        if not future.cancel():
            with suppress(LrsError):
                cancel(name)


def _one(open_projector: OpenProjector, name: str, compare: bool, swap_anyway: bool) -> Rebuilt:
    with open_projector() as projector, without_automatic_gc() as collect:
        progress = _Every(ROUNDS, collect)
        (done,) = projector.rebuild(
            [name], compare=compare, swap_anyway=swap_anyway, progress=progress
        )
        return done


class _Every:
    """Calls `act` at every so many calls of its own."""

    def __init__(self, calls: int, act: Callable[[], object]) -> None:
        self._calls, self._act = calls, act
        self._count = 0

    def __call__(self, _: object) -> None:
        self._count += 1
        if self._count % self._calls == 0:
            self._act()
