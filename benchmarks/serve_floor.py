"""Serve the floor with the web server, the workers and the threads that `lrs serve` uses."""

from __future__ import annotations

import os

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

if __name__ == "__main__":
    Server(
        "benchmarks.floor:create",
        factory=True,
        interface=Interfaces.WSGI,
        address="127.0.0.1",
        port=int(os.environ["BENCH_PORT"]),
        workers=int(os.environ["BENCH_WORKERS"]),
        blocking_threads=int(os.environ["BENCH_THREADS"]),
        backpressure=1024,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.warning,
    ).serve()
