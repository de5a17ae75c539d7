"""Calls the application for each request that Granian hands to a thread.

Granian's own caller of WSGI applications does not expose the object that answers a request. The
store needs that object to cut off a body that does not arrive: `api.middleware.body_deadline`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import sleep
from typing import TYPE_CHECKING, Any, Protocol

from granian.server import mp
from granian.wsgi import Response, ResponseIterWrap

from api.errors import Problem
from api.middleware.body_deadline import CUT_OFF
from api.stalled_clients import give_up_after

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment

STALLED_SECONDS = 60
"""Seconds after which a client that reads nothing is disconnected."""

_SENT = 0.005
"""Seconds that the server's threads get to send a reply before its early end closes the connection.
"""

_SURROUNDINGS: dict[str, Any] = {
    "SCRIPT_NAME": "",
    "wsgi.input_terminated": True,
    "wsgi.multiprocess": False,
    "wsgi.multithread": True,
    "wsgi.run_once": False,
    "wsgi.version": (1, 0),
}


class _Exchange(Protocol):
    """A request of Granian. The first reply counts; later ones are dropped."""

    def response_bytes(self, status: int, headers: list[tuple[str, str]], body: bytes) -> None: ...

    def response_iter(
        self, status: int, headers: list[tuple[str, str]], body: ResponseIterWrap
    ) -> None: ...


def install() -> None:
    """Replace Granian's caller of applications in this process."""
    mp._wsgi_call_wrap = running  # type: ignore[attr-defined,assignment]


def running(app: WSGIApplication, *_: object) -> Callable[[_Exchange, WSGIEnvironment], int]:
    """The function that Granian calls with each request."""

    known = False

    def run(exchange: _Exchange, environ: WSGIEnvironment) -> int:
        nonlocal known
        if not known:  # the first request: the server listens
            known = True
            give_up_after(STALLED_SECONDS, int(environ["SERVER_PORT"]))
        environ.update(_SURROUNDINGS)
        environ[CUT_OFF] = lambda refusal: _cut_off(exchange, refusal)
        started = Response()  # type: ignore[no-untyped-call]
        chunks = app(environ, started)
        if isinstance(chunks, list):
            exchange.response_bytes(started.status, started.headers, b"".join(chunks))
        else:
            exchange.response_iter(started.status, started.headers, _wrapped(chunks))
        return int(started.status)

    return run


def _cut_off(exchange: _Exchange, refusal: Problem) -> None:
    """Answer, and have the connection closed: the server does that to an answer that ends before
    the length it has announced. It would wait for the rest of the body otherwise.
    """
    length = str(len(refusal.body) + 1)
    headers = [*refusal.headers, ("Connection", "close"), ("Content-Length", length)]
    exchange.response_iter(refusal.status, headers, _wrapped(_Broken(refusal.body)))


def _wrapped(chunks: Iterable[bytes]) -> ResponseIterWrap:
    return ResponseIterWrap(chunks)  # type: ignore[no-untyped-call]


class _Broken(Iterator[bytes]):
    """A body that ends too early, but not before it has been sent."""

    def __init__(self, body: bytes) -> None:
        self._left = [body]

    def __next__(self) -> bytes:
        if not self._left:
            sleep(_SENT)
            raise StopIteration
        return self._left.pop()

    def close(self) -> None:
        self._left.clear()
