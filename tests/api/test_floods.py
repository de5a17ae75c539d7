"""The real server against clients that send more than they may, or say that they will."""

from __future__ import annotations

import json
import select
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from urllib.parse import quote

import psutil  # type: ignore[import-untyped]
import pytest

from tests.api.caller import basic, said
from tests.api.xapi.mixed import MIXED, attachment, body, part
from tests.conftest import Place
from tests.support.served import Served, served

pytestmark = pytest.mark.briefly("sqlite")

MB = 1_000_000
MOST_IN_MEMORY = {"body-too-large": 20 * MB}
"""What the server may grow by: JSON is held in memory, up to its limit."""
SOME = 8 * MB
"""What it may grow by where nothing need be held."""
MOST_UNDER_WAY = 16 * MB
"""What sockets hold, and a server has read ahead."""


@dataclass(frozen=True)
class Store:
    """A server, and a key that may do everything."""

    served: Served
    key: tuple[str, str]

    def head(self, line: str, *headers: str) -> bytes:
        """The beginning of a request, up to its body."""
        lines = (
            f"{line} HTTP/1.1",
            f"Host: 127.0.0.1:{self.served.port}",
            f"Authorization: {basic(*self.key)}",
            *headers,
        )
        return "\r\n".join(lines).encode() + b"\r\n\r\n"


