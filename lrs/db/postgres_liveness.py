"""PostgreSQL connections that notice when their server has stopped answering.

If a server hangs, or a network drops all packets, a query would wait for ever: no timeout of the
server helps, and TCP's own timeouts take minutes. But a slow query is no reason to give up. So if
an exchange takes SILENCE seconds, this module tries to open a second connection. Only if the server
does not answer on that either, it gives up the first one; otherwise it goes on waiting.
"""

from __future__ import annotations

import select
import socket
from collections.abc import Mapping
from typing import Any

from psycopg import Connection, OperationalError
from psycopg.abc import PQGen
from psycopg.errors import _WaitTimeout as WaitTimeout
from sqlalchemy import Engine, event
from sqlalchemy.exc import InvalidatePoolError

SILENCE = 2.0
"""Seconds without a whole answer after which a server is suspected."""

GREETING = 1.5
"""Seconds it then has to answer a new connection."""


class LiveConnection(Connection[Any]):
    """A connection that raises OperationalError when its server does not answer any more."""

    def wait(self, gen: PQGen[Any], *args: Any, **kwargs: Any) -> Any:
        """Run one exchange with the server, as psycopg does, until the server counts as dead."""
        while True:
            try:
                return super().wait(gen, *args, **{"timeout": SILENCE, **kwargs})
            except WaitTimeout:
                if "timeout" in kwargs:
                    raise
                self._require_greeting()

    def _require_greeting(self) -> None:
        info = self.info
        if not greets(info.hostaddr or info.host, info.port):
            self.close()
            raise OperationalError("the server has stopped answering")


def watch(engine: Engine) -> None:
    """Have the engine's connections notice a server that is gone, hung or silent."""
    event.listen(engine, "do_connect", _Connector())
    event.listen(engine, "checkout", _require_open)


class _Connector:
    """Connects; where there are several hosts, first to the one that took the last connection, so
    that a machine that is off costs one request its patience, and not each.
    """

    def __init__(self) -> None:
        self._last: tuple[str, str] | None = None

    def __call__(
        self, _dialect: object, _record: object, args: Any, options: dict[str, Any]
    ) -> LiveConnection:
        made = LiveConnection.connect(*args, **{**options, **self._hosts(options)})
        self._last = made.info.host, str(made.info.port)
        return made

    def _hosts(self, options: Mapping[str, Any]) -> dict[str, str]:
        """The hosts and ports, the last one used at their head; nothing where there is one."""
        hosts = str(options.get("host", "")).split(",")
        if len(hosts) == 1 or "hostaddr" in options:
            return {}
        ports = str(options.get("port", "")).split(",")
        places = list(zip(hosts, ports if len(ports) > 1 else ports * len(hosts), strict=True))
        places.sort(key=lambda place: (place[0], place[1] or "5432") != self._last)
        hosts, ports = map(list, zip(*places, strict=True))
        return {"host": ",".join(hosts), "port": ",".join(ports) if any(ports) else ""}


def _require_open(connection: LiveConnection, _record: object, _proxy: object) -> None:
    """Make the pool replace a connection whose end the server has closed.

    Nothing is due on an idle connection, so what can be read is its end. That costs no round trip,
    and nobody's request has to fail for the store to learn that the database was restarted.
    """
    if connection.closed or _is_readable(connection.fileno()):
        raise InvalidatePoolError


def _is_readable(descriptor: int) -> bool:
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return bool(poll.poll(0))


def greets(host: str, port: int) -> bool:
    """Whether a PostgreSQL server at that address answers an SSLRequest on a new connection.

    The server does so before it checks names, passwords or the number of connections.
    """
    local = host.startswith("/")
    place: Any = f"{host}/.s.PGSQL.{port}" if local else (host, port)
    family = socket.AF_UNIX if local else socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        with socket.socket(family, socket.SOCK_STREAM) as probe:
            probe.settimeout(GREETING)
            probe.connect(place)
            probe.sendall(_SSL_REQUEST)
            return bool(probe.recv(1))
    except OSError:
        return False


_SSL_REQUEST = bytes.fromhex("00000008 04d2162f")
"""Protocol 3.0's SSLRequest: its length, then the number 80877103."""
