"""Long-running commands: the web server, and waiting for a signal."""

from __future__ import annotations

import resource
import signal
import socket
import threading

from granian.constants import HTTPModes, Interfaces
from granian.http import HTTP1Settings
from granian.log import LogLevels
from granian.server import Server

from api.middleware.body_deadline import MOST as BODIES
from api.middleware.concurrency_limit import READS_IN_LINE, WRITES_IN_LINE, reads_of
from lrs.domain.errors import Misconfigured
from lrs.settings import Settings

LINGER = 10
"""Seconds that the server waits for running requests when it stops."""

CONNECTIONS = 8_192
"""The most connections of a process; others wait in the system's queue. A connection takes an open
file and some kilobytes.
"""

HEAD_BYTES = 131_072
"""The most bytes of a request's head, and of the part of a body that a connection buffers."""

HEAD_SECONDS = 30
"""Seconds for the head of a connection's next request, from its first to its empty line."""

_OTHERS = 16
"""Threads for requests that need no turn."""

_FILES = 256
"""Open files that are not client connections."""


def serve(settings: Settings) -> None:
    """Serve until SIGINT or SIGTERM. Running requests then get up to LINGER seconds to finish.

    Raises Misconfigured if the server cannot listen on the address.
    """
    require_free(settings.host, settings.port)
    Server(
        "api.wsgi:create",
        factory=True,
        interface=Interfaces.WSGI,
        address=settings.host,
        port=settings.port,
        workers=settings.workers,
        blocking_threads=threads_of(settings.threads),
        backpressure=_connections(),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES
        ),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        # A worker may miss the signal to end, and is then killed. Acknowledged events are durable.
        workers_kill_timeout=LINGER,
    ).serve()


def threads_of(at_work: int) -> int:
    """The number of threads of a process: one for each request that runs, waits for its turn or
    for its body. A thread is created when it is needed and ends when it is not.
    """
    waiting = READS_IN_LINE + WRITES_IN_LINE + BODIES
    return reads_of(at_work) + at_work + waiting + _OTHERS


def _connections() -> int:
    """The number of connections that a process may keep. Raises its limit of open files as far as
    this needs and the system allows.
    """
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = CONNECTIONS + _FILES
    if soft != resource.RLIM_INFINITY and soft < files:
        soft = files if hard == resource.RLIM_INFINITY else min(hard, files)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    possible = CONNECTIONS if soft == resource.RLIM_INFINITY else soft - _FILES
    return max(_OTHERS, min(CONNECTIONS, possible))


def require_free(host: str, port: int) -> None:
    """Raises Misconfigured if the server cannot listen on the address: one sentence instead of the
    forty lines that the server would print.
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
