"""What a process remembers about read models: only ever about the state in which it left them.

Folding is fast because a fold remembers numbers, names and the catalogue from batch to batch. That
is true only of the tables it wrote. They may have changed since: another process has folded, a
rebuild was swapped in, or a crash of PostgreSQL has undone commits that were not on disk yet (read
models are written with `synchronous_commit` off), after which another process may have folded up
to the same position again. So each fold is kept together with the checkpoint that it left, and used
again only where the checkpoint, read under its lock, is still that one.
"""

from __future__ import annotations

from typing import NamedTuple

from lrs.projections.base import Fold, Projection
from lrs.projector.checkpoints import Checkpoint, Identity


class _CachedFold(NamedTuple):
    """A fold, and the checkpoint that it left."""

    projection: Projection
    fold: Fold
    left: Identity


class FoldCache:
    """The folds of one process, one for each projection. The caller holds the projection's lock."""

    def __init__(self) -> None:
        self._kept: dict[str, _CachedFold] = {}

    def take(self, projection: Projection, at: Checkpoint) -> Fold:
        """The fold that left the tables at that checkpoint, or one that remembers nothing.

        It is not kept until it is put back: whatever fails meanwhile, nothing is remembered of it.
        """
        cached = self._kept.pop(projection.NAME, None)
        if cached is not None and cached.projection is projection and cached.left == at.identity:
            return cached.fold
        return projection.new_fold()

    def is_current(self, projection: Projection, at: Checkpoint) -> bool:
        """Whether a fold is kept that left the tables at that checkpoint."""
        cached = self._kept.get(projection.NAME)
        return cached is not None and cached.projection is projection and cached.left == at.identity

    def put_back(self, projection: Projection, fold: Fold, left: Checkpoint) -> None:
        """Keep a fold whose transaction is committed: it left the tables at that checkpoint."""
        self._kept[projection.NAME] = _CachedFold(projection, fold, left.identity)
