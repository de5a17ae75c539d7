"""Step through the log: what each event changed for a person, and what became of one event."""

from lrs.service.replay.conclusion import Conclusion, ExplainedVerdict, MissingCourse
from lrs.service.replay.explain import (
    EvidenceSource,
    ExplainedStep,
    ExplainQuery,
    Explanation,
    Explanations,
)
from lrs.service.replay.facts import (
    ClearanceChange,
    LineChange,
    LineFacts,
    ReportChange,
    VerdictChange,
)
from lrs.service.replay.said_by import SaidBy
from replay.touches import Touch, TouchKind

__all__ = [
    "ClearanceChange",
    "Conclusion",
    "EvidenceSource",
    "ExplainQuery",
    "ExplainedStep",
    "ExplainedVerdict",
    "Explanation",
    "Explanations",
    "LineChange",
    "LineFacts",
    "MissingCourse",
    "ReportChange",
    "SaidBy",
    "Touch",
    "TouchKind",
    "VerdictChange",
]
