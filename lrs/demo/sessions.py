"""Classes in person: planned, booked, held, signed for and rated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from lrs.demo.courses import CoursePlan
from lrs.demo.journal import REGISTER, Journal, soon
from lrs.demo.outcomes import rate
from lrs.demo.people import Employee, clerk
from lrs.demo.places import Room
from lrs.demo.vocabulary import (
    LATENESS,
    LEARNING,
    MEETING,
    PLANNED_DURATION,
    PLANNED_START,
    activity,
)
from lrs.demo.workdays import at, duration, moment, workday_after, workday_before
from lrs.domain.training.vocabulary import REASON
from lrs.domain.xapi.agent import JsonObject

_LUNCH = timedelta(minutes=45)
_ABSENT = 0.07
_REASONS = (
    "Больничный лист",
    "Больничный лист",
    "Отпуск",
    "Производственная необходимость",
    "Без уважительной причины",
)
_MONTHS = (
    ("января", "January"),
    ("февраля", "February"),
    ("марта", "March"),
    ("апреля", "April"),
    ("мая", "May"),
    ("июня", "June"),
    ("июля", "July"),
    ("августа", "August"),
    ("сентября", "September"),
    ("октября", "October"),
    ("ноября", "November"),
    ("декабря", "December"),
)


@dataclass(frozen=True, slots=True)
class Seat:
    """A booking: one trainee, one attempt at the course; made on `since` at the earliest."""

    who: Employee
    registration: str
    since: date = date.min


@dataclass(frozen=True, slots=True)
class Session:
    """One class. `sheet` says how presence was noted: portal, badge, paper or group."""

    course: CoursePlan
    day: date
    hour: int
    number: int
    room: Room
    trainer: JsonObject
    sheet: str

    @property
    def starts(self) -> datetime:
        return at(self.day, self.hour)

    @property
    def length(self) -> timedelta:
        return timedelta(hours=self.course.hours)

    @property
    def lunch(self) -> timedelta:
        """Only long days have one; it counts for no hours."""
        return _LUNCH if self.course.hours >= 6 else timedelta()

    @property
    def ends(self) -> datetime:
        return self.starts + self.length + self.lunch

    @property
    def id(self) -> str:
        return f"{LEARNING}/session/{self.day}-{self.course.slug}-{self.number}"

    def activity(self) -> JsonObject:
        ru, en = _MONTHS[self.day.month - 1]
        return activity(
            self.id,
            MEETING,
            f"{self.course.ru}, {self.day.day} {ru} {self.day.year}",
            f"{self.course.en}, {self.day.day} {en} {self.day.year}",
            extensions={
                PLANNED_START: self.starts.isoformat(),
                PLANNED_DURATION: duration(self.length),
            },
        )

    def context(self) -> JsonObject:
        return {
            "platform": REGISTER,
            "instructor": dict(self.trainer),
            "parent": self.course.activity(),
            "other": self.room.place(),
        }

    def register_filled(self) -> datetime | None:
        """When the trainer ticks who was there, in the evening; None where there is a reader at the
        door or a sheet of paper.
        """
        if self.sheet != "portal":
            return None
        return max(at(self.day, 18, 30), self.ends + timedelta(minutes=40))

    def sheet_typed(self) -> datetime | None:
        """When presence became known: a paper sheet is typed in two days after."""
        if self.sheet not in ("paper", "group"):
            return None
        return at(workday_after(self.day + timedelta(days=2), 0), 11, 20)


def hold(journal: Journal, session: Session, seats: list[Seat]) -> list[Seat]:
    """The whole life of a class; gives the seats of those who were there long enough."""
    _plan(journal, session)
    booked = [seat for seat in seats if _book(journal, session, seat)]
    if session.sheet == "group":
        done = _sign_together(journal, session, booked)
    else:
        done = [seat for seat in booked if _take_part(journal, session, seat)]
    for seat in done:
        if journal.dice.chance(0.55):
            evening = soon(journal.dice, session.ends, 300, 5 * 3600)
            rate(journal, session.activity(), session.course, *_pair(seat), evening)
    return done


def _pair(seat: Seat) -> tuple[Employee, str]:
    return seat.who, seat.registration


def _plan(journal: Journal, session: Session) -> None:
    day = workday_before(session.day, journal.dice.between(18, 22))
    when = moment(journal.dice, day, 8, 9)
    journal.post(when, clerk(), "schedule", session.activity(), **session.context())


def _book(journal: Journal, session: Session, seat: Seat) -> bool:
    """Whether the seat is kept. Who has modules to do before the class is booked earlier."""
    dice, context = journal.dice, session.context() | {"registration": seat.registration}
    ahead = dice.between(3, 10) + (7 if session.course.modules else 0)
    day = max(seat.since, workday_before(session.day, ahead))
    booked = moment(dice, day, 10, 17)
    journal.tell(booked, seat.who, "registered", session.activity(), **context)
    if not dice.chance(0.04):
        return True
    cancelled = moment(dice, workday_before(session.day, 1), 9, 17)
    if cancelled <= booked:
        return True
    journal.tell(cancelled, seat.who, "unregistered", session.activity(), **context)
    return False


def _take_part(journal: Journal, session: Session, seat: Seat) -> bool:
    """Whether the trainee was there for at least three quarters."""
    dice = journal.dice
    if dice.chance(_ABSENT):
        mark_absent(journal, session, seat, dice.pick(_REASONS))
        return False
    late = timedelta(minutes=5 * dice.between(2, 11) if dice.chance(0.08) else 0)
    early = timedelta(minutes=15 * dice.between(4, 9) if dice.chance(0.03) else 0)
    there = session.length - late - early
    if late:
        journal.remember("late-arrival", seat.who, session.starts)
    if session.sheet == "badge":
        _badge(journal, session, seat, late, early)
    mark_present(journal, session, seat, there, late)
    return there >= session.length * 0.75


def mark_present(
    journal: Journal,
    session: Session,
    seat: Seat,
    there: timedelta,
    late: timedelta = timedelta(),
    known: datetime | None = None,
) -> str:
    """The attended statement; where badges tell the hours, it leaves them to join and leave."""
    result: JsonObject = {"completion": True}
    if session.sheet != "badge":
        result["duration"] = duration(there)
    if late:
        result["extensions"] = {LATENESS: duration(late)}
    return _note(journal, session, seat, result, known)


def mark_absent(journal: Journal, session: Session, seat: Seat, reason: str) -> str:
    return _note(journal, session, seat, {"completion": False, "extensions": {REASON: reason}})


def _note(
    journal: Journal,
    session: Session,
    seat: Seat,
    result: JsonObject,
    known: datetime | None = None,
) -> str:
    context = session.context() | {"registration": seat.registration}
    ended = soon(journal.dice, session.ends, 1, 600)
    typed = session.sheet_typed()
    if known is None:
        known = soon(journal.dice, typed, 1, 900) if typed else session.register_filled()
    return journal.tell(
        ended, seat.who, "attended", session.activity(), result=result, known=known, **context
    )


def _badge(
    journal: Journal, session: Session, seat: Seat, late: timedelta, early: timedelta
) -> None:
    """The reader at the door: in, out and in again around lunch, out."""
    dice, context = journal.dice, session.context() | {"registration": seat.registration}
    came = session.starts + (late or -timedelta(seconds=dice.between(20, 700)))
    middle = session.starts + session.length / 2
    times = [came]
    if session.lunch:
        times += [soon(dice, middle, 0, 240), soon(dice, middle + session.lunch, -300, 0)]
    times.append(soon(dice, session.ends - early, 10, 400))
    for place, time in enumerate(times):
        verb = "leave" if place % 2 else "join"
        journal.tell(time, seat.who, verb, session.activity(), **context)


def _sign_together(journal: Journal, session: Session, seats: list[Seat]) -> list[Seat]:
    """One sheet that all signed: one statement of a Group, for each of its members."""
    for seat in seats[:1]:
        mark_absent(journal, session, seat, _REASONS[0])
    present = seats[1:]
    group = {
        "objectType": "Group",
        "name": "Подписавшие лист регистрации",
        "member": [seat.who.actor(session.day) for seat in present],
    }
    if not present:
        return []
    result = {"completion": True, "duration": duration(session.length)}
    typed = session.sheet_typed()
    journal.post(
        session.ends, group, "attended", session.activity(), result=result, known=typed,
        **session.context(),
    )  # fmt: skip
    journal.remember("group-sign-in", session.id, session.ends)
    return present
