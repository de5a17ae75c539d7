"""A deadline for request bodies: a client that sends too slowly gets 408, and its connection is
closed.

A thread that reads a body waits inside the web server, where no other thread can wake it. So a
watchdog thread checks the bodies that are being read, and answers instead of the waiting thread.
The server then closes the connection, which ends the reading. While no body is awaited there is no
such thread, and an idle process sleeps.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from time import monotonic, sleep
from typing import TYPE_CHECKING, Any, Protocol

from api.errors import Problem, problem
from api.middleware.concurrency_limit import TURNS, Turns
from api.middleware.request_id import REQUEST_ID
from lrs.domain.errors import TooSlow, Unavailable

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

CUT_OFF = "zachetka.cut_off"
"""The environment's key for a function that answers with a Problem and closes the connection, if
the server supports that.
"""

MOST = 512
"""The most bodies that a process awaits at once, each with a thread."""

PIECE = 65_536
"""Bytes of a body that are read at once, and held in memory for each body that is arriving."""

_EVERY = 0.25
"""Seconds between two checks of the bodies that are being read."""

_SPARED = 1.0
"""Seconds for which a body is not cut off in favour of another one."""


class Input(Protocol):
    """A server's `wsgi.input`."""

    def read(self, size: int = ..., /) -> bytes: ...


class _Awaited:
    """A piece of a body that has not arrived yet. Times are monotonic, in seconds."""

    __slots__ = ("begun", "cut_off", "due", "environ")

    def __init__(self, environ: WSGIEnvironment, due: float) -> None:
        self.environ = environ
        self.begun = monotonic()
        self.due = self.begun + due
        self.cut_off = False


class BodyDeadlines:
    """Watches the bodies of one process.

    A piece of a body may take `grace` seconds plus the time of its bytes at `rate` bytes a second.
    """

    def __init__(self, grace: float, rate: int, most: int = MOST) -> None:
        self._grace = grace
        self._rate = rate
        self._most = most
        self._awaited: set[_Awaited] = set()
        self._lock = threading.Lock()
        self._watching = False

    def read(self, body: Input, size: int, environ: WSGIEnvironment) -> bytes:
        """So many bytes of the body, fewer at its end. Raises TooSlow, and Unavailable while too
        many bodies are awaited.
        """
        awaited = _Awaited(environ, self._grace + size / self._rate)
        self._begin(awaited)
        try:
            piece = body.read(size)
        finally:
            self._awaited.discard(awaited)
        if awaited.cut_off:
            raise self._too_slow()
        return piece

    def _begin(self, awaited: _Awaited) -> None:
        if len(self._awaited) >= self._most:
            self._make_room()
        self._awaited.add(awaited)
        if not self._watching:
            self._start_watching()

    def _make_room(self) -> None:
        """Cut off the body that has been awaited for longest. Raises Unavailable if all of them
        began only recently.
        """
        oldest = min(list(self._awaited), key=lambda one: one.begun, default=None)
        if oldest is None or monotonic() - oldest.begun < _SPARED:
            raise Unavailable("bodies-awaited")
        self._cut_off(oldest)

    def _start_watching(self) -> None:
        with self._lock:
            if not self._watching:
                self._watching = True
                threading.Thread(target=self._watch, name="body-deadlines", daemon=True).start()

    def _watch(self) -> None:
        while True:
            sleep(_EVERY)
            now = monotonic()
            for awaited in list(self._awaited):
                if awaited.due < now:
                    self._cut_off(awaited)
            if self._is_done():
                return

    def _is_done(self) -> bool:
        """Whether no body is awaited: the next one starts another thread. A body that was added
        meanwhile is seen here, or its thread sees that nobody watches any more.
        """
        with self._lock:
            self._watching = False
            self._watching = bool(self._awaited)
            return not self._watching

    def _cut_off(self, awaited: _Awaited) -> None:
        awaited.cut_off = True
        self._awaited.discard(awaited)
        answer: Callable[[Problem], None] | None = awaited.environ.get(CUT_OFF)
        if answer is not None:
            answer(problem(self._too_slow(), awaited.environ.get(REQUEST_ID)))

    def _too_slow(self) -> TooSlow:
        return TooSlow("body-too-slow", seconds=self._grace, rate=self._rate)


class _TimedInput:
    """A `wsgi.input` that raises TooSlow. The request releases its slot while it waits for its
    body.
    """

    def __init__(self, body: Input, environ: WSGIEnvironment, deadlines: BodyDeadlines) -> None:
        self._body = body
        self._environ = environ
        self._deadlines = deadlines

    def read(self, size: int | None = -1, /) -> bytes:
        """So many bytes or fewer, none only at the end; or all there are."""
        if size is None or size < 0:
            return b"".join(iter(lambda: self._piece(PIECE), b""))
        return self._piece(min(size, PIECE)) if size else b""

    def _piece(self, size: int) -> bytes:
        turns: Turns | None = self._environ.get(TURNS)
        if turns is None:
            return self._deadlines.read(self._body, size, self._environ)
        turns.give()
        try:
            return self._deadlines.read(self._body, size, self._environ)
        finally:
            turns.take_back()


def in_time(app: WSGIApplication, deadlines: BodyDeadlines) -> WSGIApplication:
    """WSGI middleware: sets a deadline for every read of a body by the application."""

    def wrapped(environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        timed: Any = _TimedInput(environ["wsgi.input"], environ, deadlines)
        environ["wsgi.input"] = timed
        return app(environ, start)

    return wrapped
