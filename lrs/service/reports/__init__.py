"""Queries of transcripts, courses, offices, programmes, services and visits, and their results."""

from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.catalogue_history import CurrentEntries, CurrentEntry
from lrs.projections.training.completions import CompletedBy
from lrs.projections.training.courses import Course
from lrs.projections.training.people import Trainee
from lrs.projections.training.statistics import CourseReport, Slice, SliceBy
from lrs.projections.training.transcripts import Correction, TranscriptEntry

__all__ = [
    "CompletedBy",
    "Correction",
    "Course",
    "CourseReport",
    "CurrentEntries",
    "CurrentEntry",
    "ProgrammeRules",
    "Slice",
    "SliceBy",
    "Trainee",
    "TranscriptEntry",
]
