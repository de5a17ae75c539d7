"""The roster: the people who can be booked for a class on a day."""

from __future__ import annotations

from datetime import date, timedelta

from lrs.demo.courses import CoursePlan
from lrs.demo.dice import Dice
from lrs.demo.people import Employee, Staff
from lrs.demo.sessions import Seat
from lrs.domain.xapi.agent import JsonObject


class Roster:
    """Newcomers are free for other courses only once cleared to serve visitors."""

    def __init__(self, dice: Dice, staff: Staff) -> None:
        self.staff = staff
        self._dice = dice
        self._cleared = {p.number: date.min for p in staff.trainees if not p.is_new}
        self._taken: set[tuple[str, str]] = set()
        self._busy: set[tuple[str, date]] = set()

    def clear(self, who: Employee, day: date) -> None:
        """From the day after, the trainee serves visitors."""
        self._cleared[who.number] = day + timedelta(days=1)

    def take(self, who: Employee, course: CoursePlan) -> None:
        self._taken.add((who.number, course.slug))

    def occupy(self, who: Employee, day: date) -> None:
        self._busy.add((who.number, day))

    def is_free(self, who: Employee, day: date) -> bool:
        """Cleared, and in no class on that day."""
        cleared = self._cleared.get(who.number, date.max)
        return cleared <= day and (who.number, day) not in self._busy

    def candidates(self, course: CoursePlan, day: date) -> list[Employee]:
        return [
            who
            for who in self.staff.trainees
            if (who.number, course.slug) not in self._taken and self.is_free(who, day)
        ]

    def enrol(
        self, course: CoursePlan, day: date, count: int, first: tuple[Employee, ...] = ()
    ) -> list[Seat]:
        """Up to `count` seats: first the available people of `first`, then others by chance."""
        able = self.candidates(course, day)
        chosen = [who for who in first if who in able]
        rest = [who for who in able if who not in chosen]
        chosen += self._dice.some(rest, count - len(chosen))
        for who in chosen:
            self.take(who, course)
        return [Seat(who, self._dice.uuid()) for who in chosen]

    def trainer(self, day: date) -> JsonObject:
        """One of the trainers who have no class yet on that day, if any is left."""
        chosen = self._dice.pick(
            [t for t in self.staff.trainers if (t["account"]["name"], day) not in self._busy]
            or self.staff.trainers
        )
        self._busy.add((chosen["account"]["name"], day))
        return chosen
