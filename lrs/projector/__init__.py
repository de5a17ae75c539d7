"""Brings projections up to the log: one worker at a time per projection, in any process.

A thread of the web process or of `lrs project` folds (`start`), and so does a reader that needs a
fresh projection (`fresh`). Both use `BatchRunner.step`, and so does a rebuild in its staging area
(rebuild/).
"""

from lrs.projector.batch_runner import BatchRunner, Step
from lrs.projector.fresh_reads import FreshReads, ReadConsistency
from lrs.projector.rebuild.coordinator import RebuildCoordinator
from lrs.projector.rebuild.job import Rebuilt
from lrs.projector.status import Ownership, ProjectionStatus
from lrs.projector.unindexed_tail import TailReader, UnindexedTail
from lrs.projector.worker import Projector

__all__ = [
    "BatchRunner",
    "FreshReads",
    "Ownership",
    "ProjectionStatus",
    "Projector",
    "ReadConsistency",
    "RebuildCoordinator",
    "Rebuilt",
    "Step",
    "TailReader",
    "UnindexedTail",
]
