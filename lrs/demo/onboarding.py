"""The first two weeks of a newcomer: modules, a day in class, a test, and the clearance."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime

from lrs.demo.courses import ONBOARDING
from lrs.demo.elearning import study
from lrs.demo.journal import Journal
from lrs.demo.outcomes import assess, conclude
from lrs.demo.people import Employee
from lrs.demo.places import WELCOME_ROOM
from lrs.demo.roster import Roster
from lrs.demo.sessions import Seat, Session, hold
from lrs.demo.workdays import at, moment, workday_after

_CLASS_ON = (3, 6)
"""Working days after hiring: the class, and one more for those who missed it."""
_TEST_ON = 9


def welcome(journal: Journal, roster: Roster) -> None:
    """Every newcomer's onboarding, group by group."""
    newcomers = [who for who in roster.staff.trainees if who.is_new]
    for day in sorted({who.hired for who in newcomers}):
        _group(journal, roster, day, [who for who in newcomers if who.hired == day])


def _group(journal: Journal, roster: Roster, day: date, group: list[Employee]) -> None:
    dice = journal.dice
    seats = [Seat(who, dice.uuid(), since=day) for who in group]
    studied = {seat.who.number: _study(journal, seat, day) for seat in seats}
    for seat in _teach(journal, roster, day, seats):
        done = studied[seat.who.number]
        if done is not None:
            _finish(journal, roster, seat, max(done.date(), workday_after(day, _TEST_ON)))


def _teach(journal: Journal, roster: Roster, day: date, waiting: list[Seat]) -> list[Seat]:
    """Who was in class, at the first or the second date."""
    present: list[Seat] = []
    for days in _CLASS_ON:
        if waiting:
            session = _session(journal, roster, workday_after(day, days))
            here = hold(journal, session, waiting)
            missed = [seat for seat in waiting if seat not in here]
            waiting = [replace(seat, since=workday_after(session.day, 1)) for seat in missed]
            present += here
    return present


def _study(journal: Journal, seat: Seat, day: date) -> datetime | None:
    who, number = seat.who, seat.registration
    first = moment(journal.dice, day, 9, 11)
    journal.tell(first, who, "registered", ONBOARDING.activity(), registration=number)
    return study(journal, ONBOARDING, who, number, workday_after(day, 1))


def _session(journal: Journal, roster: Roster, day: date) -> Session:
    return Session(
        course=ONBOARDING,
        day=day,
        hour=9,
        number=journal.next_session(),
        room=WELCOME_ROOM,
        trainer=roster.trainer(day),
        sheet="portal",
    )


def _finish(journal: Journal, roster: Roster, seat: Seat, day: date) -> None:
    """Only the test clears a newcomer; a newcomer who fails all attempts is not cleared."""
    when = moment(journal.dice, workday_after(day, journal.dice.between(0, 2)), 10, 16)
    passed = assess(journal, ONBOARDING, seat.who, seat.registration, when)
    if passed is None:
        return
    registration, end = passed
    conclude(journal, ONBOARDING, seat.who, registration, end)
    roster.take(seat.who, ONBOARDING)
    roster.clear(seat.who, end.date())
    if seat.who.mbox is None:
        journal.remember("newcomer", seat.who, at(end.date(), 23))
