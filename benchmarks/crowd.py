"""The throughput of writers while many clients read a heavy report, or open requests whose bodies
never arrive.
"""

from __future__ import annotations

import socket
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import replace
from functools import partial
from statistics import median

from benchmarks import servers
from benchmarks.bench import Bench
from benchmarks.load import Generator, Job, Measured
from benchmarks.report import Row
from benchmarks.reports import LIST, level
from benchmarks.servers import Served
from benchmarks.trained import Trained, apart
from benchmarks.wire import STATEMENTS

READERS, SLOW, WRITERS = 40, 200, 8
RETRY_AFTER = 2.0
"""Seconds, as the refusal of a report says."""

LEAST = 0.5
MOST_SLOWED = 1_000.0
"""Milliseconds within which every other request must be answered."""


def crowd(bench: Bench, store: Trained) -> Iterator[Row]:
    """POSTs of one statement, alone and beside each crowd, in turn."""
    if not apart(level, store.settings):
        servers.lrs(store.place, "replay", "rebuild")
    readers = Generator()
    try:
        with servers.store(store.place) as served:
            bench.backend.warm(store.place)
            yield from _rows(bench, served, readers)
    finally:
        readers.close()


def _rows(bench: Bench, served: Served, readers: Generator) -> Iterator[Row]:
    crowds: dict[str, Callable[[], AbstractContextManager[object]]] = {
        f"{READERS} readers of a list, who come again when they are told to": partial(
            _reading, bench, served, readers, RETRY_AFTER
        ),
        f"{READERS} readers of a list, without a pause": partial(
            _reading, bench, served, readers, 0.0
        ),
        f"{SLOW} bodies that do not come": partial(_slow, served),
    }
    for name, beside in crowds.items():
        alone, crowded = [], []
        for _ in range(bench.plan.rounds):
            alone.append(_posting(bench, served, f"beside {name}: alone"))
            with beside():
                crowded.append(_posting(bench, served, f"beside {name}"))
        yield _row(name, alone, crowded)


def _posting(bench: Bench, served: Served, scenario: str) -> Measured:
    plan = bench.plan
    job = Job(served.endpoint, "post", plan.seconds, plan.warm, WRITERS)
    return bench.measure(scenario, "store", served, job)


@contextmanager
def _reading(bench: Bench, served: Served, readers: Generator, every: float) -> Iterator[None]:
    """While so many clients request the list; most of these requests should be refused."""
    seconds = bench.plan.seconds + 2 * bench.plan.warm
    job = Job(served.endpoint, "paths", seconds, 0.0, READERS, paths=[LIST])
    begun = readers.begin(replace(job, every=every))
    yield
    begun.result()


def _slow(served: Served) -> AbstractContextManager[object]:
    """While so many requests are open whose bodies have begun and do not continue."""
    stack = ExitStack()
    head = served.endpoint.post(b" " * 100_000)[: -100_000 + 1]
    for _ in range(SLOW):
        address = ("127.0.0.1", served.endpoint.port)
        stack.enter_context(socket.create_connection(address)).sendall(head)
    return stack


def _row(name: str, alone: list[Measured], crowded: list[Measured]) -> Row:
    rates = [median([m.rate for m in side]) for side in (alone, crowded)]
    ratio = rates[1] / rates[0] if rates[0] else 0.0
    worst = max(m.worst for m in crowded)
    return Row(
        f"POST {STATEMENTS} of one, {WRITERS} connections, beside {name}",
        f"{rates[1]:,.0f}/s, worst {worst:,.0f} ms",
        f"alone {rates[0]:,.0f}/s",
        f"{ratio:.2f}",
        f">= {LEAST}, worst < {MOST_SLOWED:,.0f} ms",
        all(m.sound for m in crowded) and ratio >= LEAST and worst < MOST_SLOWED,
    )
