"""Drop the read models and fold the log again; say whether they came out the same."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, wait
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from sqlalchemy import make_url

from lrs.domain.errors import Unavailable
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


ATTEMPTS = 5
"""How often a read model is offered to a file that is being written to."""

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
    events = _side_by_side(lrs, build, chosen, progress)
    seconds = perf_counter() - began
    different = tuple(n for n, digest in before.items() if projector.checksum(n) != digest)
    return Rebuilt(events, seconds, compare, different)


def _side_by_side(
    lrs: Lrs, build: Build, names: Sequence[str], progress: Callable[[int], None]
) -> int:
    """Each projection in a process of its own: Python folds on one core a process.

    A SQLite file has one writer, so there each gets a file of its own, adopted in the end.
    """
    with _files(lrs.settings.views_url, names) as files:
        settings = {
            name: replace(lrs.settings, views_url=f"sqlite:///{files[name]}")
            if files
            else lrs.settings
            for name in names
        }
        with ProcessPoolExecutor(len(names), mp_context=get_context("spawn")) as pool:
            running = {pool.submit(_one, build, settings[name], name) for name in names}
            while wait(running, timeout=0.5).not_done:
                progress(min(_position(lrs, name, files.get(name)) for name in names))
            for done in running:
                done.result()
        for name, file in files.items():
            _adopt(lrs, name, file)
    return lrs.projector.catch_up(names)


def _adopt(lrs: Lrs, name: str, file: Path) -> None:
    """A writer that is at work just now is no reason to throw away what was folded."""
    for _ in range(ATTEMPTS - 1):
        with suppress(Unavailable):
            return lrs.projector.adopt(name, file)
    return lrs.projector.adopt(name, file)


@contextmanager
def _files(views_url: str, names: Sequence[str]) -> Iterator[dict[str, Path]]:
    """Where each projection is folded, if not in the read models' own database: in a folder beside
    it, as there has to be room for them in any case.
    """
    url = make_url(views_url)
    if url.get_backend_name() != "sqlite" or url.database is None:
        yield {}
        return
    views = Path(url.database)
    with TemporaryDirectory(prefix=f"{views.name}.rebuild-", dir=views.parent) as folder:
        yield {name: Path(folder) / f"{name}.db" for name in names}


def _position(lrs: Lrs, name: str, file: Path | None) -> int:
    """How far a projection has come; 0 before it has begun."""
    if file is None:
        return lrs.projector.position(name).position
    try:
        with closing(sqlite3.connect(f"{file.absolute().as_uri()}?mode=ro", uri=True)) as beside:
            query = "SELECT position FROM projection WHERE name = ?"
            row = beside.execute(query, (name,)).fetchone()
    except sqlite3.OperationalError:
        return 0
    return row[0] if row else 0


def _one(build: Build, settings: Settings, name: str) -> None:
    lrs = build(settings)
    settle()
    try:
        lrs.projector.rebuild([name])
    finally:
        lrs.close()
