"""How many requests a process works on at once, so that none takes the threads of all others.

Reads, writes and reports have turns of their own: however many read, a write is begun at once. A
request has no turn while it waits for its body. Whoever finds too many in line is told to come
again, before anything else is done for the request.

To make a report is to compute, and Python computes in one thread. Ten threads at it take the
interpreter from each other at every row that is read, and all ten are done when the last is; so one
is made at a time.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING

from api.errors import refuse
from lrs.domain.errors import LrsError, Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

TURNS = "zachetka.turns"
"""Where the environment holds the Turns of which the request has one."""

READS_IN_LINE = 256
WRITES_IN_LINE = 384
REPORTS_IN_LINE = 4

REPORT_PATIENCE = 5.0
"""Seconds after which who waits for a report is told to come again."""

_READING = frozenset({"GET", "HEAD"})
_FREE = frozenset({"/", "/health", "/metrics"})
"""Paths that are answered at once, as monitors must see what is going on."""


class Turns:
    """`most` at a time, and `in_line` more that wait, for `patience` seconds if it is given.
    `refusal` is for all others.
    """

    def __init__(
        self, most: int, in_line: int, refusal: LrsError, patience: float | None = None
    ) -> None:
        self.refusal = refusal
        self._patience = patience
        self._free = threading.Semaphore(most)
        self._room = threading.Semaphore(most + in_line)

    def take(self) -> bool:
        """Wait for a turn. False, and none is taken, where too many wait already or the turn does
        not come in time.
        """
        if not self._room.acquire(blocking=False):
            return False
        if not self._free.acquire(timeout=self._patience):
            self._room.release()
            return False
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


def in_turn(
    app: WSGIApplication, threads: int, is_report: Callable[[str], bool] = lambda _: False
) -> WSGIApplication:
    """WSGI middleware: `threads` writes at a time, three quarters as many reads, and one report;
    `is_report` tells their paths.
    """
    busy = Unavailable("too-busy")
    reads = Turns(reads_of(threads), READS_IN_LINE, busy)
    writes = Turns(threads, WRITES_IN_LINE, busy)
    reports = Turns(1, REPORTS_IN_LINE, Unavailable("reports-busy"), REPORT_PATIENCE)

    def turns_of(environ: WSGIEnvironment) -> Turns:
        if environ["REQUEST_METHOD"] not in _READING:
            return writes
        return reports if is_report(environ["PATH_INFO"]) else reads

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        if environ["PATH_INFO"] in _FREE:
            return app(environ, start)
        turns = turns_of(environ)
        if not turns.take():
            return refuse(turns.refusal, environ, start)
        environ[TURNS] = turns
        try:
            return app(environ, start)
        finally:
            turns.give()

    return wrapped
