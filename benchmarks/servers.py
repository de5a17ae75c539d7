"""Processes that serve the store or the floor, with their CPU and memory."""

from __future__ import annotations

import contextlib
import http.client
import os
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import psutil  # type: ignore[import-untyped]

from benchmarks.backends import Place
from benchmarks.wire import Endpoint
from tests.support.postgres import free_port

ROOT = Path(__file__).resolve().parents[1]
THREADS = 16


@dataclass(frozen=True, slots=True)
class Served:
    """A running server, with all the processes it started."""

    endpoint: Endpoint
    process: psutil.Process

    def cpu_seconds(self) -> float:
        """What the live processes have used so far."""
        times = [p.cpu_times() for p in self._family()]
        return float(sum(t.user + t.system for t in times))

    def worker_bytes(self) -> int:
        """Memory of the largest process, shared pages counted in proportion."""
        return max(_memory(p) for p in self._family())

    def peak_bytes(self) -> int:
        """The most memory that one of the processes ever had, shared pages counted in full."""
        return max(peak(p.pid) for p in self._family())

    def _family(self) -> list[psutil.Process]:
        return [self.process, *self.process.children(recursive=True)]


def lrs(place: Place, *arguments: str, **settings: str) -> str:
    """Run a command of the store to its end. What it printed."""
    done = subprocess.run(
        [_program(), *arguments],
        env=_environment(_settings(place) | settings),
        cwd=place.folder,
        capture_output=True,
        text=True,
        timeout=7_200,
    )
    if done.returncode != 0:
        raise RuntimeError(f"lrs {' '.join(arguments)} failed: {done.stderr[-2_000:]}")
    return done.stdout


@contextmanager
def store(place: Place) -> Iterator[Served]:
    """The store as `lrs serve` serves it, made if need be, with a key for everything."""
    lrs(place, "migrate")
    made = lrs(place, "key", "create", f"bench {uuid4()}", "--scope", "all")
    words = dict(line.split(maxsplit=1) for line in made.splitlines())
    port = free_port()
    settings = _settings(place) | {
        "LRS_PORT": str(port),
        "LRS_WORKERS": str(place.workers),
        "LRS_THREADS": str(THREADS),
    }
    endpoint = Endpoint(port, f"{words['name']}:{words['secret']}")
    with _running([_program(), "serve"], settings, place, endpoint) as served:
        yield served


@contextmanager
def floor(place: Place) -> Iterator[Served]:
    """The floor, with as many workers and threads as the store."""
    port = free_port()
    settings = {
        "BENCH_URL": place.floor_url,
        "BENCH_PORT": str(port),
        "BENCH_WORKERS": str(place.workers),
        "BENCH_THREADS": str(THREADS),
        "PYTHONPATH": str(ROOT),
    }
    command = [sys.executable, "-m", "benchmarks.serve_floor"]
    with _running(command, settings, place, Endpoint(port)) as served:
        yield served


@contextmanager
def _running(
    command: list[str], settings: Mapping[str, str], place: Place, endpoint: Endpoint
) -> Iterator[Served]:
    with (place.folder / "server.log").open("ab") as log:
        process = subprocess.Popen(
            command, env=_environment(settings), cwd=place.folder, stdout=log, stderr=log
        )
    served = Served(endpoint, psutil.Process(process.pid))
    try:
        _wait_until_up(process, endpoint, place.folder / "server.log")
        yield served
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Ask the server to stop; after 20 s kill it and its children."""
    family: list[psutil.Process] = []
    with contextlib.suppress(psutil.NoSuchProcess):
        family = psutil.Process(process.pid).children(recursive=True)
    process.terminate()
    with contextlib.suppress(subprocess.TimeoutExpired):
        process.wait(20)
    for left in family:
        with contextlib.suppress(psutil.NoSuchProcess):
            left.kill()
    process.kill()
    process.wait(10)


def _wait_until_up(process: subprocess.Popen[bytes], endpoint: Endpoint, log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError, http.client.HTTPException):
            if endpoint.ask("/health")[0] == 200:
                return
        time.sleep(0.1)
    raise RuntimeError(f"the server did not start: {log.read_text()[-2_000:]}")


def _settings(place: Place) -> dict[str, str]:
    return {"LRS_LEDGER_URL": place.ledger_url, "LRS_VIEWS_URL": place.views_url}


def _environment(settings: Mapping[str, str]) -> dict[str, str]:
    """The settings given and nobody else's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("LRS_")}
    return kept | dict(settings)


def _program() -> str:
    return str(Path(sys.executable).with_name("lrs"))


def peak(process: int) -> int:
    """The most bytes that were resident at once of the process with that id; 0 if it is gone."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{process}/status").read_text().splitlines():
            if line.startswith("VmHWM:"):
                return int(line.split()[1]) * 1024
    return 0


def _memory(process: psutil.Process) -> int:
    try:
        full = process.memory_full_info()
        return int(getattr(full, "pss", full.rss))
    except psutil.Error:
        return 0
