"""Records when keys are used: at most once a minute for each key and process, in a thread."""

from __future__ import annotations

import threading
from contextlib import suppress
from uuid import UUID

import structlog

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.projector import key_uses

log = structlog.get_logger(__name__)

EVERY = 60_000_000
"""Microseconds for which a key's use is not recorded again."""

MOST = 10_000
"""The most keys whose last recorded use is remembered."""

PATIENCE = 2.0
"""Seconds that `flush` waits for the thread that writes."""


class KeyUses:
    """The uses of keys, in one database of read models. Some are lost while it is unreachable."""

    def __init__(self, views: Database) -> None:
        self._views = views
        self._lock = threading.Lock()
        self._noted: dict[UUID, int] = {}
        self._waiting: dict[UUID, int] = {}
        self._thread: threading.Thread | None = None

    def note(self, key: UUID, at: int) -> None:
        """Record that the key was used at that instant (in microseconds). Does not wait."""
        before = self._noted.get(key)
        if before is not None and before <= at < before + EVERY:
            return
        with self._lock:
            if len(self._noted) >= MOST:
                self._noted.clear()
            self._noted[key] = self._waiting[key] = at
            if self._thread is None:
                self._thread = threading.Thread(target=self._write, name="key-uses", daemon=True)
                self._thread.start()

    def read(self) -> dict[UUID, int]:
        """When each key was last used; without keys that never were. Raises Unavailable."""
        self.flush()
        with translate_db_errors(), self._views.read.connect() as connection:
            return key_uses.read(connection)

    def flush(self) -> None:
        """Wait until the recorded uses are written."""
        thread = self._thread
        if thread is not None:
            thread.join(PATIENCE)

    def _write(self) -> None:
        while True:
            with self._lock:
                uses, self._waiting = self._waiting, {}
                if not uses:
                    self._thread = None
                    return
            try:
                with translate_db_errors(), self._views.write.begin() as connection:
                    key_uses.note(connection, uses)
            except Exception as error:
                with suppress(Exception):  # a full disk may take no log entry either
                    log.warning("key-uses-lost", error=type(error).__name__, keys=len(uses))
