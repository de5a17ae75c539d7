"""Shares counts between the processes of one server: each has a file in a common folder.

A request for /metrics reaches any process. So each process writes its counts into its file every
EVERY seconds, and the process that gets the request adds up all files. The file of an ended process
stays, as its requests were answered by this server, too. If a file was not written for GONE
seconds, its process has ended, and its memory does not count any more.
"""

from __future__ import annotations

import os
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import mkdtemp

import msgspec

from api.metrics.snapshot import Snapshot
from api.metrics.tally import SeriesKey

FOLDER = "ZACHETKA_METRICS_FOLDER"
"""The variable by which the first process tells the others of the folder. It is no setting."""

EVERY = 2.0
GONE = 10.0


@contextmanager
def shared_folder() -> Iterator[None]:
    """A folder for the counts of all processes that are started meanwhile, for their user alone."""
    folder = mkdtemp(prefix="zachetka-metrics-")
    os.environ[FOLDER] = folder
    try:
        yield
    finally:
        os.environ.pop(FOLDER, None)
        shutil.rmtree(folder, ignore_errors=True)


class Exchange:
    """This process's part in it. Without a folder it knows of itself alone."""

    def __init__(self, take: Callable[[], Snapshot]) -> None:
        self._take = take
        folder = os.environ.get(FOLDER)
        self._folder = Path(folder) if folder else None
        self._name = f"{os.getpid()}-{secrets.token_hex(4)}"
        self._writing = threading.Lock()
        if self._folder is not None:
            threading.Thread(target=self._write_on, name="metrics", daemon=True).start()

    def all(self) -> Iterator[tuple[Snapshot, bool]]:
        """Every process's snapshot, this one's as of now, and whether the process lives."""
        yield self._take(), True
        if self._folder is None:
            return
        for path in sorted(self._folder.glob("*.json")):
            if path.stem != self._name:
                with suppress(OSError, msgspec.DecodeError):
                    lives = time.time() - path.stat().st_mtime < GONE
                    yield _decoded(path.read_bytes()), lives

    def _write_on(self) -> None:
        while True:
            with suppress(OSError):  # a full disk; the next one may find room
                self.write()
            time.sleep(EVERY)

    def write(self) -> None:
        """Write the file atomically, as other processes read it meanwhile."""
        if self._folder is not None:
            unfinished = self._folder / f"{self._name}.new"
            with self._writing:
                unfinished.write_bytes(_encoded(self._take()))
                unfinished.replace(self._folder / f"{self._name}.json")


class _File(msgspec.Struct):
    """A snapshot as JSON has it, where a key of several parts cannot name a member."""

    pid: int
    requests: list[tuple[SeriesKey, int, float]]
    refusals: dict[str, int]
    statements: int
    waiting: int
    memory: int


def _encoded(one: Snapshot) -> bytes:
    requests = [(key, count, seconds) for key, (count, seconds) in one.requests.items()]
    file = _File(one.pid, requests, one.refusals, one.statements, one.waiting, one.memory)
    return msgspec.json.encode(file)


def _decoded(text: bytes) -> Snapshot:
    file = msgspec.json.decode(text, type=_File)
    requests = {key: (count, seconds) for key, count, seconds in file.requests}
    return Snapshot(
        file.pid, requests, file.refusals, file.statements, file.waiting, file.memory
    )  # fmt: skip
