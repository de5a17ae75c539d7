"""How fast statements are taken, beside the floor; and how the read models keep up."""

from __future__ import annotations

import time
from collections.abc import Iterator
from statistics import median

from benchmarks.bench import Bench
from benchmarks.lag import Lag, sampled_lag
from benchmarks.load import Job
from benchmarks.report import Row, ratio
from benchmarks.servers import Served
from benchmarks.wire import Endpoint

LAG_LIMIT, DRAIN_LIMIT, IDLE_LIMIT = 2.0, 30.0, 0.01


def single(bench: Bench, ours: Served, floor: Served) -> Iterator[Row]:
    """One statement a request."""
    for connections in (1, 8, 32):
        p99 = 100.0 if connections == 32 else None
        yield _beside_floor(
            bench, ours, floor, f"single POST, {_clients(connections)}", 0.5,
            connections=connections, p99=p99,
        )  # fmt: skip


def batch(bench: Bench, ours: Served, floor: Served) -> Iterator[Row]:
    """Many statements a request."""
    for size, least in ((50, 0.35), (500, 0.2)):
        for connections in (1, 4):
            yield _beside_floor(
                bench, ours, floor, f"POST of {size}, {_clients(connections)}", least,
                connections=connections, batch=size,
            )  # fmt: skip


def mixed(bench: Bench, ours: Served, floor: Served) -> Iterator[Row]:
    """Writing, and reading what was just written."""
    yield _beside_floor(
        bench, ours, floor, "80 % POST, 20 % fresh GET, 8 connections", 0.4,
        connections=8, traffic="mixed",
    )  # fmt: skip


def lag(bench: Bench, ours: Served, _floor: Served) -> Iterator[Row]:
    """How far the read models are behind the log, and what keeping up costs at rest."""
    plan = bench.plan
    posts = Job(ours.endpoint, "post", max(plan.seconds * 2, 5), plan.warm, connections=32)
    lags = sampled_lag(ours.endpoint, bench.generator.begin(posts))
    p99 = sorted(lags)[int(len(lags) * 0.99)] if lags else float("inf")
    yield Row(
        "projection lag, single POST, 32 connections",
        f"p50 {median(lags or [p99]):.2f} s, p99 {p99:.2f} s", "", "",
        f"p99 < {LAG_LIMIT:.0f} s", p99 < LAG_LIMIT,
    )  # fmt: skip
    drained = _drained(bench, ours)
    yield Row(
        f"read models level after a burst of {plan.burst:,}",
        f"{drained:.1f} s", "", "", f"<= {DRAIN_LIMIT:.0f} s", drained <= DRAIN_LIMIT,
    )  # fmt: skip
    time.sleep(min(3.0, plan.idle))
    before, began = ours.cpu_seconds(), time.perf_counter()
    time.sleep(plan.idle)
    used = (ours.cpu_seconds() - before) / (time.perf_counter() - began)
    yield Row(
        "CPU of the idle server", f"{used:.1%} of a core", "", "",
        f"< {IDLE_LIMIT:.0%}", used < IDLE_LIMIT,
    )  # fmt: skip


def _beside_floor(
    bench: Bench, ours: Served, floor: Served, scenario: str, least: float,
    *, connections: int, batch: int = 1, traffic: str = "post", p99: float | None = None,
) -> Row:  # fmt: skip
    """Interleaved rounds; the ratio of statements a second is at least `least`."""
    plan = bench.plan

    def job(to: Endpoint) -> Job:
        return Job(to, traffic, plan.seconds, plan.warm, connections, batch)

    sides = {"store": ours, "floor": floor}
    found = bench.compare(scenario, sides, job, settle=Lag(ours.endpoint).until_level)
    mine, theirs = found["store"], found["floor"]
    compared = ratio([m.rate for m in mine], [m.rate for m in theirs])
    slowest, errors = median([m.p99 for m in mine]), sum(m.errors for m in mine)
    sound = all(m.sound for m in mine)
    figure = f"{median([m.rate for m in mine]):,.0f}/s, p50 {median([m.p50 for m in mine]):.1f} ms"
    target = f">= {least} x, no error"
    if p99 is not None:
        target += f", p99 < {p99:.0f} ms"
    return Row(
        scenario,
        f"{figure}, p99 {slowest:.1f} ms" + (f", {errors} errors" if errors else ""),
        f"{median([m.rate for m in theirs]):,.0f}/s",
        str(compared),
        target,
        sound and compared.medians >= least and (p99 is None or slowest < p99),
    )


def _clients(connections: int) -> str:
    return f"{connections} connection{'s' if connections > 1 else ''}"


def _drained(bench: Bench, served: Served) -> float:
    """Seconds from the last answer of a burst of batches until nothing is behind."""
    count = bench.plan.burst // 500
    to = served.endpoint
    burst = Job(to, "post", 3_600, 0, connections=4, batch=500, requests=count)
    bench.measure("burst of batches", "store", served, burst)
    return Lag(to).until_level()
