"""No requests, however many at once, take a server process over half a gigabyte."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from urllib.parse import urlencode
from uuid import uuid4

import pytest

from tests.api.caller import basic, said
from tests.api.test_floods import MB, Store, memory
from tests.conftest import Place
from tests.support.served import installed

SOAK = bool(os.environ.get("LRS_TEST_SOAK"))
MOST = 512 * MB
WORKERS = {"sqlite": 1, "postgresql": 2}
ROUNDS = 3 if SOAK else 1
AT_ONCE = 40 if SOAK else 8
ANNA = {"mbox": "mailto:anna@example.org"}


@dataclass(frozen=True)
class Large:
    """A server with large statements and a large document in its store, and its processes."""

    store: Store
    processes: int

    def ask(self, method: str, path: str, sent: bytes | None = None) -> tuple[int, bytes]:
        port = self.store.served.port
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        headers = {"Authorization": basic(*self.store.key), "X-Experience-API-Version": "1.0.3",
                   "Content-Type": "application/json"}  # fmt: skip
        try:
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def at_once(self, method: str, path: str, sent: bytes | None = None) -> Counter[int]:
        """How often each status came of so many requests at once."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            answers = [pool.submit(self.ask, method, path, sent) for _ in range(AT_ONCE)]
            return Counter(one.result()[0] for one in answers)

    def reading_nothing(self, path: str) -> socket.socket:
        """A client that has asked and does not take the answer."""
        connection = socket.create_connection(("127.0.0.1", self.store.served.port), timeout=60)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4_096)
        head = self.store.head(f"GET {path}", "X-Experience-API-Version: 1.0.3")
        connection.sendall(head)
        return connection


@pytest.fixture(scope="module")
def large(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Large]:
    urls = {"ledger_url": shared_place.ledger_url, "views_url": shared_place.views_url}
    with installed(tmp_path_factory.mktemp("large"), **urls) as running:
        made = Large(Store(running, running.key("all")), WORKERS[shared_place.backend])
        for size in (*(2 * MB for _ in range(5)), 9 * MB):
            statement = json.dumps(said(result={"response": "x" * size})).encode()
            assert made.ask("POST", "/xapi/statements", statement)[0] == 200
        assert made.ask("PUT", DOCUMENT, holding(3_200_000))[0] == 204
        yield made


DOCUMENT = "/xapi/activities/state?" + urlencode(
    {"activityId": "https://example.org/courses/1", "agent": json.dumps(ANNA), "stateId": "1"}
)


def holding(lists: int) -> bytes:
    """A JSON object with so many empty lists: each takes three bytes here, and sixty in memory."""
    return b'{"https://example.org/x":[%b1]}' % (b"[]," * lists)


def with_lists(lists: int) -> bytes:
    """A statement with so many empty lists."""
    statement = json.dumps(said(result={"extensions": {}})).encode()
    return statement.replace(b'"extensions": {}', b'"extensions": ' + holding(lists))


def no_more_than(large: Large, work: Callable[[], object]) -> None:
    """Whether the server's processes hold what they may while the work is done, and after it."""
    parents = 40 * MB
    with memory(large.store) as sizes:
        for _ in range(ROUNDS):
            work()
    assert max(sizes) < MOST * large.processes + parents, max(sizes) // MB


@pytest.mark.briefly("sqlite")
def test_bodies_of_many_values(large: Large) -> None:
    """Those that hold too many are refused; of those that do not few are parsed at once."""
    too_many, many = with_lists(3_200_000), b"[%b]" % b",".join([with_lists(40_000)] * 10)

    def work() -> None:
        statuses = large.at_once("POST", "/xapi/statements", too_many)
        assert statuses[413]
        assert {*statuses} <= {413, 503}
        assert {*large.at_once("POST", "/xapi/statements", many)} <= {200, 409, 503}

    no_more_than(large, work)


@pytest.mark.parametrize("attachments", ["true", "false"])
def test_readers_of_large_statements(large: Large, attachments: str) -> None:
    """Each gets a page, or is told to come again."""
    path = f"/xapi/statements?limit=100&attachments={attachments}"

    def work() -> None:
        statuses = large.at_once("GET", path)
        assert statuses[200]
        assert {*statuses} <= {200, 503}

    no_more_than(large, work)


@pytest.mark.briefly("sqlite")
def test_readers_that_take_nothing(large: Large) -> None:
    """What waits for them is bounded, and others are answered."""

    def work() -> None:
        with ExitStack() as stack:
            for _ in range(AT_ONCE):
                for attachments in ("true", "false"):
                    path = f"/xapi/statements?limit=100&attachments={attachments}"
                    stack.enter_context(large.reading_nothing(path))
            time.sleep(3 if SOAK else 1)
            statement = json.dumps(said()).encode()
            assert large.ask("POST", "/xapi/statements", statement)[0] == 200

    no_more_than(large, work)


@pytest.mark.briefly("sqlite")
def test_objects_that_are_kept_decoded(large: Large) -> None:
    """However many different ones come, and however much larger they are in memory."""

    def statement() -> bytes:
        other = [{"id": f"https://example.org/{uuid4()}", "definition": {"extensions": {}}}]
        text = json.dumps(said(context={"contextActivities": {"other": other}})).encode()
        return text.replace(b'"extensions": {}', b'"extensions": ' + holding(600))

    def work() -> None:
        for _ in range(30 if SOAK else 3):
            batch = b"[%b]" % b",".join(statement() for _ in range(500))
            assert large.ask("POST", "/xapi/statements", batch)[0] == 200

    no_more_than(large, work)


@pytest.mark.briefly("sqlite")
def test_bodies_that_have_come_by_half(large: Large) -> None:
    """They wait in files."""
    lines = ("X-Experience-API-Version: 1.0.3", "Content-Type: application/json",
             "Content-Length: 9900000")  # fmt: skip

    def work() -> None:
        with ExitStack() as stack:
            for _ in range(AT_ONCE):
                port = large.store.served.port
                connection = socket.create_connection(("127.0.0.1", port), timeout=60)
                stack.enter_context(connection)
                head = large.store.head("POST /xapi/statements", *lines)
                connection.sendall(head + b"[" + b" " * 3 * MB)
            assert large.ask("GET", "/health")[0] == 200

    no_more_than(large, work)


def test_documents(large: Large) -> None:
    """A small object is merged into a large one by nobody."""

    def work() -> None:
        assert large.at_once("POST", DOCUMENT, b'{"a":1}') == {413: AT_ONCE}
        assert {*large.at_once("GET", DOCUMENT)} <= {200, 503}

    no_more_than(large, work)
