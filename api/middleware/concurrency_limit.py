"""Limits how many requests a process works on at once, so that one kind cannot use all threads.

Reads, writes and reports have separate slots (turns): a write starts at once however many clients
read. A request releases its slot while it waits for its body. If too many requests wait in line, a
further one is refused before anything else is done for it.

A report mostly computes, and Python computes in one thread. Ten threads would take the interpreter
from each other at every row, and all ten reports would be ready only when the last one is. So a
process makes one report at a time.
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
"""The environment's key for the Turns whose slot the request holds."""

READS_IN_LINE = 256
WRITES_IN_LINE = 384
REPORTS_IN_LINE = 4

REPORT_PATIENCE = 5.0
"""Seconds after which a report that waits for its slot is refused."""

_READING = frozenset({"GET", "HEAD"})
_FREE = frozenset({"/", "/health", "/metrics"})
"""Paths without a limit, as monitors must always get an answer."""


class Turns:
    """`most` slots, and `in_line` requests more that wait, at most `patience` seconds if it is
    given. Further requests get `refusal`.
    """

    def __init__(
        self, most: int, in_line: int, refusal: LrsError, patience: float | None = None
    ) -> None:
        self.refusal = refusal
        self._patience = patience
        self._free = threading.Semaphore(most)
        self._room = threading.Semaphore(most + in_line)

    def take(self) -> bool:
        """Wait for a slot. Returns False, without a slot, if too many wait already or none becomes
        free in time.
        """
        if not self._room.acquire(blocking=False):
            return False
        if not self._free.acquire(timeout=self._patience):
            self._room.release()
            return False
        return True

    def take_back(self) -> None:
        """Take the released slot again, however many wait."""
        self._room.acquire()
        self._free.acquire()

    def give(self) -> None:
        self._free.release()
        self._room.release()


def reads_of(threads: int) -> int:
    """The number of reads that a process runs at once."""
    return max(1, threads * 3 // 4)


def in_turn(
    app: WSGIApplication, threads: int, is_report: Callable[[str], bool] = lambda _: False
) -> WSGIApplication:
    """WSGI middleware: `threads` writes at a time, three quarters as many reads, and one report;
    `is_report` recognises the paths of reports.
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
