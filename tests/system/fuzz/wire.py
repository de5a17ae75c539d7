"""A client that sends exactly the bytes it is given, and reads answers as strictly as it can."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from dataclasses import dataclass

from tests.system.fuzz.framing import Message

PATIENCE = 15.0
"""Seconds within which every answer must come; beyond, the connection hangs."""

_LINGER = struct.pack("ii", 1, 0)
_NO_BODY = {204, 304}


class Broken(Exception):
    """An answer that is no good HTTP."""


class Lost(Exception):
    """The connection ended before the answer did; `begun` if a part of the answer came."""

    def __init__(self, begun: bool) -> None:
        super().__init__("lost")
        self.begun = begun


@dataclass(frozen=True)
class Answer:
    """Header names are in lower case."""

    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def closes(self) -> bool:
        return self.headers.get("connection", "").lower() == "close"


class Connection:
    """A raw connection to the server on a loopback port."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._buffer = bytearray()
        self._loop = asyncio.get_running_loop()
        self._socket = socket.socket()
        self._socket.setblocking(False)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._sending: asyncio.Task[None] | None = None

    async def open(self) -> None:
        await self._loop.sock_connect(self._socket, ("127.0.0.1", self._port))

    async def close(self) -> None:
        if self._sending is not None:
            # before the socket: the loop would take another of its number for it
            self._sending.cancel()
            await asyncio.wait([self._sending])
        self._socket.close()

    def reset(self) -> None:
        """End it as a client does whose process dies with unread bytes."""
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _LINGER)
        self._socket.close()

    def shut(self) -> None:
        with suppress(OSError):
            self._socket.shutdown(socket.SHUT_WR)

    async def send(self, data: bytes, pieces: int = 1) -> None:
        """Quietly stops where the server has stopped listening: it may have answered before."""
        size = -(-len(data) // pieces) or 1
        with suppress(ConnectionError):
            for begin in range(0, len(data), size):
                await self._loop.sock_sendall(self._socket, data[begin : begin + size])
                if pieces > 1:
                    await asyncio.sleep(0.002)

    def send_meanwhile(self, data: bytes) -> None:
        """What is too much to be taken at once: the server may answer before it has read it."""
        self._sending = asyncio.create_task(self.send(data))

    async def receive(self, message: Message) -> Answer:
        """The answer to a message. Raises Lost, Broken."""
        while True:
            end = self._buffer.find(b"\r\n\r\n")
            if end >= 0:
                answer = await self._answer(message, end)
                if answer.status >= 200:
                    return answer
            elif not await self._more():
                raise Lost(bool(self._buffer))

    @property
    def rest(self) -> bytes:
        """What came and was not asked for."""
        return bytes(self._buffer)

    async def ends(self) -> bool:
        """Whether the server ends the connection, having sent nothing more."""
        return not await self._more()

    async def _more(self) -> bool:
        try:
            data = await self._loop.sock_recv(self._socket, 262_144)
        except ConnectionError:
            return False
        self._buffer += data
        return bool(data)

    async def _answer(self, message: Message, end: int) -> Answer:
        status, headers = _head(bytes(self._buffer[:end]))
        del self._buffer[: end + 4]
        bare = status < 200 or status in _NO_BODY or message.verb == b"HEAD"
        if bare:
            return Answer(status, headers, b"")
        if headers.get("transfer-encoding") == "chunked":
            return Answer(status, headers, await self._chunks())
        if "content-length" not in headers:
            raise Broken(f"{status} of unknown length")
        return Answer(status, headers, await self._take(int(headers["content-length"])))

    async def _chunks(self) -> bytes:
        body = b""
        while True:
            while (end := self._buffer.find(b"\r\n")) < 0:
                if not await self._more():
                    raise Lost(True)
            size = int(bytes(self._buffer[:end]), 16)
            del self._buffer[: end + 2]
            body += (await self._take(size + 2))[:-2]
            if size == 0:
                return body

    async def _take(self, size: int) -> bytes:
        while len(self._buffer) < size:
            if not await self._more():
                raise Lost(True)
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data


def _head(text: bytes) -> tuple[int, dict[str, str]]:
    """Status and headers. Raises Broken."""
    first, *lines = text.decode("latin-1").split("\r\n")
    version, _, rest = first.partition(" ")
    if version not in ("HTTP/1.1", "HTTP/1.0") or not rest[:3].isdigit():
        raise Broken(f"status line {first[:40]!r}")
    headers: dict[str, str] = {}
    for line in lines:
        name, colon, value = line.partition(": ")
        name = name.lower()
        if not colon or (name in headers and name != "vary"):
            raise Broken(f"header {line[:40]!r}")
        headers[name] = value
    return int(rest[:3]), headers