@pytest.fixture(scope="module")
def store(shared_place: Place, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """`lrs serve` on each backend, with the limits that it has by default."""
    urls = {"ledger_url": shared_place.ledger_url, "views_url": shared_place.views_url}
    with served(tmp_path_factory.mktemp("served"), **urls) as running:
        yield Store(running, running.key("all"))


@dataclass
class Answered:
    """What came back, and what had been sent by then, in bytes."""

    status: int
    code: str
    sent: int
    seconds: float


def flood(store: Store, head: bytes, begin: bytes, most: int) -> Answered:
    """Send spaces in chunks until there is an answer or `most` bytes are sent."""
    sent, received, started = 0, b"", time.monotonic()
    address = ("127.0.0.1", store.served.port)
    with closing(socket.create_connection(address, timeout=60)) as connection:
        connection.sendall(head)
        piece = begin
        with suppress(OSError):  # whoever does not listen any more may have answered all the same
            while sent < most and not select.select([connection], [], [], 0)[0]:
                connection.sendall(b"%x\r\n%b\r\n" % (len(piece), piece))
                sent += len(piece)
                piece = b" " * 65_536
        with suppress(OSError):
            while not received.endswith(b"}") and (data := connection.recv(65_536)):
                received += data
    lines, _, problem = received.partition(b"\r\n\r\n")
    assert b"application/problem+json" in lines
    seconds = time.monotonic() - started
    return Answered(int(lines.split()[1]), json.loads(problem)["code"], sent, seconds)


@contextmanager
def memory(store: Store) -> Iterator[list[int]]:
    """How much the server's processes hold, in bytes, looked at every hundredth of a second."""
    port = str(store.served.port)
    every = psutil.Process().children(recursive=True)
    processes = [p for p in every if p.environ().get("LRS_PORT") == port]
    sizes = [sum(p.memory_info().rss for p in processes)]
    stop = threading.Event()

    def watch() -> None:
        while not stop.wait(0.01):
            sizes.append(sum(p.memory_info().rss for p in processes))

    thread = threading.Thread(target=watch)
    thread.start()
    try:
        yield sizes
    finally:
        stop.set()
        thread.join()


POST = "POST /xapi/statements"
STATE = "PUT /xapi/activities/state?activityId=urn:x&stateId=1&agent=" + quote(
    json.dumps({"mbox": "mailto:anna@example.org"})
)
PROFILE = "POST /xapi/activities/profile?activityId=urn:x&profileId=1"
FORM = "POST /xapi/statements?method=POST"
NEW, OLD = "X-Experience-API-Version: 2.0.0", "X-Experience-API-Version: 1.0.3"
JSON, PARTS = "Content-Type: application/json", f"Content-Type: {MIXED}"
WITH = body(said(attachments=[attachment(b"x")]), [part(b"x")])

ENDLESS = {
    "JSON": (POST, [NEW, JSON], b"[", 10 * MB, "body-too-large"),
    "a first part": (POST, [NEW, PARTS], WITH.partition(b'{"id"')[0], 10 * MB, "body-too-large"),
    "an attachment": (POST, [NEW, PARTS], WITH.rpartition(b"x\r\n")[0], 25 * MB,
                      "attachment-too-large"),
    "what follows the parts": (POST, [NEW, PARTS], WITH, 100 * MB, "multipart-too-large"),
    "a document": (STATE, [NEW, "Content-Type: text/plain"], b"x", 10 * MB, "document-too-large"),
    "a document to merge": (PROFILE, [NEW, JSON], b"{", 10 * MB, "document-too-large"),
    "a form": (FORM, [OLD, "Content-Type: application/x-www-form-urlencoded"], b"content=", 0,
               "form-too-large"),
}  # fmt: skip


@pytest.mark.parametrize("case", ENDLESS)
def test_a_chunked_body_without_end_is_cut_off_at_the_limit(store: Store, case: str) -> None:
    """RFC 9110, 15.5.14: 413 while it streams, and memory does not grow with what is sent."""
    line, headers, begin, limit, code = ENDLESS[case]
    head = store.head(line, *headers, "Transfer-Encoding: chunked")
    with memory(store) as sizes:
        answer = flood(store, head, begin, limit + 200 * MB)
    assert (answer.status, answer.code) == (413, code)
    assert answer.sent < limit + MOST_UNDER_WAY
    assert max(sizes) - sizes[0] < MOST_IN_MEMORY.get(code, SOME)


@pytest.mark.parametrize("case", ENDLESS)
def test_ten_gigabytes_are_refused_when_they_are_announced(store: Store, case: str) -> None:
    """RFC 9110, 15.5.14: at once, with nothing of the body sent."""
    line, headers, _, _, code = ENDLESS[case]
    code = "multipart-too-large" if PARTS in headers else code
    answer = flood(store, store.head(line, *headers, f"Content-Length: {10**10}"), b"", 0)
    assert (answer.status, answer.code, answer.sent) == (413, code, 0)
    assert answer.seconds < 5


def test_many_floods_at_once_leave_room_for_others(store: Store) -> None:
    """Twelve bodies of a hundred megabytes each are refused, and memory stays what it was."""
    line, headers, begin, limit, code = ENDLESS["what follows the parts"]
    head = store.head(line, *headers, "Transfer-Encoding: chunked")
    answers: list[Answered] = []
    threads = [
        threading.Thread(target=lambda: answers.append(flood(store, head, begin, 2 * limit)))
        for _ in range(12)
    ]
    with memory(store) as sizes:
        for thread in threads:
            thread.start()
        while any(thread.is_alive() for thread in threads):
            assert store.served.answers()
        for thread in threads:
            thread.join()
    assert [(t.status, t.code) for t in answers] == [(413, code)] * 12
    assert max(sizes) - sizes[0] < 12 * SOME


BAD_FRAMES = {
    "a length that is none": ("Content-Length: ten", b"", 400),
    "a length below nothing": ("Content-Length: -1", b"", 400),
    "two lengths": ("Content-Length: 2\r\nContent-Length: 3", b"{}", 400),
    "a chunk that is none": ("Transfer-Encoding: chunked", b"zz\r\n{}\r\n", 400),
    "U+0000 in a header": ("X-Any: a\0b", b"", 400),
    "a header of a megabyte": ("X-Any: " + "a" * MB, b"", 431),
}


@pytest.mark.parametrize("case", BAD_FRAMES)
def test_what_is_no_http_is_refused_and_the_server_goes_on(store: Store, case: str) -> None:
    """RFC 9112, 6.3: by the server or by the store, and never with a 5xx."""
    header, data, status = BAD_FRAMES[case]
    address = ("127.0.0.1", store.served.port)
    with closing(socket.create_connection(address, timeout=60)) as connection:
        with suppress(OSError):
            connection.sendall(store.head(POST, NEW, JSON, header) + data)
        assert int(connection.recv(65_536).split()[1]) == status
    assert store.served.answers()
