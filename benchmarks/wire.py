"""HTTP/1.1 with as little work as a load generator can do: ready bytes out, a body in."""

from __future__ import annotations

import base64
import http.client
import json
import socket
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

STATEMENTS = "/xapi/statements"
LOST = 0
"""The status of a request whose connection broke before the answer."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A server on this machine and the key to it; `login` is `name:secret`."""

    port: int
    login: str = "floor:floor"

    @property
    def headers(self) -> dict[str, str]:
        token = base64.b64encode(self.login.encode()).decode()
        return {
            "Host": f"127.0.0.1:{self.port}",
            "Authorization": f"Basic {token}",
            "X-Experience-API-Version": "1.0.3",
        }

    def post(self, body: bytes) -> bytes:
        """The bytes of a POST of statements."""
        lines = f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        return self._head("POST", STATEMENTS) + lines.encode() + body

    def get(self, path: str = STATEMENTS, **query: str | int) -> bytes:
        """The bytes of a GET."""
        target = f"{path}?{urlencode(query)}" if query else path
        return self._head("GET", target) + b"\r\n"

    def ask(self, path: str, **query: str | int) -> tuple[int, Any]:
        """One GET on a connection of its own: its status, and its JSON if it was 200."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            target = f"{path}?{urlencode(query)}" if query else path
            connection.request("GET", target, headers=self.headers)
            answer = connection.getresponse()
            body = answer.read()
        finally:
            connection.close()
        return answer.status, json.loads(body) if answer.status == 200 and body else None

    def _head(self, method: str, target: str) -> bytes:
        lines = [f"{method} {target} HTTP/1.1", *(f"{k}: {v}" for k, v in self.headers.items())]
        return "".join(f"{line}\r\n" for line in lines).encode()


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    body: bytes


class Connection:
    """One keep-alive connection that never blocks, with at most one request under way."""

    def __init__(self, port: int) -> None:
        self._port = port
        self.open()

    def open(self) -> None:
        """Connect, anew if need be."""
        self.socket = socket.create_connection(("127.0.0.1", self._port), timeout=10)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self._out = memoryview(b"")
        self._in = bytearray()  # grows in place: an answer of megabytes comes in a hundred parts
        self._end = 0
        self._body = 0

    def send(self, data: bytes) -> bool:
        """Begin a request. Whether all of it went out; else `flush` when the socket is writable."""
        self._out = memoryview(data)
        self._in, self._end = bytearray(), 0
        return self.flush()

    def flush(self) -> bool:
        try:
            self._out = self._out[self.socket.send(self._out) :]
        except BlockingIOError:
            pass
        except OSError:  # the next read says so, too
            self._out = memoryview(b"")
        return not self._out

    def receive(self) -> Answer | None:
        """The answer, once all of it is here."""
        try:
            data = self.socket.recv(262_144)
        except BlockingIOError:
            return None
        except OSError as error:
            return Answer(LOST, str(error).encode())
        if not data:
            return Answer(LOST, b"the server closed the connection")
        self._in += data
        if not self._end:
            self._read_head()
        if not self._end or len(self._in) < self._end:
            return None
        return Answer(int(self._in[9:12]), bytes(self._in[self._body : self._end]))

    def _read_head(self) -> None:
        head, found, _ = self._in.partition(b"\r\n\r\n")
        if not found:
            return
        self._body = len(head) + 4
        _, named, rest = head.lower().partition(b"\r\ncontent-length:")
        if not named and self._in[9:12] != b"204":
            raise ValueError("an answer without Content-Length")
        self._end = self._body + (int(rest.partition(b"\r\n")[0]) if named else 0)
