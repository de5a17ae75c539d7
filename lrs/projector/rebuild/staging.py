"""Where a projection is made anew beside the one that is read, and who may do that.

Whoever works at a rebuild holds a lock on that projection. It ends with the process that holds
it, however that ends, so there is no lease to wait for. What a dead process left in the place is
thrown away when the next one begins.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Table

from lrs.db.engine import Database


class StagingArea(Protocol):
    """A place for one projection's tables, beside those that are read."""

    @property
    def database(self) -> Database:
        """Where they are folded, as if they stood in the read models' own place."""

    def locked(self) -> AbstractContextManager[object]:
        """Be the only one who works here. Raises RebuildConflict where somebody is."""

    def is_locked(self) -> bool:
        """Whether anybody works here just now, in any process."""

    def require_lock(self) -> None:
        """Raises Unavailable where the lock was lost."""

    def clear(self) -> None:
        """Throw away whatever is here."""

    def make(self) -> None:
        """Make the place, with nothing in it."""

    def finish(self, tables: Sequence[Table]) -> None:
        """Make what only readers need, once the log is folded."""

    def swapping(self, patience: float) -> AbstractContextManager[Connection]:
        """A transaction on the read models in which `put` can be called. It waits for whoever
        reads or writes them for so many seconds, and then raises Unavailable.
        """

    def put(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Put the tables from here in the stead of those that are read."""


def staging_area(views: Database, projection: str) -> StagingArea:
    """The place for that projection beside those read models."""
    if views.dialect == "postgresql":
        from lrs.projector.rebuild.staging_postgres import PostgresStaging

        return PostgresStaging(views, projection)
    from lrs.projector.rebuild.staging_sqlite import SqliteStaging

    return SqliteStaging(views, projection)
