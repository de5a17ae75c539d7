"""A rebuild of everything, shared among processes of this machine or workers of a Dask cluster.

CPU is that of all processes: of the command, those that it starts, the cluster and PostgreSQL. A
process's memory is the most that was resident at once.
"""

from __future__ import annotations

import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from time import monotonic, sleep
from typing import Any

import psutil  # type: ignore[import-untyped]
from distributed import Client

from benchmarks import servers
from benchmarks.bench import Bench
from benchmarks.folding import cpu_of, cpu_of_children
from benchmarks.report import Row
from benchmarks.trained import Trained
from tests.support.postgres import free_port

JOBS, CLUSTERS = (1, 2, 4), (2, 4)
"""Processes of the command, and workers of a cluster."""
TWICE = 1.7
"""How many times as fast two processes are to be as one."""
MEMORY_LIMIT = 400 * 2**20
"""Bytes for a process that folds."""


@dataclass(slots=True)
class _Peaks:
    """The most memory so far of the command and of any worker, and the command's seconds of CPU."""

    command: int = 0
    worker: int = 0
    cpu: float = 0.0


@dataclass(frozen=True, slots=True)
class Shared:
    """A rebuild: seconds, and seconds of CPU of all processes."""

    seconds: float
    cpu: float
    peaks: _Peaks


def share(bench: Bench, store: Trained) -> Iterator[Row]:
    """Rebuilds by one, two and four processes, then by clusters of two and four workers."""
    alone = 0.0
    for jobs in JOBS:
        found = _rebuilt(bench, store, "--jobs", str(jobs))
        alone = alone or found.seconds
        what = f"{jobs} {'process' if jobs == 1 else 'processes'}"
        yield _row(store, what, found, alone / found.seconds, aim=TWICE if jobs == 2 else 0.0)
    for count in CLUSTERS:
        with _cluster(store, count) as (address, processes):
            found = _rebuilt(bench, store, "--scheduler", address, cluster=processes)
        yield _row(store, f"a Dask cluster of {count} workers", found, alone / found.seconds)


def _row(store: Trained, what: str, found: Shared, faster: float, aim: float = 0.0) -> Row:
    peaks = found.peaks
    return Row(
        f"rebuild of everything, {what}",
        f"{store.events / found.seconds:,.0f}/s in {found.seconds:,.1f} s",
        f"{found.cpu / store.events * 1e6:.0f} us of CPU a statement, "
        f"{peaks.cpu / store.events * 1e6:.0f} of the command; "
        f"memory of the command {_megabytes(peaks.command)}, a worker {_megabytes(peaks.worker)}",
        f"{faster:.2f} x one process",
        f"< {_megabytes(MEMORY_LIMIT)}" + (f", >= {aim:g} x" if aim else ""),
        (peaks.worker or peaks.command) < MEMORY_LIMIT and faster >= aim,
    )


def _rebuilt(
    bench: Bench, store: Trained, *options: str, cluster: list[psutil.Process] | None = None
) -> Shared:
    cluster = cluster or []
    database = bench.backend.process

    def cpu() -> float:
        return cpu_of_children() + cpu_of(database) + sum(map(_used, cluster))

    before = cpu()
    with _watched(cluster) as peaks:
        output = servers.lrs(store.place, "replay", "rebuild", *options)
    used = cpu() - before
    figures = re.search(r"events folded in ([\d.]+) s", output)
    assert figures is not None, output
    return Shared(float(figures[1]), used, peaks)


def _used(process: psutil.Process) -> float:
    times = process.cpu_times()
    return float(times.user + times.system)


@contextmanager
def _watched(cluster: list[psutil.Process]) -> Iterator[_Peaks]:
    """Watches the processes that this one starts in the block, and the cluster's."""
    peaks, over, own = _Peaks(), threading.Event(), psutil.Process()
    before = {process.pid for process in own.children()}

    def watch() -> None:
        while not over.wait(0.1):
            for command in own.children():
                if command.pid in before:
                    continue
                peaks.command = max(peaks.command, servers.peak(command.pid))
                with suppress(psutil.NoSuchProcess):
                    peaks.cpu = max(peaks.cpu, _used(command))
                    for worker in command.children():
                        peaks.worker = max(peaks.worker, servers.peak(worker.pid))
            for worker in cluster:
                peaks.worker = max(peaks.worker, servers.peak(worker.pid))

    watching = threading.Thread(target=watch)
    watching.start()
    try:
        yield peaks
    finally:
        over.set()
        watching.join()


@contextmanager
def _cluster(store: Trained, count: int) -> Iterator[tuple[str, list[psutil.Process]]]:
    """A Dask scheduler on this machine and so many workers, each a process with one thread."""
    address = f"tcp://127.0.0.1:{free_port()}"
    program = str(Path(sys.executable).with_name("dask"))
    host = ("--host", "127.0.0.1", "--no-dashboard")
    scheduler = ("scheduler", "--port", address.rpartition(":")[2], *host)
    worker = ("worker", address, "--no-nanny", "--nthreads", "1", "--memory-limit", "0", *host)
    with (store.place.folder / "cluster.log").open("ab") as log:
        started = [
            subprocess.Popen([program, *command], cwd=store.place.folder, stdout=log, stderr=log)
            for command in (scheduler, *[worker] * count)
        ]
    try:
        _wait_for(address, count)
        yield address, [psutil.Process(process.pid) for process in started]
    finally:
        for process in reversed(started):
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(10)
            process.kill()


def _wait_for(address: str, count: int) -> None:
    deadline = monotonic() + 60
    while monotonic() < deadline:
        with suppress(OSError), _client(address) as client:
            client.wait_for_workers(count, timeout=60)
            return
        sleep(0.2)
    raise RuntimeError(f"the cluster at {address} did not start")


def _client(address: str) -> Any:
    return Client(address, timeout=5, set_as_default=False)  # type: ignore[no-untyped-call]


def _megabytes(size: int) -> str:
    return f"{size / 2**20:,.0f} MB"
