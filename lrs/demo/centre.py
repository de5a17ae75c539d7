"""Fourteen months of a training centre, from a seed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta

from lrs.demo.catalogue import open_centre
from lrs.demo.clearance import brief, renew
from lrs.demo.courses import COURSES, IN_CLASS, ONLINE, CoursePlan
from lrs.demo.dice import Dice
from lrs.demo.elearning import study
from lrs.demo.episodes import mistake_namesakes, mistake_score, type_twice, waive
from lrs.demo.hindsight import learn_later
from lrs.demo.journal import Journal, JournalEvent, soon
from lrs.demo.onboarding import welcome
from lrs.demo.orders import give_orders
from lrs.demo.outcomes import assess, conclude, rate
from lrs.demo.people import Employee, Staff, hire
from lrs.demo.personnel import keep_records
from lrs.demo.places import CLASSROOMS, COMPUTER_ROOM
from lrs.demo.practice import practise
from lrs.demo.roster import Roster
from lrs.demo.sessions import Seat, Session, hold
from lrs.demo.visits import visit_offices
from lrs.demo.windows import count_likes
from lrs.demo.workdays import END, START, at, moment, workday_after, workday_before, workdays
from lrs.domain.training.vocabulary import REASON
from lrs.domain.xapi.agent import JsonObject

_SHEETS = ("portal", "portal", "portal", "badge", "badge", "paper")
_MONTHS = 14
_ASIDE = 1_000_000
_MARRIED_STUDIES = (2, 11)
_NAMESAKES_STUDY = 7


def statements(seed: int = 2026, *, trainees: int = 400) -> Iterator[JsonObject]:
    """xAPI statements in the order in which they are posted; about 60 for each trainee.

    Valid under 1.0.3 and 2.0. The same arguments give the same statements, member for member.
    They are to be read only: parts may be shared. ValueError below 48 trainees.
    """
    yield from unfold(seed, trainees).statements()


def history(seed: int = 2026, *, trainees: int = 400) -> Iterator[JsonObject | JournalEvent]:
    """The statements and the catalogue's events, in order; the catalogue comes first."""
    yield from unfold(seed, trainees).history()


def notable(seed: int = 2026, *, trainees: int = 400) -> dict[str, str]:
    """Stories worth looking up in that history: an agent key each, or an activity's IRI.

    Keys: abandoned, attendance-entered-again, group-sign-in (a session), known-by-mail,
    late-arrival, namesake-one, namesake-other, newcomer, offline-study, resit, surname-change,
    visit (a meeting), voided-attendance, voided-score, waived; of the personnel system left,
    one-account, promoted; of certificates due, exempt, expired, kept-by-the-old-rule,
    lost-by-the-new-rule, not-briefed, renewed, revoked; cleared-too-early, pass-of-another;
    placed-by-the-catalogue (an activity). With few people or another seed some may be missing.
    """
    return dict(sorted(unfold(seed, trainees).notable.items()))


