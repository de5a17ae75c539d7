"""Figures of a full store: queries, disk, memory, and rebuilds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from statistics import median
from time import sleep

from benchmarks import servers
from benchmarks.backends import Place
from benchmarks.bench import Bench
from benchmarks.lag import Lag
from benchmarks.load import Job, Measured
from benchmarks.report import Row, ratio
from benchmarks.servers import Served
from benchmarks.wire import Endpoint

QUERIES = ("id", "agent", "verb-activity", "window", "related", "first-page", "tenth-page")
FEW = ("agent", "verb-activity")
"""Queries of which a small store's answers are shorter, if not asked for few."""
P50_LIMIT, GROWTH_LIMIT = 10.0, 1.5
BYTES_LIMIT, MEMORY_LIMIT, REBUILD_LEAST = 3_000, 150 * 2**20, 10_000


@dataclass(slots=True)
class Store:
    """A store filled with so many statements, served until `stop`."""

    place: Place
    size: int
    bytes: float
    """On disk, for a statement."""
    served: Served
    _stack: ExitStack = field(repr=False)

    def stop(self) -> None:
        self._stack.close()


@contextmanager
def filled(bench: Bench, name: str, size: int) -> Iterator[Store]:
    """A store of `size` statements, posted in batches while its read models keep up."""
    place = bench.backend.place(name)
    with ExitStack() as stack:
        served = stack.enter_context(servers.store(place))
        empty = bench.backend.used(place)
        bench.record.say(f"filling a store with {size:,} statements")
        job = Job(served.endpoint, "fill", 36_000, 0, connections=4, batch=500, filled=size)
        if not bench.measure(f"fill {size:,}", "store", served, job).sound:
            raise RuntimeError("the store could not be filled")
        seconds = Lag(served.endpoint).until_level()
        bench.record.say(f"read models level {seconds:.1f} s later")
        each = (bench.backend.used(place) - empty) / size
        yield Store(place, size, each, served, stack)


def read(bench: Bench, small: Store, large: Store) -> Iterator[Row]:
    """Queries at both sizes, in turn."""
    sizes = {s.served.endpoint: s.size for s in (small, large)}
    sides = {"small": small.served, "large": large.served}

    def measure(kind: str) -> dict[str, list[Measured]]:
        def job(to: Endpoint) -> Job:
            seconds, warm = bench.plan.seconds / 2, bench.plan.warm / 2
            return Job(to, kind, seconds, warm, filled=sizes[to], small=small.size)

        return bench.compare(f"GET {kind}", sides, job)

    for kind in QUERIES:
        measured = measure(kind)
        grown = measure(f"{kind}-few") if kind in FEW else measured
        yield _query_row(kind, measured, grown, small, large)


def _query_row(
    kind: str,
    measured: dict[str, list[Measured]],
    grown: dict[str, list[Measured]],
    small: Store,
    large: Store,
) -> Row:
    growth = ratio([m.p50 for m in grown["large"]], [m.p50 for m in grown["small"]])
    p50, before = (median([m.p50 for m in measured[name]]) for name in ("large", "small"))
    size = median([m.answer_size for m in measured["large"]])
    small_size = median([m.answer_size for m in measured["small"]])
    p99 = median([m.p99 for m in measured["large"]])
    sound = all(m.sound for side in (*measured.values(), *grown.values()) for m in side)
    growth_of = f"{growth}, 5 of each" if kind in FEW else str(growth)
    return Row(
        f"GET {kind}, {large.size:,} stored",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms ({size:.0f} a page)",
        f"{before:.1f} ms at {small.size:,} ({small_size:.0f} a page)",
        growth_of,
        f"p50 < {P50_LIMIT:.0f} ms, <= {GROWTH_LIMIT} x",
        sound and p50 < P50_LIMIT and growth.medians <= GROWTH_LIMIT,
    )


def disk(_bench: Bench, _small: Store, large: Store) -> Iterator[Row]:
    """All tables and indexes, as they are after filling."""
    yield Row(
        f"bytes on disk for a statement, {large.size:,} stored",
        f"{large.bytes:,.0f}", "", "", f"<= {BYTES_LIMIT:,}", large.bytes <= BYTES_LIMIT,
    )  # fmt: skip


def memory(bench: Bench, _small: Store, large: Store) -> Iterator[Row]:
    """The largest worker while clients write and read."""
    served, peak = large.served, 0
    for traffic, connections, batch in (("mixed", 8, 1), ("post", 32, 1), ("post", 4, 500)):
        seconds = bench.plan.seconds
        job = Job(served.endpoint, traffic, seconds, 0, connections=connections, batch=batch)
        peak = max(peak, _peak(served, bench.generator.begin(job)))
    yield Row(
        f"memory of a worker under load, {large.size:,} stored",
        f"{peak / 2**20:.0f} MB", "", "",
        f"<= {MEMORY_LIMIT // 2**20} MB", peak <= MEMORY_LIMIT,
    )  # fmt: skip


def rebuild(bench: Bench, _small: Store, large: Store) -> Iterator[Row]:
    """All projections rebuilt, while no server runs."""
    large.stop()
    rates = []
    for _ in range(max(1, min(bench.plan.rounds, 100_000 // large.size))):
        output = servers.lrs(large.place, "replay", "rebuild")
        figures = re.search(r"(\d+) events folded in ([\d.]+) s", output)
        assert figures is not None, output
        rates.append(int(figures[1]) / float(figures[2]))
        bench.record.say(f"{bench.backend.name:10} rebuild: {rates[-1]:,.0f}/s")
    rate = median(rates)
    yield Row(
        f"rebuild of all read models, {large.size:,} stored",
        f"{rate:,.0f}/s", "", "", f">= {REBUILD_LEAST:,}/s", rate >= REBUILD_LEAST,
    )  # fmt: skip


def _peak(served: Served, load: Future[Measured]) -> int:
    peak = 0
    while not load.done():
        peak = max(peak, served.worker_bytes())
        sleep(0.5)
    load.result()
    return peak
