"""The staging area of a rebuild, and the rebuild lock.

A process that rebuilds a projection holds the rebuild lock of that projection. The lock ends with
the process, however that ends, so there is no lease to wait for. The next rebuild removes the
leftovers of a dead process.
"""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import AbstractContextManager
from typing import Protocol

from sqlalchemy import Connection, Table

from lrs.db.engine import Database


class StagingArea(Protocol):
    """The tables of one projection that are being rebuilt, separate from the live ones."""

    @property
    def database(self) -> Database:
        """A database in which the staged tables have the names of the live ones."""

    def locked(self) -> AbstractContextManager[object]:
        """Hold the rebuild lock. Raises RebuildConflict if another process holds it."""

    def is_locked(self) -> bool:
        """Whether any process holds the rebuild lock."""

    def require_lock(self) -> None:
        """Raises Unavailable where the lock was lost."""

    def clear(self) -> None:
        """Remove the staged tables."""

    def make(self) -> None:
        """Create the empty tables."""

    def finish(self, tables: Sequence[Table]) -> None:
        """Create the indexes that only readers need, once the log is folded."""

    def swapping(self, patience: float) -> AbstractContextManager[Connection]:
        """A transaction on the projections in which `put` can be called. It waits at most so many
        seconds for readers and writers, and then raises Unavailable.
        """

    def put(self, connection: Connection, tables: Sequence[Table]) -> None:
        """Replace the live tables by the staged ones."""


def staging_area(views: Database, projection: str) -> StagingArea:
    """The staging area of that projection."""
    if views.dialect == "postgresql":
        from lrs.projector.rebuild.staging_postgres import PostgresStaging

        return PostgresStaging(views, projection)
    from lrs.projector.rebuild.staging_sqlite import SqliteStaging

    return SqliteStaging(views, projection)
