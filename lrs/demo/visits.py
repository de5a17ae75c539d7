"""Trainers come to the offices and work with people at their windows."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from lrs.demo.courses import COURSES
from lrs.demo.journal import REGISTER, Journal, soon
from lrs.demo.people import Employee, account_key, clerk
from lrs.demo.places import OFFICES, Office
from lrs.demo.roster import Roster
from lrs.demo.vocabulary import (
    LEARNING,
    MEETING,
    PLANNED_DURATION,
    PLANNED_START,
    VISIT_CATEGORY,
    activity,
)
from lrs.demo.workdays import END, START, at, duration, moment, workday_before, workdays
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject

VISITS = f"{LEARNING}/course/office-visits"

_TOPICS = (
    ("conflict", "Трудные разговоры у окна", "Difficult talks at the window"),
    ("service", "Приветствие и завершение приёма", "Greeting and seeing off"),
    ("stress", "Паузы в напряжённый день", "Breaks on a busy day"),
    ("inclusion", "Посетитель с ограничением слуха", "A visitor who is hard of hearing"),
    ("speech", "Понятные объяснения", "Plain explanations"),
)
_NOTES = (
    "Команда просит повторить через полгода.",
    "Двое новичков без наставника, передано руководителю.",
    "Сильная сторона офиса: спокойный тон в очереди.",
)


def visit_offices(journal: Journal, roster: Roster) -> None:
    """Every office is visited twice by a trainer, who works with a few people at their windows."""
    days, meetings = workdays(START + timedelta(days=14), END), []
    for place in range(2 * len(OFFICES)):
        half = days[len(days) // 2 :] if place >= len(OFFICES) else days[: len(days) // 2]
        day = journal.dice.pick(half)
        meetings.append(_visit(journal, roster, OFFICES[place % len(OFFICES)], day))
    _plan(journal, sorted(meetings))


def _plan(journal: Journal, meetings: list[str]) -> None:
    """The plan of all visits makes one course of them: their statements name none."""
    entry = {
        "id": VISITS,
        "title": {"ru": "Выезды тренеров в офисы", "en": "Trainers' visits to offices"},
        "kind": "classroom",
        "activities": meetings,
    }
    journal.describe(at(START, 6, 30), EntryKind.COURSE, entry)


def _visit(journal: Journal, roster: Roster, office: Office, day: date) -> str:
    """The meeting's IRI."""
    dice, start = journal.dice, at(day, journal.dice.between(9, 15))
    length, evening = timedelta(minutes=15 * dice.between(6, 12)), at(day, 18, 30)
    meeting, trainer = _meeting(office, start, length), roster.trainer(day)
    context = _context(office, trainer)
    planned = moment(dice, workday_before(day, 10), 9, 17)
    journal.post(planned, clerk(), "schedule", meeting, platform=REGISTER, **context)
    here = [who for who in roster.staff.trainees if who.office == office]
    free = [who for who in here if roster.is_free(who, day)]
    seen = dice.some(free, dice.between(3, 6))
    for who in seen:
        roster.occupy(who, day)
        end = soon(dice, start + length, 60, 900)
        result = {"completion": True, "duration": duration(length)}
        journal.tell(
            end, who, "attended", meeting, result=result, known=evening, platform=REGISTER,
            **context,
        )  # fmt: skip
    _report(journal, office, trainer, start, length, seen)
    journal.remember("visit", str(meeting["id"]), start + length)
    return str(meeting["id"])


def _report(
    journal: Journal, office: Office, trainer: JsonObject, start: datetime, length: timedelta,
    seen: list[Employee],
) -> None:  # fmt: skip
    """The trainer's report of the visit in the evening."""
    slug, ru, en = journal.aside.pick(_TOPICS)
    entry: JsonObject = {
        "code": _code(office, start),
        "on": start.date().isoformat(),
        "office": office.code,
        "trainer": account_key(trainer["account"]["name"]),
        "topic": {"ru": ru, "en": en},
        "course": COURSES[slug].id,
        "hours": length / timedelta(hours=1),
        "people": [who.key for who in seen],
    }
    if journal.aside.chance(0.3):
        entry["note"] = journal.aside.pick(_NOTES)
    journal.describe(at(start.date(), 18, 30), EntryKind.VISIT, entry)


def _code(office: Office, start: datetime) -> str:
    return f"{start.date()}-{office.code}"


def _meeting(office: Office, start: datetime, length: timedelta) -> JsonObject:
    return activity(
        f"{LEARNING}/visit/{_code(office, start)}",
        MEETING,
        f"Выезд тренера в офис «{office.title}»",
        f"Trainer's visit to the {office.en} office",
        extensions={
            PLANNED_START: start.isoformat(),
            PLANNED_DURATION: duration(length),
        },
    )


def _context(office: Office, trainer: JsonObject) -> JsonObject:
    return {
        "instructor": trainer,
        "category": activity(
            VISIT_CATEGORY,
            "http://id.tincanapi.com/activitytype/category",
            "Выезд в офис",
            "Visit to an office",
        ),
        "other": office.place(),
    }
