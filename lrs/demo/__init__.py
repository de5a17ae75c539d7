"""A training centre that never was: a history to try the store with.

    for statement in statements(): ...   # about 25,000, the same every time
    for news in history(): ...           # these and the events of the catalogue, in order
    notable()["resit"]                   # "account|https://hr.centre.example|..."
    Past(unfold(2026, 400)).instants     # when each of them was stored

All names, offices and hosts are invented.
"""

from lrs.demo.centre import history, notable, statements, unfold
from lrs.demo.courses import COURSES
from lrs.demo.journal import Journal, JournalEvent
from lrs.demo.past import Past
from lrs.demo.places import OFFICES
from lrs.demo.programmes import STRICTER_TOLD
from lrs.demo.workdays import END, START

__all__ = [
    "COURSES",
    "END",
    "OFFICES",
    "START",
    "STRICTER_TOLD",
    "Journal",
    "JournalEvent",
    "Past",
    "history",
    "notable",
    "statements",
    "unfold",
]
