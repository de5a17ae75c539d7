"""The queries of transcripts, courses, offices, programmes, services and visits; their answers."""

from lrs.projections.training.catalogue_cache import Programme
from lrs.projections.training.catalogue_history import Thing, Things
from lrs.projections.training.completions import Master
from lrs.projections.training.courses import Course
from lrs.projections.training.people import Trainee
from lrs.projections.training.statistics import By, Slice
from lrs.projections.training.transcripts import Correction, Entry

__all__ = [
    "By",
    "Correction",
    "Course",
    "Entry",
    "Master",
    "Programme",
    "Slice",
    "Thing",
    "Things",
    "Trainee",
]
