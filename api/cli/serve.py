"""Running for long: the web server, and waiting for a signal."""

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
"""Seconds."""

CONNECTIONS = 8_192
"""Of one process; more wait in the system's queue. One costs a file and some kilobytes."""

HEAD_BYTES = 131_072
"""Of the longest head, and what is held of each connection's body that is on its way."""

HEAD_SECONDS = 30
"""In which a connection must bring the next request's head, the first line to the empty one."""

_OTHERS = 16
"""Threads for what has no turn."""

_FILES = 256
"""Open files that are not connections of clients."""


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
        blocking_threads=threads_of(settings.threads),
        backpressure=_connections(),
        http=HTTPModes.http1,
        http1_settings=HTTP1Settings(
            header_read_timeout=HEAD_SECONDS * 1000, max_buffer_size=HEAD_BYTES
        ),
        websockets=False,
        log_level=LogLevels.error,
        respawn_failed_workers=True,
        # A worker has been seen to miss the signal that ends it. What is acknowledged is durable.
        workers_kill_timeout=LINGER,
    ).serve()


def threads_of(at_work: int) -> int:
    """How many threads a process needs, so that each request finds one that is at work, waits in
    line or awaits its body. A thread is made when it is needed, and ends when it is not.
    """
    waiting = READS_IN_LINE + WRITES_IN_LINE + BODIES
    return reads_of(at_work) + at_work + waiting + _OTHERS


def _connections() -> int:
    """How many connections a process may keep, for which it gets as many open files as it may."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS + _FILES
    if soft != resource.RLIM_INFINITY and soft < wanted:
        soft = wanted if hard == resource.RLIM_INFINITY else min(hard, wanted)
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))
    few = CONNECTIONS if soft == resource.RLIM_INFINITY else soft - _FILES
    return max(_OTHERS, min(CONNECTIONS, few))


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
