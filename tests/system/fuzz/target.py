"""The server that is sent to: with small limits, watched, and examined at the end."""

from __future__ import annotations

import base64
import json
import os
import signal
import threading
import urllib.request
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import psutil  # type: ignore[import-untyped]

from lrs import bootstrap
from lrs.db.engine import open_database
from lrs.domain.aggregates.credential import Scope
from lrs.ledger import LogReader
from lrs.settings import Settings
from tests.conftest import Place
from tests.support import commands
from tests.support.processes import wait_until
from tests.support.server import Server
from tests.system.fuzz.world import World

LONGEST = 3_600.0
"""Seconds that a command may take over the store that is left."""

_LIMITS = {
    "LRS_MAX_JSON_BYTES": "100000",
    "LRS_MAX_BODY_BYTES": "200000",
    "LRS_MAX_STATEMENTS": "100",
    "LRS_MAX_PARTS": "8",
    "LRS_MAX_ATTACHMENT_BYTES": "50000",
    "LRS_MAX_DOCUMENT_BYTES": "50000",
    "LRS_MAX_PAGE": "20",
    "LRS_CORS_ORIGINS": "https://courses.example.org",
}
"""Low, so that requests over them are quick to send."""

_SCOPES = (
    [Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE],
    [Scope.ALL_READ],
    [Scope.STATE],
    [Scope.PROFILE, Scope.STATEMENTS_READ],
)


class Target(Server):
    """A served store with keys of several scopes."""

    def __init__(self, place: Place, folder: Path) -> None:
        super().__init__(place, folder / "server.log")
        self._environment |= _LIMITS
        self._place = place
        lrs = bootstrap.build(Settings(ledger_url=place.ledger_url, views_url=place.views_url))
        keys = [lrs.credentials.create("fuzz", scopes) for scopes in _SCOPES]
        lrs.close()
        pairs = [f"{key.name}:{key.secret}" for key in keys] + [f"{keys[0].name}:wrong", ":", "x:y"]
        logins = [base64.b64encode(pair.encode()).decode() for pair in pairs]
        self.world = World(self.port, (self._login, *logins))

    @property
    def log(self) -> str:
        """What the server has said: warnings and errors, but of the bad keys that it was sent."""
        lines = self._log.read_text("utf-8", "replace").splitlines(keepends=True)
        return "".join(line for line in lines if '"login-failed"' not in line)

    def memory(self) -> int:
        """Bytes resident in all its processes; what they share counts in each."""
        assert self._process is not None
        process = psutil.Process(self._process.pid)
        total = 0
        for one in (process, *process.children(recursive=True)):
            with suppress(psutil.NoSuchProcess):
                total += one.memory_info().rss
        return total

    def has_folded(self) -> bool:
        login = {"Authorization": f"Basic {self._login}"}
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}/health", headers=login)
        with urllib.request.urlopen(request) as answer:
            health = json.load(answer)
        return health["status"] == "ok" and not any(p["lag"] for p in health["projections"])

    def stop(self) -> int:
        """End it as an operator does; its exit code."""
        assert self._process is not None
        self._process.terminate()
        self._process.join(30)
        code = self._process.exitcode
        assert code is not None, "it does not end"
        with suppress(ProcessLookupError):
            os.killpg(self._process.pid or 0, signal.SIGKILL)
        self._process = None
        return code

    def troubles(self, stored: Collection[bytes]) -> list[str]:
        """What is wrong with the store, once the server has folded all and is stopped."""
        wait_until(self.has_folded, 300)
        found = [f"the server ended with {code}" for code in [self.stop()] if code]
        for command in (["doctor"], ["replay", "rebuild", "--compare"]):
            done = commands.run(command, self._log.parent, self._environment, LONGEST)
            if done.returncode:
                found.append(f"lrs {' '.join(command)}: {done.stdout} {done.stderr}")
        if missing := len(stored) - self._held(stored):
            found.append(f"{missing} acknowledged statements are not in the log")
        return found

    def _held(self, stored: Collection[bytes]) -> int:
        """How many statements of these ids the log has."""
        ids = [UUID(bytes=id) for id in stored]
        database = open_database(self._place.ledger_url)
        try:
            reader = LogReader(database)
            parts = (ids[at : at + 500] for at in range(0, len(ids), 500))
            return sum(len(reader.statements(part)) for part in parts)
        finally:
            database.close()


class Watch:
    """Looks at a server's memory four times a second; `peak` is in bytes."""

    def __init__(self, target: Target) -> None:
        self.peak = 0
        self._target = target
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._look)
        self._thread.start()

    def _look(self) -> None:
        while not self._over.wait(0.25):
            self.peak = max(self.peak, self._target.memory())

    def end(self) -> None:
        self._over.set()
        self._thread.join()
