"""Rare episodes: corrected mistakes, waivers."""

from __future__ import annotations

from datetime import datetime, timedelta

from lrs.demo.courses import COURSES
from lrs.demo.journal import REGISTER, Journal
from lrs.demo.outcomes import conclude, score
from lrs.demo.people import Employee, clerk
from lrs.demo.roster import Roster
from lrs.demo.sessions import Seat, Session, mark_present
from lrs.demo.workdays import START, at, moment, workday_after, workday_before
from lrs.domain.training.vocabulary import REASON

_WAIVERS = (
    ("personal-data", "Курс пройден по прежнему месту работы"),
    ("spreadsheets", "Профильное образование"),
    ("services-law", "Юридическое образование"),
)


def void(journal: Journal, statement: str, when: datetime) -> None:
    reference = {"objectType": "StatementRef", "id": statement}
    journal.post(when, clerk(), "voided", reference)


def mistake_namesakes(journal: Journal, session: Session, pair: tuple[Employee, Employee]) -> None:
    """The clerk ticks the wrong one of two namesakes, and corrects it the next morning."""
    wrong, right = pair
    seat = Seat(right, journal.dice.uuid())
    context = session.context() | {"registration": seat.registration}
    booked = at(workday_before(session.day, 5), 12, 15)
    journal.tell(booked, right, "registered", session.activity(), **context)
    ticked = Seat(wrong, journal.dice.uuid())
    statement = mark_present(
        journal, session, ticked, session.length, known=session.ends + timedelta(minutes=12)
    )
    morning = at(workday_after(session.day, 1), 9, 40)
    void(journal, statement, morning)
    mark_present(journal, session, seat, session.length, known=morning + timedelta(minutes=4))
    typed = morning + timedelta(minutes=5)
    conclude(journal, session.course, right, seat.registration, session.ends, typed)
    journal.remember("voided-attendance", wrong, morning)
    journal.remember("attendance-entered-again", right, morning)


def type_twice(journal: Journal, session: Session, seat: Seat) -> None:
    """A line of the sheet typed in a second time, noticed at once."""
    late = session.sheet_typed() or session.register_filled() or session.ends
    known = late + timedelta(minutes=20)
    statement = mark_present(journal, session, seat, session.length, known=known)
    void(journal, statement, known + timedelta(minutes=3))


def mistake_score(journal: Journal, who: Employee, when: datetime) -> None:
    """23 points typed in instead of 33: a wrong failure."""
    course, number = COURSES["senior-test"], journal.dice.uuid()
    around = {"registration": number, "parent": course.activity(), "platform": REGISTER}
    journal.tell(
        when - timedelta(days=3), who, "registered", course.activity(), registration=number
    )
    morning = at(workday_after(when.date(), 1), 9, 15)
    result = {"score": score(23, course.points), "success": False, "completion": True}
    statement = journal.tell(when, who, "failed", course.test(), result=result, **around)
    void(journal, statement, morning)
    again = {"score": score(33, course.points), "success": True, "completion": True}
    known = morning + timedelta(minutes=2)
    journal.tell(when, who, "passed", course.test(), result=again, known=known, **around)
    conclude(journal, course, who, number, known)
    journal.remember("voided-score", who, morning)


def waive(journal: Journal, roster: Roster, count: int) -> None:
    """Courses that people need not take, with the reason."""
    for place in range(count):
        slug, reason = _WAIVERS[place % len(_WAIVERS)]
        course, day = COURSES[slug], workday_after(START + timedelta(days=47 * place % 420), 0)
        for seat in roster.enrol(course, day, 1):
            journal.tell(
                moment(journal.dice, day, 9, 17),
                seat.who,
                "waived",
                course.activity(),
                result={"completion": True, "extensions": {REASON: reason}},
                registration=seat.registration,
            )
            journal.remember("waived", seat.who, at(day, 17))
