"""The folds of a process with their caches, each tied to the checkpoint at which it left the
tables.

Folding is fast because a fold caches numbers, names and the catalogue from batch to batch. These
caches are valid only for the tables that it wrote. The tables may have changed since: another
process has folded, a rebuild was swapped in, or a crash of PostgreSQL has undone commits that were
not on disk yet (projections are written with `synchronous_commit` off), after which another process
may have folded up to the same position again. So each fold is stored together with its last
checkpoint, and used again only if the checkpoint, read under its lock, is still the same.
"""

from __future__ import annotations

from typing import NamedTuple

from lrs.projections.base import Fold, Projection
from lrs.projector.checkpoints import Checkpoint, Identity


class _CachedFold(NamedTuple):
    """A fold, and the checkpoint of its last committed batch."""

    projection: Projection
    fold: Fold
    left: Identity


class FoldCache:
    """The folds of one process, one for each projection. The caller holds the projection's lock."""

    def __init__(self) -> None:
        self._kept: dict[str, _CachedFold] = {}

    def take(self, projection: Projection, at: Checkpoint) -> Fold:
        """Take the fold that left the tables at that checkpoint, or a new one with empty caches.

        The cache does not hold the fold until it is put back. So after any failure its caches are
        gone.
        """
        cached = self._kept.pop(projection.NAME, None)
        if cached is not None and cached.projection is projection and cached.left == at.identity:
            return cached.fold
        return projection.new_fold()

    def is_current(self, projection: Projection, at: Checkpoint) -> bool:
        """Whether the cache holds the fold that left the tables at that checkpoint."""
        cached = self._kept.get(projection.NAME)
        return cached is not None and cached.projection is projection and cached.left == at.identity

    def put_back(self, projection: Projection, fold: Fold, left: Checkpoint) -> None:
        """Store a fold whose transaction is committed: it left the tables at that checkpoint."""
        self._kept[projection.NAME] = _CachedFold(projection, fold, left.identity)
