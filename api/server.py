"""Running for long: the web server, and waiting for a signal."""

from __future__ import annotations

import signal
import socket
import threading

from granian.constants import HTTPModes, Interfaces
from granian.log import LogLevels
from granian.server import Server

from lrs.domain.errors import Misconfigured
from lrs.settings import Settings

LINGER = 10
"""Seconds."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM; requests under way are finished, but not waited for longer
    than LINGER.

    Raises Misconfigured when the address cannot be listened on.
    """
    require_free(settings.host, settings.port)
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
        # A worker has been seen to miss the signal that ends it. What is acknowledged is durable.
        workers_kill_timeout=LINGER,
    ).serve()


def require_free(host: str, port: int) -> None:
    """Say in a sentence what the server would say in forty lines. Raises Misconfigured when the
    address cannot be listened on.
    """
    try:
        family, kind, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            probe.bind(address)
    except OSError as error:
        raise Misconfigured(
            f"LRS_HOST and LRS_PORT name {host}:{port}, which cannot be used: {error.strerror}."
        ) from error


def until_stopped() -> None:
    """Wait for SIGINT or SIGTERM."""
    stopped = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stopped.set())
    stopped.wait()
