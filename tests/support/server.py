"""The real server, as `lrs serve` runs it, to be killed; and clients that keep it busy."""

from __future__ import annotations

import base64
import http.client
import json
import os
import signal
import threading
from collections.abc import Sequence
from contextlib import suppress
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from uuid import UUID, uuid4

from lrs import bootstrap
from lrs.domain.aggregates.credential import Scope
from lrs.domain.xapi.agent import JsonObject
from lrs.settings import Settings
from tests.conftest import Place
from tests.support import commands
from tests.support.postgres import free_port
from tests.support.processes import wait_until
from tests.support.stores import body


class Server:
    """A store served in a process group of its own. `kill` ends all of it without warning."""

    def __init__(self, place: Place, log: Path) -> None:
        self.place = place
        self.port = free_port()
        settings = {
            "LRS_LEDGER_URL": place.ledger_url,
            "LRS_VIEWS_URL": place.views_url,
            "LRS_PORT": str(self.port),
            "LRS_LOG_LEVEL": "warning",
        }
        environment = {k: v for k, v in os.environ.items() if not k.startswith("LRS_")}
        self._environment = environment | settings
        self._log = log
        self._process: ForkServerProcess | None = None
        stored = Settings(ledger_url=place.ledger_url, views_url=place.views_url)
        bootstrap.migrate(stored)
        lrs = bootstrap.build(stored)
        key = lrs.credentials.create("test", [Scope.ALL])
        lrs.close()
        self._login = base64.b64encode(f"{key.name}:{key.secret}".encode()).decode()

    def start(self) -> None:
        self._process = commands.begin(["serve"], self._log.parent, self._environment, self._log)
        wait_until(self._answers, 40)

    def kill(self) -> None:
        if self._process is not None:
            os.killpg(self._process.pid or 0, signal.SIGKILL)
            self._process.join(10)
            self._process = None

    def post(self, ids: Sequence[UUID]) -> int:
        """Store a batch with these ids; the status. Raises OSError when there is no answer."""
        return self.store([body(id) for id in ids])

    def store(self, statements: Sequence[JsonObject]) -> int:
        """Store these statements; the status. Raises OSError when there is no answer."""
        return self.ask("POST", "/xapi/statements", json.dumps(statements).encode())[0]

    def get(self, id: UUID) -> int:
        return self.ask("GET", f"/xapi/statements?statementId={id}")[0]

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, bytes]:
        """The status and body of the answer to a request with the server's own key, which may do
        everything. Raises OSError when there is none.
        """
        headers = {
            "Authorization": f"Basic {self._login}",
            "Content-Type": "application/json",
            "X-Experience-API-Version": "2.0.0",
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        try:
            connection.request(method, path, body, headers)
            response = connection.getresponse()
            return response.status, response.read()
        except http.client.HTTPException as error:
            raise ConnectionError from error
        finally:
            connection.close()

    def _answers(self) -> bool:
        assert self._process is not None
        assert self._process.is_alive(), self._log.read_text()
        with suppress(OSError):
            return self.ask("GET", "/health")[0] == 200
        return False


class Load:
    """Clients that post batches, each as soon as its last is answered, until it is not stored."""

    BATCH = 5

    def __init__(self, server: Server, clients: int) -> None:
        self._server = server
        self.acknowledged: list[list[UUID]] = []
        self.unsure: list[list[UUID]] = []
        self._threads = [threading.Thread(target=self._post) for _ in range(clients)]
        for thread in self._threads:
            thread.start()

    def join(self) -> None:
        for thread in self._threads:
            thread.join(60)

    def _post(self) -> None:
        while True:
            ids = [uuid4() for _ in range(self.BATCH)]
            status = 0
            with suppress(OSError):
                status = self._server.post(ids)
            if status != 200:
                self.unsure.append(ids)
                return
            self.acknowledged.append(ids)
