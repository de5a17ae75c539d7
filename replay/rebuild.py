"""Make read models anew beside those that are read; say whether they came out the same."""

from __future__ import annotations

import signal
from collections.abc import Callable, Collection, Mapping
from concurrent.futures import Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import suppress
from dataclasses import dataclass
from multiprocessing import get_context
from time import perf_counter

from lrs.domain.errors import LrsError, RebuildConflict
from lrs.parenthood import end_with_parent
from lrs.process import collecting_by_hand, settle
from lrs.projector import Rebuilt
from lrs.projector.stepper import ROUNDS
from lrs.service import Lrs
from lrs.service.control import Rebuilding
from lrs.settings import Settings


@dataclass(frozen=True, slots=True)
class Outcome:
    """Rebuilds side by side: up to which position all are, in how many seconds, the projections
    that came out otherwise, and those that could not be compared.
    """

    events: int
    seconds: float
    different: tuple[str, ...]
    untold: tuple[str, ...]


Build = Callable[[Settings], Lrs]
"""How a process of its own gets at the store: lrs.bootstrap.build, from who may call it."""

Progress = Callable[[Mapping[str, Rebuilding | None]], None]
"""Told now and then how far each projection has come; None before it has begun, and after."""

EVERY = 0.5
"""Seconds."""


def rebuild(
    lrs: Lrs,
    build: Build,
    names: Collection[str] = (),
    *,
    compare: bool = False,
    progress: Progress = lambda _: None,
) -> Outcome:
    """Rebuild these projections, or all, each in a process of its own: Python folds on one core a
    process. With `compare`, the rows of each are compared with those they replace.

    Raises as Projector.rebuild does. Where one fails the others are finished; where this process is
    interrupted they are cancelled.
    """
    chosen = list(names) or lrs.control.names
    began = perf_counter()
    with ProcessPoolExecutor(len(chosen), get_context("spawn"), initializer=_settle) as pool:
        running = {n: pool.submit(_one, build, lrs.settings, n, compare) for n in chosen}
        try:
            while wait(running.values(), timeout=EVERY).not_done:
                entries = {entry.name: entry for entry in lrs.control.all()}
                progress({name: entries[name].rebuild for name in chosen})
        except BaseException:
            _cancel(lrs, running)
            raise
        try:
            done = [running[name].result() for name in chosen]
        except BrokenProcessPool:
            raise RebuildConflict("rebuild-killed") from None
    return Outcome(
        min(r.position for r in done),
        perf_counter() - began,
        tuple(r.projection for r in done if r.same is False),
        tuple(r.projection for r in done if compare and r.same is None),
    )


def _cancel(lrs: Lrs, running: Mapping[str, Future[Rebuilt]]) -> None:
    for name, future in running.items():
        if not future.cancel():
            with suppress(LrsError):
                lrs.control.cancel(name)


def _settle() -> None:
    """Whoever presses Ctrl-C means the process that waits, and that one cancels. Where it is
    killed, nobody waits any more.
    """
    end_with_parent()
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    settle()


def _one(build: Build, settings: Settings, name: str, compare: bool) -> Rebuilt:
    lrs = build(settings)
    try:
        with collecting_by_hand() as collect:
            told = _Every(ROUNDS, collect)
            (done,) = lrs.projector.rebuild([name], compare=compare, progress=told)
            return done
    finally:
        lrs.close()


class _Every:
    """Calls `act` at every so many calls of its own."""

    def __init__(self, calls: int, act: Callable[[], object]) -> None:
        self._calls, self._act = calls, act
        self._count = 0

    def __call__(self, _: object) -> None:
        self._count += 1
        if self._count % self._calls == 0:
            self._act()
