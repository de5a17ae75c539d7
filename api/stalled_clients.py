"""Disconnects clients that do not read their replies: they occupy threads and memory.

The operating system does it, by an option (RFC 5482) that connections inherit from the listening
socket. The web server creates that socket in each of its processes and does not expose it. So this
module searches the process's open files for it, once it exists.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import suppress

_OPEN = "/proc/self/fd"


def give_up_after(seconds: float, port: int) -> int:
    """For connections that come to the port from now on; how many sockets listen on it. Elsewhere
    than on Linux there is no such option.
    """
    found = 0
    if hasattr(socket, "TCP_USER_TIMEOUT"):
        for listening in _listening(port):
            milliseconds = int(seconds * 1000)
            listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, milliseconds)
            found += 1
    return found


def _listening(port: int) -> Iterator[socket.socket]:
    for name in os.listdir(_OPEN):
        with suppress(OSError):  # no socket, or closed meanwhile
            one = socket.socket(fileno=os.dup(int(name)))
            with one:
                is_listening = one.getsockopt(socket.SOL_SOCKET, socket.SO_ACCEPTCONN)
                if is_listening and one.getsockname()[1] == port:
                    yield one
