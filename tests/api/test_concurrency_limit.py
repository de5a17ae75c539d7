"""Reads and writes have turns of their own, and lines that end somewhere."""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from io import BytesIO
from typing import TYPE_CHECKING, Any

import pytest

from api.app import create_app, paths_of
from api.middleware import concurrency_limit
from api.middleware.body_deadline import CUT_OFF, BodyDeadlines, in_time
from api.middleware.concurrency_limit import REPORTS_IN_LINE, in_turn, reads_of
from lrs.domain.errors import TooSlow, Unavailable
from lrs.service import Lrs
from tests.support.processes import wait_until

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

THREADS = 4


class Working:
    """An application that works on each request until it is told to end; then it reads the body."""

    def __init__(self) -> None:
        self.end = threading.Event()
        self.at_work = 0

    def __call__(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        self.at_work += 1
        self.end.wait(20)
        start("200 OK", [])
        return [environ["wsgi.input"].read(10)]


def ask(app: WSGIApplication, method: str, body: Any = None) -> tuple[int, bytes]:
    """Status and body of the answer."""
    status: list[str] = []

    def start(line: str, *_: object) -> Any:
        status.append(line)

    environ = {
        "REQUEST_METHOD": method,
        "PATH_INFO": "/xapi/statements",
        "wsgi.input": body or BytesIO(b"text"),
    }
    answer = b"".join(app(environ, start))
    return int(status[0][:3]), answer


@pytest.fixture
def working() -> Iterator[Working]:
    made = Working()
    yield made
    made.end.set()


@contextmanager
def asking(app: WSGIApplication, method: str, times: int) -> Iterator[list[Future[Any]]]:
    """So many requests at once."""
    with ThreadPoolExecutor(times) as pool:
        yield [pool.submit(ask, app, method) for _ in range(times)]


def test_however_many_read_a_write_is_begun(working: Working) -> None:
    """Each kind waits for its own kind."""
    app = in_turn(working, THREADS)
    with asking(app, "GET", 20) as reading:
        wait_until(lambda: working.at_work == reads_of(THREADS))
        with asking(app, "POST", 1) as writing, asking(app, "GET", 1):
            wait_until(lambda: working.at_work == reads_of(THREADS) + 1)
            working.end.set()
            assert writing[0].result(5) == (200, b"text")
        assert [one.result(5)[0] for one in reading] == [200] * 20


def test_who_finds_too_many_in_line_is_told_to_come_again(
    working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    """At once, in the form of every refusal."""
    monkeypatch.setattr(concurrency_limit, "WRITES_IN_LINE", 2)
    app = in_turn(working, 1)
    with asking(app, "POST", 10) as requests:
        wait_until(lambda: sum(one.done() for one in requests) == 7)
        refused = [one.result() for one in requests if one.done()]
        assert {status for status, _ in refused} == {503}
        assert {json.loads(answer)["code"] for _, answer in refused} == {"too-busy"}
        working.end.set()
    assert sorted(one.result()[0] for one in requests) == [200] * 3 + [503] * 7
    assert ask(app, "POST")[0] == 200


class Slow:
    """A body that comes when it is told to."""

    def __init__(self) -> None:
        self.come = threading.Event()
        self.awaited = threading.Event()

    def read(self, _size: int = -1) -> bytes:
        self.awaited.set()
        self.come.wait(20)
        return b""


def test_who_waits_for_a_body_keeps_nobody_from_work(working: Working) -> None:
    """The turn is given away meanwhile, and taken back for what is done with the body."""
    working.end.set()
    app = in_turn(in_time(working, BodyDeadlines(60, 1_000)), 1)
    slow = Slow()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(ask, app, "POST", body=slow)
        slow.awaited.wait(5)
        assert ask(app, "POST") == (200, b"text")
        slow.come.set()
        assert waiting.result(5) == (200, b"")
    assert ask(app, "POST") == (200, b"text")


def test_bodies_beyond_what_is_awaited_are_refused() -> None:
    """Unless one has been awaited for so long that it can be given up."""
    deadlines = BodyDeadlines(60, 1_000, most=1)
    slow = Slow()
    with ThreadPoolExecutor(1) as pool:
        waiting = pool.submit(deadlines.read, slow, 10, {})
        slow.awaited.wait(5)
        with pytest.raises(Unavailable, match="bodies"):
            deadlines.read(BytesIO(b"text"), 4, {})
        slow.come.set()
        assert waiting.result(5) == b""
    assert deadlines.read(BytesIO(b"text"), 4, {}) == b"text"


def test_nobody_looks_after_bodies_while_none_is_awaited() -> None:
    """An idle process sleeps; the next body that does not come is cut off all the same."""
    deadlines, slow = BodyDeadlines(0, 1_000_000), Slow()
    assert deadlines.read(BytesIO(b"text"), 4, {}) == b"text"
    wait_until(lambda: "body-deadlines" not in [thread.name for thread in threading.enumerate()])
    with pytest.raises(TooSlow):
        deadlines.read(slow, 10, {CUT_OFF: lambda _: slow.come.set()})


def test_reports_take_turns(working: Working) -> None:
    """One is made, few wait, the others are refused at once; other reads are begun meanwhile."""
    app = in_turn(working, THREADS, lambda path: path == "/xapi/statements")
    with asking(app, "GET", 10) as requests:
        wait_until(lambda: sum(one.done() for one in requests) == 9 - REPORTS_IN_LINE)
        assert working.at_work == 1
        with asking(app, "POST", 1):
            wait_until(lambda: working.at_work == 2)
            working.end.set()
    answers = [one.result() for one in requests]
    refused = [json.loads(answer)["code"] for status, answer in answers if status == 503]
    assert refused == ["reports-busy"] * (9 - REPORTS_IN_LINE)


def test_who_waits_too_long_for_a_report_is_told_to_come_again(
    working: Working, monkeypatch: pytest.MonkeyPatch
) -> None:
    """And leaves no gap in the line."""
    monkeypatch.setattr(concurrency_limit, "REPORT_PATIENCE", 0.05)
    app = in_turn(working, THREADS, lambda path: path == "/xapi/statements")
    with asking(app, "GET", 1) as requests:
        wait_until(lambda: working.at_work == 1)
        assert [ask(app, "GET")[0] for _ in range(2 * REPORTS_IN_LINE)] == [503] * 8
        working.end.set()
        assert requests[0].result(5) == (200, b"text")
    assert ask(app, "GET") == (200, b"text")


def test_what_computes_is_a_report(own_lrs: Lrs) -> None:
    """Transcripts and the like; neither statements nor the catalogue."""
    reports = paths_of(create_app(own_lrs), {"visits", "courses"})
    assert sorted(reports) == ["/api/v1/courses", "/api/v1/statistics", "/api/v1/visits"]
