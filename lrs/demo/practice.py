"""A simulator that was installed in spring. Its statements name no course; the catalogue does."""

from __future__ import annotations

from datetime import date, timedelta

from lrs.demo.catalogue import course_entry
from lrs.demo.courses import COURSES
from lrs.demo.journal import Journal, day_of
from lrs.demo.people import Staff
from lrs.demo.vocabulary import LEARNING, SIMULATION, activity
from lrs.demo.workdays import at, duration, moment, workday_after
from lrs.domain.aggregates.catalogue_entry import EntryKind

SIMULATOR = f"{LEARNING}/simulator/intake"
_INSTALLED = date(2026, 2, 16)
_LISTED = date(2026, 4, 6)


def practise(journal: Journal, staff: Staff) -> None:
    """Some of those who passed the test of the intake program practise; what the simulator sends
    stands alone until the catalogue says that it belongs to the course.
    """
    dice, simulator = journal.dice, activity(
        SIMULATOR, SIMULATION, "Тренажёр приёма документов", "Intake simulator"
    )  # fmt: skip
    by_key = {key: who for who in staff.trainees for key in who.keys}
    course = COURSES["intake"]
    for key, statement in journal.told("passed", course.test()["id"]):
        if not dice.chance(0.4):
            continue
        day = workday_after(max(day_of(statement), _INSTALLED), dice.between(3, 15))
        start, spent = moment(dice, day, 9, 17), timedelta(minutes=dice.between(15, 55))
        journal.tell(start, by_key[key], "initialized", simulator)
        result = {"completion": True, "duration": duration(spent)}
        journal.tell(start + spent, by_key[key], "completed", simulator, result=result)
    journal.describe(at(_LISTED, 9), EntryKind.COURSE, course_entry(course, SIMULATOR))
    journal.remember("placed-by-the-catalogue", SIMULATOR)
