"""How many requests a process works on at once, so that none takes the threads of all others.

Reads and writes have turns of their own: however many read, a write is begun at once. A request has
no turn while it waits for its body. Whoever finds too many in line is told to come again.
"""

from __future__ import annotations

import threading
from collections.abc import Iterable
from typing import TYPE_CHECKING

from api.errors import problem
from api.middleware.request_id import REQUEST_ID
from lrs.domain.errors import Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TURNS = "zachetka.turns"
"""Where the environment holds the Turns of which the request has one."""

READS_IN_LINE = 256
WRITES_IN_LINE = 384

_READING = frozenset({"GET", "HEAD"})
_FREE = frozenset({"/", "/health"})
"""Paths that are answered at once, as monitors must see what is going on."""


class Turns:
    """`most` at a time, and `in_line` more that wait."""

    def __init__(self, most: int, in_line: int) -> None:
        self._free = threading.Semaphore(most)
        self._room = threading.Semaphore(most + in_line)

    def take(self) -> bool:
        """Wait for a turn. False, and none is taken, where too many wait already."""
        if not self._room.acquire(blocking=False):
            return False
        self._free.acquire()
        return True

    def take_back(self) -> None:
        """Wait for the turn that was given away, however many wait."""
        self._room.acquire()
        self._free.acquire()

    def give(self) -> None:
        self._free.release()
        self._room.release()


def reads_of(threads: int) -> int:
    """How many of a process's threads may read at once."""
    return max(1, threads * 3 // 4)


def in_turn(app: WSGIApplication, threads: int) -> WSGIApplication:
    """WSGI middleware: `threads` writes at a time, and three quarters as many reads."""
    reads, writes = Turns(reads_of(threads), READS_IN_LINE), Turns(threads, WRITES_IN_LINE)

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in _FREE:
            return app(environ, start)
        turns = reads if environ["REQUEST_METHOD"] in _READING else writes
        if not turns.take():
            refusal = problem(Unavailable("too-busy"), environ.get(REQUEST_ID))
            start(refusal.line, refusal.headers)
            return [refusal.body]
        environ[TURNS] = turns
        try:
            return app(environ, start)
        finally:
            turns.give()

    return wrapped
