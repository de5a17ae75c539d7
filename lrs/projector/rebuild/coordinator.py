"""Which process rebuilds a projection: one at a time for each, in any process.

Readers see the old rows or the new ones. A process that is killed before the swap (job.py) leaves
the old tables, and nothing that prevents the next rebuild.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from uuid import uuid4

from sqlalchemy import Connection

from lrs.db.engine import Database
from lrs.db.errors import translate_db_errors
from lrs.domain.errors import RebuildConflict
from lrs.ledger import Ledger
from lrs.projections.base import Projection
from lrs.projector import checkpoints, rebuild_requests
from lrs.projector.rebuild.job import Level, OnProgress, RebuildJob, Rebuilt
from lrs.projector.rebuild.split import Workers, in_this_thread
from lrs.projector.rebuild.staging import StagingArea, staging_area
from lrs.projector.rebuild_requests import RebuildRequest


class RebuildCoordinator:
    """Rebuilds projections of one program, each in its own staging area."""

    def __init__(
        self,
        ledger: Ledger,
        views: Database,
        anew: Callable[[], Sequence[Projection]],
        stop: threading.Event,
    ) -> None:
        self._ledger = ledger
        self._views = views
        self._anew = anew
        self._stop = stop

    def projection(self, name: str) -> Projection:
        """A new projection, without caches."""
        return next(p for p in self._anew() if name == p.NAME)

    def staging(self, name: str) -> StagingArea:
        return staging_area(self._views, name)

    def ask(self, name: str) -> None:
        """Request a rebuild, which the next process that folds carries out. Raises RebuildConflict
        if one is running or requested.
        """
        with translate_db_errors(), self._views.write.begin() as connection:
            request = rebuild_requests.read(connection, name)
            if request is not None and (request.background or self.staging(name).is_locked()):
                raise RebuildConflict("rebuild-under-way", projection=name)
            self._request(connection, name, background=True)

    def cancel(self, name: str) -> None:
        """Cancel the rebuild. Raises RebuildConflict if none is running or requested."""
        with translate_db_errors(), self._views.write.begin() as connection:
            if not rebuild_requests.remove(connection, name):
                raise RebuildConflict("no-rebuild", projection=name)
        self.sweep(name)

    def sweep(self, name: str) -> None:
        """Remove the leftovers of a dead process, unless a rebuild is running."""
        staging = self.staging(name)
        with suppress(RebuildConflict), staging.locked():
            with translate_db_errors(), self._views.write.begin() as connection:
                request = rebuild_requests.read(connection, name)
                if request is not None and not request.background:
                    rebuild_requests.finish(connection, request.id)
            staging.clear()

    def run(
        self,
        name: str,
        *,
        waiting: RebuildRequest | None = None,
        workers: Workers | None = None,
        level: Level | None = None,
        swap_anyway: bool = False,
        progress: OnProgress = lambda _: None,
    ) -> Rebuilt:
        """Rebuild the projection now: for this process's own request, or for the one that is
        `waiting`. Without `workers`, this thread does all the work. With `level`, which brings the
        live projection up to the log, the old and new rows are compared; if they differ, the old
        tables stay, unless `swap_anyway` is given.

        Raises RebuildConflict if another process rebuilds it, or once it is cancelled or overtaken;
        StorageFull, Unavailable. The old tables then stay.
        """
        staging = self.staging(name)
        with staging.locked():
            staging.clear()
            with translate_db_errors(), self._views.write.begin() as connection:
                request = self._requested(connection, name, waiting)
                live = checkpoints.read(connection, name)
            try:
                job = RebuildJob(
                    self._ledger,
                    self._views,
                    self.projection(name),
                    staging,
                    request,
                    live,
                    workers=workers or in_this_thread(self._ledger),
                    stop=self._stop,
                    progress=progress,
                    swap_anyway=swap_anyway,
                )
                return job.run(level)
            except BaseException:
                if not request.background:
                    with suppress(Exception), self._views.write.begin() as connection:
                        rebuild_requests.finish(connection, request.id)
                raise
            finally:
                with suppress(Exception):  # the next rebuild clears the staging area, too
                    staging.require_lock()
                    staging.clear()

    def _requested(
        self, connection: Connection, name: str, waiting: RebuildRequest | None
    ) -> RebuildRequest:
        """The request to carry out; the caller holds its lock."""
        if waiting is None:
            return self._request(connection, name, background=False)
        wanted = rebuild_requests.read(connection, name)
        if wanted is None or wanted.id != waiting.id:
            raise RebuildConflict("rebuild-cancelled", projection=name)
        return wanted

    def _request(self, connection: Connection, name: str, *, background: bool) -> RebuildRequest:
        version = self.projection(name).VERSION
        wanted = RebuildRequest(name, uuid4().hex, version, background, self._ledger.now())
        rebuild_requests.ask(connection, wanted)
        return wanted
