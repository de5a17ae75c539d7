"""Clearance for the windows besides onboarding: a briefing on the first day, a test each year."""

from __future__ import annotations

from datetime import date, timedelta

from lrs.demo.courses import COURSES, ONBOARDING
from lrs.demo.journal import REGISTER, Journal, day_of
from lrs.demo.outcomes import assess, conclude
from lrs.demo.people import Employee, Staff
from lrs.demo.workdays import END, at, duration, moment, workday_after
from lrs.domain.certification.calendar import plus_months

_FORGETS = 4
"""Of so many newcomers one lets the certificate run out."""
_LAPSE = date(2026, 1, 1)
_WINDOW = timedelta(days=60)


def brief(journal: Journal, staff: Staff) -> None:
    """Every newcomer's safety briefing; one is forgotten, although all the rest was done."""
    passed, lapsed = {key for key, _ in journal.told("satisfied", ONBOARDING.id)}, False
    for who in _newcomers(staff):
        if who.hired >= _LAPSE and not lapsed and passed.intersection(who.keys):
            journal.remember("not-briefed", who.key)
            lapsed = True
            continue
        when = at(who.hired, 9) + timedelta(minutes=journal.dice.between(0, 20))
        result = {"completion": True, "duration": duration(timedelta(minutes=40))}
        course = COURSES["briefing"].activity()
        journal.tell(when, who, "completed", course, result=result, platform=REGISTER)


def renew(journal: Journal, staff: Staff) -> None:
    """People who were cleared a year ago sit the annual test before the clearance ends, unless they
    forget.
    """
    cleared = {key: day_of(said) for key, said in journal.told("satisfied", ONBOARDING.id)}
    found = [(cleared[key], who) for who in _newcomers(staff) for key in who.keys if key in cleared]
    for place, (day, who) in enumerate(sorted(found, key=lambda one: (one[0], one[1].number))):
        ends = plus_months(day, 12)
        if ends - _WINDOW > END:
            return
        if place % _FORGETS == 0:
            journal.remember("expired" if ends < END else "due", who.key)
        else:
            first = ends - timedelta(days=journal.dice.between(25, 50))
            _sit(journal, who, workday_after(first, 0))


def _sit(journal: Journal, who: Employee, day: date) -> None:
    course, number = COURSES["annual-test"], journal.dice.uuid()
    booked = moment(journal.dice, day, 9, 11)
    journal.tell(booked, who, "registered", course.activity(), registration=number)
    when = moment(journal.dice, workday_after(day, journal.dice.between(2, 8)), 10, 16)
    passed = assess(journal, course, who, number, when)
    if passed is not None:
        conclude(journal, course, who, *passed)
        journal.remember("renewed", who.key, passed[1])


def _newcomers(staff: Staff) -> list[Employee]:
    return [who for who in staff.trainees if who.is_new]
