"""A TCP proxy that loses the reply to a COMMIT, or the COMMIT itself, and cuts the connection."""

from __future__ import annotations

import select
import socket
import threading
from contextlib import suppress
from typing import Literal

Loss = Literal["request", "reply"]


class Proxy:
    """Passes bytes on between clients and the server on a loopback port, until told otherwise."""

    def __init__(self, target: int) -> None:
        self._target = target
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port: int = self._listener.getsockname()[1]
        self.lose: Loss | None = None
        """What to lose of the next COMMIT."""
        self.lost = 0
        self.away = False
        """Whether newcomers are turned away."""
        self._threads = [threading.Thread(target=self._accept)]
        self._threads[0].start()

    def close(self) -> None:
        """Returns when the last client has gone."""
        self._listener.shutdown(socket.SHUT_RDWR)
        for thread in self._threads:
            thread.join(10)
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
        ready, _, _ = select.select([client, server], [], [])
        for end in ready:
            data = end.recv(65536)
            if end is client and self.lose is not None and b"COMMIT" in data:
                if self.lose == "reply":
                    server.sendall(data)
                    assert b"COMMIT" in server.recv(65536), "the server confirms it by name"
                self.lose = None
                self.lost += 1
                return False
            if not data:
                return False
            (server if end is client else client).sendall(data)
        return True
