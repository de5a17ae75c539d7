"""The people of the centre: trainees in offices, trainers, and the clerk."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

from lrs.demo.dice import Dice
from lrs.demo.names import Name, draw_name, latin
from lrs.demo.places import OFFICES, Office
from lrs.demo.vocabulary import HR
from lrs.demo.workdays import END, START, workday_after
from lrs.domain.xapi.agent import JsonObject

SMALLEST = 48
"""Fewer people could not show everything: four in each office."""

WEDDING = date(2026, 6, 13)
ONE_ACCOUNT = date(2026, 3, 2)
"""From when the portal knows everybody by the personnel system's account."""


def account(number: str, name: str) -> JsonObject:
    return {
        "objectType": "Agent",
        "name": name,
        "account": {"homePage": HR, "name": number},
    }


def account_key(number: str) -> str:
    """The agent key of that account."""
    return f"account|{HR}|{number}"


@dataclass(frozen=True, slots=True)
class Employee:
    """One person. `ability` shifts test scores by that share; `mbox` is what the systems knew them
    by before there was one account; `wed` is the date of a new name. `post` is a code.
    """

    number: str
    name: Name
    female: bool
    office: Office
    post: str
    hired: date
    ability: float
    mbox: str | None = None
    wed: date | None = None
    name_later: Name | None = None

    @property
    def is_new(self) -> bool:
        """Whether the person came within the period, and so goes through onboarding."""
        return self.hired >= START

    @property
    def key(self) -> str:
        """The agent key of their account in the personnel system."""
        return account_key(self.number)

    @property
    def key_before(self) -> str | None:
        """That of the mailbox which statements named them by; None if none did."""
        return f"mbox|{self.mbox}" if self.mbox and self.hired < ONE_ACCOUNT else None

    @property
    def keys(self) -> tuple[str, ...]:
        """Every agent key that anything names them by."""
        return (self.key, self.key_before) if self.key_before else (self.key,)

    def called(self, day: date) -> str:
        """The full name on that day."""
        later = self.name_later if self.wed is not None and day >= self.wed else None
        return (later or self.name).full

    def actor(self, day: date) -> JsonObject:
        """The Agent as the systems named it on that day."""
        if self.mbox is None or day >= ONE_ACCOUNT:
            return account(self.number, self.called(day))
        return {"objectType": "Agent", "name": self.called(day), "mbox": self.mbox}


@dataclass(frozen=True, slots=True)
class Staff:
    """Everyone the history is about; the named few also stand in `trainees`."""

    trainees: tuple[Employee, ...]
    trainers: tuple[JsonObject, ...]
    married: Employee
    namesakes: tuple[Employee, Employee]
    """Two people of one full name in one office."""


TRAINING_OFFICE = ("training-office", "Учебный отдел")


def clerk() -> JsonObject:
    """Who plans sessions and types in sheets."""
    return account(*TRAINING_OFFICE)


def hire(dice: Dice, count: int) -> Staff:
    """`count` trainees and six trainer-psychologists. ValueError if fewer than SMALLEST."""
    if count < SMALLEST:
        raise ValueError(f"a centre needs at least {SMALLEST} trainees")
    taken: set[Name] = set()
    trainers = tuple(
        account(f"{number:04}", _unused_name(dice, taken, female=number % 3 != 0).full)
        for number in range(1, 7)
    )
    people = _people(dice, count, taken)
    old = [place for place, person in enumerate(people) if not person.is_new]
    _make_namesakes(people, old)
    married = next(i for i in old[13:] if people[i].female and people[i].mbox is None)
    people[married] = _marry(dice, people[married], taken)
    pair = (people[old[0]], people[old[12]])
    return Staff(tuple(people), trainers, people[married], pair)


def _unused_name(dice: Dice, taken: set[Name], *, female: bool) -> Name:
    while (name := draw_name(dice, female=female)) in taken:
        pass
    taken.add(name)
    return name


def _people(dice: Dice, count: int, taken: set[Name]) -> list[Employee]:
    """In the order of hiring, as personnel numbers are given out, with gaps left by leavers."""
    hired = sorted(_hired(dice, is_new=place % 10 >= 7) for place in range(count))
    number, people = 10, []
    for place, day in enumerate(hired):
        number += dice.between(1, 3)
        female = dice.chance(0.74)
        name = _unused_name(dice, taken, female=female)
        mbox = f"mailto:{latin(name.surname)}.{number:04}@mail.example"
        people.append(
            Employee(
                number=f"{number:04}",
                name=name,
                female=female,
                office=OFFICES[place % len(OFFICES)],
                post=_post(place // len(OFFICES), is_new=day >= START),
                hired=day,
                ability=dice.normal(0.0, 0.06),
                mbox=mbox if place % 57 == 20 else None,
            )
        )
    return people


def _post(place: int, *, is_new: bool) -> str:
    """By how many of the office came before: the first manages it."""
    if place == 0:
        return "manager"
    if place % 5 == 1 and not is_new:
        return "senior"
    return "administrator" if place % 10 == 2 else "specialist"


def _hired(dice: Dice, *, is_new: bool) -> date:
    """Newcomers start in groups, every second Monday or the first working day after it."""
    if not is_new:
        return workday_after(START - timedelta(days=dice.between(120, 3600)), 0)
    groups = (END - START).days // 14
    return workday_after(START + timedelta(days=14 * dice.between(0, groups - 1)), 0)


def _make_namesakes(people: list[Employee], old: list[int]) -> None:
    """The first and thirteenth share an office by construction; the second and ninth do not."""
    for one, other in ((old[0], old[12]), (old[1], old[8])):
        source = people[one]
        people[other] = replace(people[other], name=source.name, female=source.female, mbox=None)


def _marry(dice: Dice, person: Employee, taken: set[Name]) -> Employee:
    while (surname := draw_name(dice, female=True).surname) == person.name.surname:
        pass
    name = replace(person.name, surname=surname)
    taken.add(name)
    return replace(person, wed=WEDDING, name_later=name)
