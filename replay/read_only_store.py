"""A store as checks read it: nothing here writes to it, so a standby or a role that may only read
will do.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass

from lrs.db.engine import Database
from lrs.ledger import Blobs, Ledger
from lrs.projections.base import Projection


@dataclass(frozen=True, slots=True)
class ReadOnlyStore:
    """The log, the read models that are served, and the bytes of attachments and documents."""

    ledger: Ledger
    log: Database
    views: Database
    blobs: Blobs
    make_projections: Callable[[], Sequence[Projection]]

    def projection(self, name: str) -> Projection:
        """A new projection, without caches."""
        return next(p for p in self.make_projections() if name == p.NAME)

    def close(self) -> None:
        self.ledger.close()
        self.log.close()
        self.views.close()


OpenStore = Callable[[], AbstractContextManager[ReadOnlyStore]]
"""How a process of its own gets at the store. It is pickled."""
