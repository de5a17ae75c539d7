"""Brings projections up to the log: one worker at a time per projection, in any process.

Two ways in: a thread of the web process or of `lrs project` (`start`), and a reader that needs the
projection fresh (`fresh`). Both fold through `Stepper.step`, and so does a rebuild beside the live
projection (beside.py).
"""

from lrs.projector.batch_runner import Step, Stepper
from lrs.projector.fresh_reads import Reach
from lrs.projector.rebuild.job import Rebuilt
from lrs.projector.status import Standing, Whose
from lrs.projector.unindexed_tail import Behind, Recent
from lrs.projector.worker import Projector

__all__ = [
    "Behind",
    "Projector",
    "Reach",
    "Rebuilt",
    "Recent",
    "Standing",
    "Step",
    "Stepper",
    "Whose",
]
