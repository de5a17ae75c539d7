"""Rebuilds in the background: a process that folds carries them out, one after the other."""

from __future__ import annotations

import threading
from contextlib import suppress

import structlog

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import RebuildConflict
from lrs.ledger import Ledger
from lrs.projector import checkpoints, rebuild_requests
from lrs.projector.checkpoints import Failure
from lrs.projector.quarantine import describe_error
from lrs.projector.rebuild.coordinator import RebuildCoordinator
from lrs.projector.rebuild_requests import RebuildRequest
from lrs.projector.throughput import SECOND

log = structlog.get_logger(__name__)

AGAIN = 30
"""Seconds after which a rebuild that failed is tried again."""


class BackgroundRebuilds:
    """A thread for rebuilds, while there are any."""

    def __init__(
        self,
        ledger: Ledger,
        views: Database,
        rebuilder: RebuildCoordinator,
        versions: dict[str, int],
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._rebuilder = rebuilder
        self._versions = versions
        self._thread: threading.Thread | None = None
        self._failed: dict[str, int] = {}
        """When each request of this process failed last, by its id."""

    def look(self) -> None:
        """Start carrying out the requested rebuilds, unless this process does so already."""
        if self._thread is None or not self._thread.is_alive():
            self._thread = threading.Thread(target=self._run, name="rebuilder", daemon=True)
            self._thread.start()

    def join(self, seconds: float) -> None:
        if self._thread is not None:
            self._thread.join(seconds)

    def _run(self) -> None:
        with suppress(Exception):  # the database is unavailable; the projector's thread logs that
            with translate_db_errors(), self._views.read.connect() as connection:
                wanted = rebuild_requests.read_all(connection)
            for rebuild in wanted.values():
                self._see_to(rebuild)

    def _see_to(self, rebuild: RebuildRequest) -> None:
        name = rebuild.projection
        if self._versions.get(name) != rebuild.version or self._is_too_soon(rebuild):
            return
        if self._rebuilder.staging(name).is_locked():
            return
        if not rebuild.background:
            log.warning("rebuild-swept-away", projection=name, position=rebuild.position)
            self._rebuilder.sweep(name)
            return
        try:
            self._rebuilder.run(name, waiting=rebuild)
        except RebuildConflict as conflict:
            log.info("rebuild-ended", projection=name, code=conflict.code)
        except Exception as error:
            if getattr(error, "code", "") != "shutting-down":
                self._note(rebuild, error)

    def _is_too_soon(self, rebuild: RebuildRequest) -> bool:
        return self._ledger.now() - self._failed.get(rebuild.id, 0) < AGAIN * SECOND

    def _note(self, rebuild: RebuildRequest, error: Exception) -> None:
        """Log and store the error of a failed rebuild, and do not retry it for a while."""
        now = self._ledger.now()
        self._failed = {rebuild.id: now}
        with suppress(Exception):
            log.warning(
                "rebuild-failed", projection=rebuild.projection, error=describe_error(error)
            )
            with translate_db_errors(), self._views.write.begin() as connection:
                failure = Failure(f"rebuild: {describe_error(error)}", now)
                checkpoints.fail(connection, rebuild.projection, failure)
