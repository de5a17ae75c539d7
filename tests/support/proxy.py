"""TCP proxies that cut connections: around an append, part of which they lose, or when idle."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from typing import Literal

from lrs.domain.events import StatementStored

Loss = Literal["request", "reply"]


class Proxy:
    """Passes bytes on between clients and the server on a loopback port, until told otherwise.
    With `patience` it closes both ends of what has been silent for so many seconds.
    """

    def __init__(self, target: int, patience: float | None = None) -> None:
        self._target = target
        self._patience = patience
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.lose: Loss | None = None
        """What to lose of the next append."""
        self.lost = 0
        self.cut = 0
        """How many connections were idle for too long."""
        self.away = False
        """Whether newcomers are turned away."""
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Returns when the last client has gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(60)
        self._listener.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                client, _ = self._listener.accept()
                self._threads.append(threading.Thread(target=self._serve, args=[client]))
                self._threads[-1].start()

    def _serve(self, client: socket.socket) -> None:
        with client, suppress(OSError):
            if self.away:
                return
            with socket.create_connection(("127.0.0.1", self._target)) as server:
                while self._pass_on(client, server):
                    pass

    def _pass_on(self, client: socket.socket, server: socket.socket) -> bool:
        ready, _, _ = select.select([client, server], [], [], self._patience)
        if not ready:
            self.cut += 1
            return False
        for end in ready:
            data = end.recv(65536)
            if end is client and self.lose is not None and StatementStored.TOPIC.encode() in data:
                if self.lose == "reply":
                    server.sendall(data)
                    _swallow(client, server)
                self.lose = None
                self.lost += 1
                return False
            if not data:
                return False
            (server if end is client else client).sendall(data)
        return True


def _swallow(client: socket.socket, server: socket.socket) -> None:
    """Let the client finish, and keep from it all that the server says until it is done."""
    head = b""
    while not head.endswith(_READY):
        ready, _, _ = select.select([client, server], [], [], 5)
        assert ready, "the server confirms it"
        if client in ready:
            server.sendall(client.recv(65536))
        if server in ready:
            head += server.recv(65536)


_READY = bytes.fromhex("5a 00000005 49")
"""ReadyForQuery: idle, no transaction under way."""
