"""The real server against clients that hold connections and send next to nothing over them."""

from __future__ import annotations

import http.client
import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import pytest

from tests.api.caller import basic
from tests.conftest import Place
from tests.support.processes import wait_until
from tests.support.served import Served, served
from tests.support.stores import body

PATIENCE = 5.0
"""Seconds in which others are answered: a loaded machine is given more than the second it takes."""

MANY = 200
pytestmark = pytest.mark.briefly("sqlite")
JSON = "Content-Type: application/json"
FORM = "Content-Type: application/x-www-form-urlencoded"
BEGUN = "Content-Length: 100000"


@dataclass(frozen=True)
class Store:
    """A server, and a key that may do everything."""

    served: Served
    key: tuple[str, str]

    def connected(self, *lines: str, end: bool = True) -> socket.socket:
        """A connection over which these lines were sent: a whole head or the beginning of one."""
        connection = socket.create_connection(("127.0.0.1", self.served.port), timeout=30)
        text = "".join(f"{line}\r\n" for line in lines)
        connection.sendall(text.encode() + (b"\r\n[" if end else b""))
        return connection

    def head(self, line: str, *more: str, key: bool = True) -> tuple[str, ...]:
        """The lines of a request's head."""
        named = (f"Authorization: {basic(*self.key)}",) if key else ()
        return (f"{line} HTTP/1.1", "Host: 127.0.0.1", *named, "X-Experience-API-Version: 1.0.3",
                *more)  # fmt: skip

    def ask(self, method: str, path: str, sent: bytes | None = None) -> int:
        """The status that another client gets, in time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.served.port, timeout=PATIENCE)
        headers = {"Authorization": basic(*self.key), "X-Experience-API-Version": "1.0.3",
                   "Content-Type": "application/json"}  # fmt: skip
        try:
            connection.request(method, path, sent, headers)
            return connection.getresponse().status
        finally:
            connection.close()

    def serves_others(self) -> None:
        """Whether health is told and statements are stored, again and again."""
        for _ in range(5):
            assert self.ask("GET", "/health") == 200
            statement = json.dumps(body(uuid4())).encode()
            assert self.ask("POST", "/xapi/statements", statement) == 200


@pytest.fixture(scope="module")
def store(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """`lrs serve` with more patience than a test has."""
    urls = {"ledger_url": shared_place.ledger_url, "views_url": shared_place.views_url}
    with served(tmp_path_factory.mktemp("patient"), **urls, body_seconds="60") as running:
        yield Store(running, running.key("all"))


@pytest.fixture(scope="module")
def hasty(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """`lrs serve` that waits for a second, and for 100,000 bytes one more."""
    limits = {"body_seconds": "1", "body_rate": "100000"}
    with served(tmp_path_factory.mktemp("hasty"), **limits) as running:
        yield Store(running, running.key("all"))


def heads(store: Store) -> dict[str, tuple[str, ...]]:
    """Requests whose bodies are begun and do not come."""
    document = "/xapi/activities/profile?activityId=http%3A%2F%2Fa.example%2F1&profileId=p"
    return {
        "form": store.head("POST /xapi/statements?method=POST", FORM, BEGUN, key=False),
        "form with a key": store.head("POST /xapi/statements?method=POST", FORM, BEGUN),
        "statements": store.head("POST /xapi/statements", JSON, BEGUN),
        "chunked": store.head("POST /xapi/statements", JSON, "Transfer-Encoding: chunked"),
        "document": store.head(f"PUT {document}", JSON, BEGUN),
        "catalogue": store.head("POST /api/v1/catalogue/courses", JSON, BEGUN),
        "without a key": store.head("POST /xapi/statements", JSON, BEGUN, key=False),
    }


@pytest.mark.parametrize(
    "kind",
    ["form", "form with a key", "statements", "chunked", "document", "catalogue", "without a key"],
)
def test_slow_bodies_hold_up_nobody_else(store: Store, kind: str) -> None:
    """Two hundred of them at once, a byte each."""
    with ExitStack() as stack:
        for _ in range(MANY):
            stack.enter_context(store.connected(*heads(store)[kind]))
        store.serves_others()


@pytest.mark.parametrize("lines", [(), ("POST /xapi/statements HTTP/1.1", "Host: 127.0.0.1")])
def test_idle_connections_hold_up_nobody_else(store: Store, lines: tuple[str, ...]) -> None:
    """More of them than the server once took."""
    with ExitStack() as stack:
        for _ in range(1_200):
            stack.enter_context(store.connected(*lines, end=False))
        store.serves_others()


@pytest.mark.parametrize(
    ("drips", "kind"),
    [
        *((False, kind) for kind in ("form", "statements", "document", "catalogue")),
        *((True, kind) for kind in ("form", "statements")),
    ],
)
def test_a_body_that_comes_too_slowly_is_cut_off(hasty: Store, kind: str, drips: bool) -> None:
    """The client is told, and the connection ends: it holds no thread any more."""
    start = time.monotonic()
    with hasty.connected(*heads(hasty)[kind]) as connection:
        connection.settimeout(0.3)
        answer = b""
        while time.monotonic() - start < 20:
            try:
                if drips:
                    connection.sendall(b" ")
                piece = connection.recv(65_536)
            except TimeoutError:
                continue
            except ConnectionError:
                break
            answer += piece
            if not piece:
                break
    assert 1.5 < time.monotonic() - start < 19
    assert not answer or answer.startswith(b"HTTP/1.1 408 ")
    assert drips or b'"code":"body-too-slow"' in answer


def test_a_body_that_comes_steadily_is_taken(hasty: Store) -> None:
    """It may be as long on its way as its length allows."""
    statement = json.dumps(body(uuid4())).encode().ljust(150_000)
    lines = hasty.head("POST /xapi/statements", JSON, f"Content-Length: {len(statement)}")
    with hasty.connected(*lines, end=False) as connection:
        connection.sendall(b"\r\n")
        for at in range(0, len(statement), 15_000):
            connection.sendall(statement[at : at + 15_000])
            time.sleep(0.15)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 200 ")


def test_the_alternate_syntax_can_be_switched_off(tmp_path: Path) -> None:
    """No form is read then: it is a POST with a parameter that nobody knows."""
    with served(tmp_path, alternate_syntax="false") as running:
        store = Store(running, running.key("all"))
        with store.connected(*heads(store)["form with a key"]) as connection:
            assert connection.recv(65_536).startswith(b"HTTP/1.1 400 ")


@pytest.mark.soak
@pytest.mark.skipif("LRS_TEST_SOAK" not in os.environ, reason="takes half a minute: make soak")
def test_connections_that_bring_no_head_end(hasty: Store) -> None:
    """The server waits half a minute for each."""
    with hasty.connected(end=False) as idle:
        idle.settimeout(60)
        start = time.monotonic()
        wait_until(lambda: hasty.ask("GET", "/health") == 200, 60)
        assert idle.recv(1) == b""
        assert 20 < time.monotonic() - start < 50
