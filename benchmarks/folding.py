"""The cost of folding a training centre's statements: live, batch after batch, and in a rebuild.

Live: each projection alone, from the first event, in batches of 1,000 that are committed one after
another, in a process that does nothing else, with reading and decoding the log. Rebuild: `lrs
replay rebuild` on so many cores, which PostgreSQL's processes share. CPU is that of all processes,
PostgreSQL's too.
"""

from __future__ import annotations

import os
import re
import resource
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import pairwise
from statistics import mean
from time import process_time

import psutil  # type: ignore[import-untyped]

from benchmarks import servers
from benchmarks.bench import Bench
from benchmarks.report import Row
from benchmarks.trained import Trained, apart, made, opened
from lrs import bootstrap
from lrs.db.engine import open_database
from lrs.projections.base import STATEMENT_TOPICS, Projection
from lrs.projector import Step
from lrs.projector.startup import begin
from lrs.settings import Settings

BATCH = 1_000
PER_CORE = 15_000
"""Statements that a rebuild of everything is to fold in a second of CPU."""

CORES = (1, 2)


@dataclass(frozen=True, slots=True)
class Folded:
    """What folding cost, in microseconds of CPU for an event: of the process that folds, in the
    first and in the last tenth of its full batches, and of the database's processes.
    """

    process: float
    first: float
    last: float
    database: float


@dataclass(frozen=True, slots=True)
class Rebuilt:
    """Seconds that a rebuild took, and the seconds of CPU of all processes."""

    seconds: float
    cpu: float


def live(bench: Bench, store: Trained) -> Iterator[Row]:
    """Each projection folded from an empty one, and its size on disk."""
    bench.backend.drop_views(store.place)
    apart(emptied, store.settings)
    grown = [bench.backend.used_by_views(store.place)]
    for projection in bootstrap.projections():
        folded = apart(fold, store.settings, projection.NAME, bench.backend.process)
        grown.append(bench.backend.used_by_views(store.place))
        yield _live_row(bench, projection, folded)
    each = (grown[-1] - grown[0]) / store.events
    parts = zip(bootstrap.projections(), grown[1:], grown, strict=False)
    shown = ", ".join(f"{p.NAME} {_megabytes(more - less)}" for p, more, less in parts)
    size = f"{_megabytes(grown[-1])}, {each:,.0f} bytes a statement"
    yield Row("read models on disk, folded live", size, shown, "", "", True)


def rebuild(bench: Bench, store: Trained) -> Iterator[Row]:
    """All projections, and each one alone, on one core and on two."""
    for cores in CORES:
        if cores > len(os.sched_getaffinity(0)):
            continue
        yield _rebuild_row(bench, store, "", cores)
        for projection in bootstrap.projections():
            yield _rebuild_row(bench, store, projection.NAME, cores)


def emptied(settings: Settings) -> None:
    """Create empty projections in place; a start would request rebuilds instead."""
    made(settings)
    with opened(settings) as lrs:
        views = open_database(settings.views_url)
        with views.write.begin() as connection:
            for projection in lrs.projector.runner.projections.values():
                begin(connection, projection, lrs.ledger)
        views.close()


def fold(settings: Settings, name: str, database: int | None) -> Folded:
    """Folds the whole log into one projection, as a server's thread does, but alone."""
    with opened(settings) as lrs:
        projection = lrs.projector.runner.projections[name]
        used = cpu_of(database)
        marks = [process_time()]
        while lrs.projector.runner.step(projection, BATCH) is Step.FULL:
            marks.append(process_time())
        mine = process_time() - marks[0]
        theirs = cpu_of(database) - used
        _require_sound(lrs.health().quarantined)
        events = lrs.ledger.reader.head()[0]
    whole = mine / events * 1e6
    each = [(b - a) / BATCH * 1e6 for a, b in pairwise(marks)] or [whole]
    tenth = max(1, len(each) // 10)
    return Folded(whole, mean(each[:tenth]), mean(each[-tenth:]), theirs / events * 1e6)


def refold(bench: Bench, store: Trained, name: str, cores: int) -> Rebuilt:
    """Rebuilds that projection, or all for "", by so many processes on as many cores."""
    with on_cores(cores, bench.backend.process):
        used = cpu_of_children() + cpu_of(bench.backend.process)
        chosen = ("--projection", name) if name else ()
        output = servers.lrs(store.place, "replay", "rebuild", "--jobs", str(cores), *chosen)
        cpu = cpu_of_children() + cpu_of(bench.backend.process) - used
    figures = re.search(r"(\d+) events folded in ([\d.]+) s", output)
    assert figures is not None, output
    return Rebuilt(float(figures[2]), cpu)


@contextmanager
def on_cores(count: int, database: int | None) -> Iterator[None]:
    """Restricts processes that are started in the block, and the database's, to the first so many
    cores.
    """
    allowed = os.sched_getaffinity(0)
    processes = [psutil.Process(), *_family(database)]
    few = sorted(allowed)[:count]
    try:
        for process in processes:
            process.cpu_affinity(few)
        yield
    finally:
        for process in [psutil.Process(), *_family(database)]:
            process.cpu_affinity(sorted(allowed))


def cpu_of(database: int | None) -> float:
    """Seconds that a database server's processes have used, those too that have ended."""
    total = 0.0
    for number, process in enumerate(_family(database)):
        times = process.cpu_times()
        total += times.user + times.system
        if number == 0:
            total += times.children_user + times.children_system
    return total


def _live_row(bench: Bench, projection: Projection, found: Folded) -> Row:
    beside = []
    if bench.backend.process is not None:
        beside.append(f"PostgreSQL's part {found.database:.1f}")
    if projection.TOPICS >= STATEMENT_TOPICS:
        beside.append(f"the process: first tenth {found.first:.0f}, last {found.last:.0f}")
    cost = f"{found.process + found.database:.1f} us a statement"
    name = f"folding {projection.NAME} live, {BATCH:,} at a time"
    return Row(name, cost, "; ".join(beside), "", "", True)


def _rebuild_row(bench: Bench, store: Trained, name: str, cores: int) -> Row:
    found = refold(bench, store, name, cores)
    each = store.events / found.cpu
    what = name or "everything"
    return Row(
        f"rebuild of {what}, {cores} {'core' if cores == 1 else 'cores'}",
        f"{store.events / found.seconds:,.0f}/s in {found.seconds:,.1f} s",
        f"{each:,.0f}/s a core, {found.cpu / store.events * 1e6:.0f} us a statement",
        "",
        "" if name else f">= {PER_CORE:,}/s a core",
        bool(name) or each >= PER_CORE,
    )


def _family(database: int | None) -> list[psutil.Process]:
    """The server's process, and those that it has started."""
    if database is None:
        return []
    server = psutil.Process(database)
    return [server, *server.children(recursive=True)]


def cpu_of_children() -> float:
    """Seconds of those that have ended, with all that they had started."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime


def _require_sound(quarantined: object) -> None:
    if quarantined:
        raise RuntimeError(f"some events could not be folded: {quarantined}")


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
