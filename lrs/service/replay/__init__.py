"""Step through the log: what each event changed for a person, and what became of one event."""

from lrs.projections.training.lines import OutcomeRow
from replay.touches import Touch, TouchKind

__all__ = ["OutcomeRow", "Touch", "TouchKind"]
