"""Brings projections up to the log: one worker at a time per projection, in any process.

Two ways in: a thread of the web process or of `lrs project` (`start`), and a reader that needs the
projection fresh (`fresh`). Both fold through `Stepper.step`, and so does a rebuild beside the live
projection (beside.py).
"""

from lrs.projector.making import Rebuilt
from lrs.projector.projector import Projector
from lrs.projector.reading import Reach
from lrs.projector.recent import Behind, Recent
from lrs.projector.standing import Standing, Whose
from lrs.projector.stepper import Step, Stepper

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
