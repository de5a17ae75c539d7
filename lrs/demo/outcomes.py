"""How a course ends: tests and resits, completion, certificates, ratings."""

from __future__ import annotations

from datetime import datetime

from lrs.demo.courses import CoursePlan
from lrs.demo.journal import Journal, soon
from lrs.demo.people import Employee
from lrs.demo.vocabulary import CERTIFICATE, VALID_UNTIL, activity
from lrs.demo.workdays import duration, moment, workday_after
from lrs.domain.xapi.agent import JsonObject

_PASS_PERCENT = 70
_ATTEMPTS = 3
_PRAISE = (
    "Спасибо, было полезно.",
    "Хорошие примеры из работы окон.",
    "Тренер отвечал на все вопросы.",
    "Буду применять уже завтра.",
    "Хотелось бы больше таких занятий.",
)
_BLAME = (
    "Слишком быстро.",
    "Мало практики.",
    "В аудитории было душно.",
    "Темы уже знакомы.",
)


def score(raw: int, top: int, *, low: int = 0) -> JsonObject:
    return {"scaled": round((raw - low) / (top - low), 4), "raw": raw, "min": low, "max": top}


def assess(
    journal: Journal, course: CoursePlan, who: Employee, registration: str, at: datetime
) -> tuple[str, datetime] | None:
    """A test with up to two resits, each a registration of its own.

    The registration that passed and when, or None for those who failed to the end or gave up.
    """
    dice = journal.dice
    for attempt in range(_ATTEMPTS):
        raw, at = _sit(journal, course, who, registration, at, attempt)
        if _passes(raw, course):
            if attempt and who.mbox is None:
                journal.remember("resit", who, at)
            return registration, at
        if attempt == _ATTEMPTS - 1 or dice.chance(0.15):
            break
        day = workday_after(at.date(), dice.between(4, 9))
        registration, booked = dice.uuid(), soon(dice, at, 300, 3600)
        journal.tell(booked, who, "registered", course.activity(), registration=registration)
        at = moment(dice, day)
    return None


def _passes(raw: int, course: CoursePlan) -> bool:
    return 100 * raw >= _PASS_PERCENT * course.points


def _sit(
    journal: Journal,
    course: CoursePlan,
    who: Employee,
    registration: str,
    at: datetime,
    attempt: int,
) -> tuple[int, datetime]:
    """One attempt: the points, and when it ended. A resit is better prepared."""
    dice = journal.dice
    where = {"registration": registration, "parent": course.activity()}
    journal.tell(at, who, "attempted", course.test(), **where)
    share = dice.normal(0.83 + 0.06 * attempt + who.ability, 0.11)
    raw = max(0, min(course.points, round(share * course.points)))
    passed = _passes(raw, course)
    end = soon(dice, at, 25 * course.points, 80 * course.points)
    result = {
        "score": score(raw, course.points),
        "success": passed,
        "completion": True,
        "duration": duration(end - at),
    }
    journal.tell(end, who, "passed" if passed else "failed", course.test(), result=result, **where)
    return raw, end


def conclude(
    journal: Journal,
    course: CoursePlan,
    who: Employee,
    registration: str,
    at: datetime,
    known: datetime | None = None,
) -> None:
    """The course is completed; where it grants one, a certificate is earned.

    No duration here: the hours stand at the sessions and modules, and would be counted twice.
    """
    dice = journal.dice
    around: JsonObject = {"registration": registration, "known": known}
    result: JsonObject = {"completion": True}
    if course.points:
        result["success"] = True
    at = soon(dice, at, 1, 90)
    journal.tell(at, who, "completed", course.activity(), result=result, **around)
    if course.kind == "blended":
        journal.tell(soon(dice, at, 1, 5), who, "satisfied", course.activity(), **around)
    if course.months:
        issued = soon(dice, at, 30, 600)
        result = {"extensions": {VALID_UNTIL: _months_later(issued, course.months)}}
        around["parent"] = course.activity()
        journal.tell(issued, who, "earned", _certificate(journal, course), result=result, **around)


def _certificate(journal: Journal, course: CoursePlan) -> JsonObject:
    return activity(
        f"{course.id}/certificate/{journal.dice.uuid()}",
        CERTIFICATE,
        f"Удостоверение: {course.ru}",
        f"Certificate: {course.en}",
    )


def _months_later(at: datetime, months: int) -> str:
    """The last moment of validity; the 29th to 31st become the 28th, which every month has."""
    year, month = divmod(at.year * 12 + at.month - 1 + months, 12)
    last = at.replace(
        year=year, month=month + 1, day=min(at.day, 28), hour=23, minute=59, second=59,
        microsecond=0,
    )  # fmt: skip
    return last.isoformat()


def rate(
    journal: Journal, about: JsonObject, course: CoursePlan, who: Employee, registration: str,
    at: datetime,
) -> None:  # fmt: skip
    """Feedback of one to five points, now and then in words."""
    dice = journal.dice
    points = dice.pick((5, 5, 5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 4, 4, 3, 3, 2, 1))
    result: JsonObject = {"score": score(points, 5, low=1)}
    if dice.chance(0.25):
        result["response"] = dice.pick(_PRAISE if points > 3 else _BLAME)
    parent = None if about["id"] == course.id else course.activity()
    journal.tell(at, who, "rated", about, result=result, registration=registration, parent=parent)
