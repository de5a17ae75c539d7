"""Step through the log: what each event changed for a person, and what became of one event."""

from lrs.service.replay.author import Author
from lrs.service.replay.conclusion import Conclusion, ExplainedVerdict, MissingCourse
from lrs.service.replay.difference import DifferenceQuery, Differences, PersonDifference
from lrs.service.replay.event_effects import DescribedEntry
from lrs.service.replay.explain import (
    EvidenceSource,
    ExplainedStep,
    ExplainQuery,
    Explanation,
    Explanations,
)
from lrs.service.replay.facts import (
    CHANGE_KINDS,
    ClearanceChange,
    LineChange,
    LineFacts,
    ReportChange,
    VerdictChange,
)
from lrs.service.replay.later import LaterChange, LaterKind
from lrs.service.replay.log_events import EventReport, LaterEvent, LogEvents, ReadModelState
from replay.touches import Touch, TouchKind

__all__ = [
    "CHANGE_KINDS",
    "Author",
    "ClearanceChange",
    "Conclusion",
    "DescribedEntry",
    "DifferenceQuery",
    "Differences",
    "EventReport",
    "EvidenceSource",
    "ExplainQuery",
    "ExplainedStep",
    "ExplainedVerdict",
    "Explanation",
    "Explanations",
    "LaterChange",
    "LaterEvent",
    "LaterKind",
    "LineChange",
    "LineFacts",
    "LogEvents",
    "MissingCourse",
    "PersonDifference",
    "ReadModelState",
    "ReportChange",
    "Touch",
    "TouchKind",
    "VerdictChange",
]
