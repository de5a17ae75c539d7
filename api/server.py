"""Running for long: the web server, and waiting for a signal."""

from __future__ import annotations

import signal
import threading

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from lrs.settings import Settings


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished."""
    Server(
        "api.wsgi:create",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=settings.threads,
        # More connections than threads wait in the worker's queue instead of being refused.
        backpressure=1024,
        http=HTTPModes.http1,
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
    ).serve()


def until_stopped() -> None:
    """Wait for SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