def unfold(seed: int, trainees: int) -> Journal:
    """The whole history, for callers that need both the events and the notable stories."""
    journal = Journal(Dice(seed), Dice(seed + _ASIDE))
    roster = Roster(journal.dice, hire(journal.dice, trainees))
    _remember_people(journal, roster)
    for namesake in roster.staff.namesakes:
        roster.take(namesake, COURSES["service"])
    clumsy = roster.staff.trainees[5]
    roster.take(clumsy, COURSES["senior-test"])
    mistake_score(journal, clumsy, at(date(2026, 2, 12), 15, 30))
    welcome(journal, roster)
    waive(journal, roster, max(3, trainees // 40))
    _hold_classes(journal, roster, trainees // 4)
    for month in range(_MONTHS):
        _study_month(journal, roster, month, trainees * 9 // 200)
    _examine(journal, roster, COURSES["annual-test"], date(2026, 3, 2), 50, trainees * 2 // 5)
    _examine(journal, roster, COURSES["senior-test"], date(2025, 10, 6), 240, trainees // 8)
    visit_offices(journal, roster)
    brief(journal, roster.staff)
    renew(journal, roster.staff)
    practise(journal, roster.staff)
    learn_later(journal, roster.staff)
    _describe(journal, roster.staff)
    return journal


def _describe(journal: Journal, staff: Staff) -> None:
    """The catalogue's events and their times; of the statements it reads only those that are
    posted.
    """
    open_centre(journal)
    give_orders(journal, staff)
    keep_records(journal, staff)
    count_likes(journal)


def _remember_people(journal: Journal, roster: Roster) -> None:
    staff = roster.staff
    journal.remember("surname-change", staff.married)
    journal.remember("namesake-one", staff.namesakes[0])
    journal.remember("namesake-other", staff.namesakes[1])
    journal.remember("known-by-mail", next(p for p in staff.trainees if p.mbox))


def _hold_classes(journal: Journal, roster: Roster, count: int) -> None:
    """Classes over the whole period; those planned for the weeks after it are only booked."""
    days = workdays(START + timedelta(days=14), END + timedelta(days=20))
    planned = sorted(journal.dice.pick(days) for _ in range(count))
    for place, day in enumerate(planned):
        course = IN_CLASS[place % len(IN_CLASS)]
        group = "group-sign-in" not in journal.notable and place >= count // 2
        sheet = "group" if group and course.kind == "classroom" else journal.dice.pick(_SHEETS)
        session = _session(journal, roster, course, day, sheet)
        done = _hold_class(journal, roster, session)
        if done and place % 20 == 3 and sheet != "group":
            type_twice(journal, session, done[0])
        if course.slug == "service" and day >= date(2026, 1, 12):
            _mistake(journal, roster, session)


def _mistake(journal: Journal, roster: Roster, session: Session) -> None:
    pair = roster.staff.namesakes
    free = all(roster.is_free(who, session.day) for who in pair)
    if free and session.sheet != "group" and "voided-attendance" not in journal.notable:
        for who in pair:
            roster.occupy(who, session.day)
        mistake_namesakes(journal, replace(session, sheet="portal"), pair)


def _session(
    journal: Journal, roster: Roster, course: CoursePlan, day: date, sheet: str
) -> Session:
    computer = course.kind == "computer"
    return Session(
        course=course,
        day=day,
        hour=journal.dice.between(9, 10 if course.hours > 5 else 13),
        number=journal.next_session(),
        room=COMPUTER_ROOM if computer else journal.dice.pick(CLASSROOMS),
        trainer=roster.trainer(day),
        sheet=sheet,
    )


def _hold_class(journal: Journal, roster: Roster, session: Session) -> list[Seat]:
    dice, course = journal.dice, session.course
    seats = roster.enrol(course, session.day, dice.between(10, 17))
    for seat in seats:
        roster.occupy(seat.who, session.day)
    studied = {seat.who.number: _prepare(journal, session, seat) for seat in seats}
    done = hold(journal, session, seats)
    for seat in done:
        if studied[seat.who.number]:
            _finish(journal, session, seat)
    return done


def _prepare(journal: Journal, session: Session, seat: Seat) -> bool:
    """A blended course begins with its modules, in the two weeks before the class."""
    if not session.course.modules:
        return True
    first = workday_before(session.day, journal.dice.between(6, 9))
    return study(journal, session.course, seat.who, seat.registration, first) is not None


def _finish(journal: Journal, session: Session, seat: Seat) -> None:
    """A test at the computer right after class, that of a blended course on a later day.

    Without a test, attendance completes the course, once the sheet is typed in.
    """
    dice, course, registration = journal.dice, session.course, seat.registration
    when = soon(dice, session.ends, 700, 1500)
    if not course.points:
        typed = session.sheet_typed()
        known = soon(dice, typed, 900, 1800) if typed else session.register_filled()
        conclude(journal, course, seat.who, registration, when, known)
        return
    if course.kind == "blended":
        when = moment(dice, workday_after(session.day, dice.between(1, 4)), 9, 16)
    passed = assess(journal, course, seat.who, registration, when)
    if passed is not None:
        conclude(journal, course, seat.who, *passed)


def _study_month(journal: Journal, roster: Roster, month: int, count: int) -> None:
    """Each month a share of the staff is sent to one of the distance courses."""
    course = ONLINE[month % len(ONLINE)]
    year, number = divmod(START.month - 1 + month, 12)
    day = workday_after(date(START.year + year, number + 1, 1), 0)
    for seat in roster.enrol(course, day, count, _sent(roster, month)):
        _study_online(journal, course, seat, day)


def _sent(roster: Roster, month: int) -> tuple[Employee, ...]:
    if month in _MARRIED_STUDIES:
        return (roster.staff.married,)
    return roster.staff.namesakes if month == _NAMESAKES_STUDY else ()


def _study_online(journal: Journal, course: CoursePlan, seat: Seat, day: date) -> None:
    dice, (who, number) = journal.dice, (seat.who, seat.registration)
    enrolled = moment(dice, day, 9, 11)
    journal.tell(enrolled, who, "registered", course.activity(), registration=number)
    studied = study(journal, course, who, number, workday_after(day, dice.between(1, 13)))
    if studied is None:
        if dice.chance(0.5):
            _abandon(journal, course, seat, day)
        return
    passed = assess(journal, course, who, number, soon(dice, studied, 120, 1800))
    if passed is not None:
        number, end = passed
        conclude(journal, course, who, number, end)
        if dice.chance(0.3):
            rate(journal, course.activity(), course, who, number, soon(dice, end, 100, 600))


def _abandon(journal: Journal, course: CoursePlan, seat: Seat, day: date) -> None:
    """The portal closes what was not finished within 45 days."""
    closed = at(day + timedelta(days=45), 3)
    result = {"extensions": {REASON: "Срок обучения истёк"}}
    journal.tell(
        closed, seat.who, "abandoned", course.activity(), result=result,
        registration=seat.registration,
    )  # fmt: skip
    journal.remember("abandoned", seat.who, closed)


def _examine(
    journal: Journal, roster: Roster, course: CoursePlan, first: date, days: int, count: int
) -> None:
    """A test without a course before it, over so many days."""
    dice = journal.dice
    for seat in roster.enrol(course, first, count):
        who, number = seat.who, seat.registration
        day = workday_after(first + timedelta(days=dice.between(5, days)), 0)
        booked = moment(dice, workday_after(first, dice.between(0, 2)))
        journal.tell(booked, who, "registered", course.activity(), registration=number)
        passed = assess(journal, course, who, number, moment(dice, day, 9, 16))
        if passed is not None:
            conclude(journal, course, who, *passed)
