"""The training of a centre's people, as statements in the order in which they are stored.

A course online is registered, launched, initialized, experienced, answered, progressed, terminated,
passed or failed, completed and perhaps rated; a class is registered, signed for by twelve on one
sheet (a Group) or by each alone, perhaps tested and rated. A third of the statements are no
training outcome. One in twenty courses online is done without a connection: what is sent later
comes in any order. Sheets are typed in two days later. One statement in two hundred is voided
within a month. After so many statements it ends in mid-course.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from heapq import heappop, heappush
from itertools import islice
from typing import Any

import orjson

from benchmarks.centre import Centre, Course, Trainee
from benchmarks.telling import (
    Ids,
    Learner,
    lesson_of,
    meeting_of,
    module_of,
    points,
    question_of,
    sheet,
    time_of,
    voiding,
)
from lrs.demo.dice import Dice
from lrs.domain.training.vocabulary import PROGRESS
from lrs.domain.xapi.agent import JsonObject
from schemas import ParsedStatement

SHEET = 12
"""Trainees in one class."""

_MINUTE, _DAY = 60_000, 86_400_000
_AHEAD = 8
"""Days before a class from which on people are registered for it."""


def statements(centre: Centre) -> Iterator[ParsedStatement]:
    """As many as the centre's sizes say, or a few less; each as a request brings it."""
    for value in islice(_Journal(centre).in_order(), centre.sizes.statements):
        yield ParsedStatement(value, orjson.dumps(value))


@dataclass(frozen=True, slots=True)
class _Task:
    """A course that somebody takes alone, or a class in which several sit; `start` is the day."""

    start: int
    course: Course
    who: tuple[Trainee, ...]
    together: bool = False

    @property
    def begins(self) -> int:
        """When the first statement about it may come in, in ms since the beginning."""
        return (self.start - _AHEAD if self.together else self.start) * _DAY


def _tasks(centre: Centre, dice: Dice) -> list[_Task]:
    """All courses that are taken, in the order in which they begin."""
    tasks: list[_Task] = []
    in_class: dict[int, list[tuple[int, Trainee]]] = {}
    for trainee in centre.trainees:
        for course, start in centre.taken(dice, trainee):
            if course.kind in ("classroom", "blended"):
                in_class.setdefault(course.number, []).append((start, trainee))
            if course.kind != "classroom":
                tasks.append(_Task(start, course, (trainee,)))
    for number, seats in in_class.items():
        tasks += _classes(centre.courses[number - 1], sorted(seats))
    return sorted(tasks, key=lambda task: (task.begins, task.course.number, task.who[0].number))


def _classes(course: Course, seats: list[tuple[int, Trainee]]) -> Iterator[_Task]:
    """So many at a time, when the last of them can; after its modules if the course has some."""
    later = 20 if course.kind == "blended" else _AHEAD
    for at in range(0, len(seats), SHEET):
        sitting = seats[at : at + SHEET]
        who = tuple(dict.fromkeys(trainee for _, trainee in sitting))
        yield _Task(sitting[-1][0] + later, course, who, together=True)


class _Journal:
    """Collects statements; those that become known later are delayed."""

    def __init__(self, centre: Centre) -> None:
        self._centre = centre
        self._dice = Dice(centre.seed + 2)
        self._ids = Ids(centre.seed)
        self._waiting: list[tuple[int, int, JsonObject]] = []
        self._count = 0

    def in_order(self) -> Iterator[JsonObject]:
        """Everything, as it comes in."""
        for task in _tasks(self._centre, self._dice):
            while self._waiting and self._waiting[0][0] < task.begins:
                yield heappop(self._waiting)[2]
            if task.together:
                self._sit(task)
            else:
                self._take(task)
        while self._waiting:
            yield heappop(self._waiting)[2]

    def _post(self, statement: JsonObject, happened: int, known: int) -> None:
        statement["timestamp"] = time_of(happened)
        self._wait(statement, known)
        if self._dice.chance(0.005):
            later = known + self._dice.between(60, 30 * 1440) * _MINUTE
            self._wait(voiding(statement, self._ids) | {"timestamp": time_of(later)}, later)

    def _wait(self, statement: JsonObject, known: int) -> None:
        self._count += 1
        heappush(self._waiting, (known, self._count, statement))

    def _take(self, task: _Task) -> None:
        """An online course, a blended one's modules, or a test."""
        dice, course = self._dice, task.course
        now = task.begins + dice.between(8 * 60, 16 * 60) * _MINUTE
        connected = now + dice.between(1440, 3 * 1440) * _MINUTE if dice.chance(0.05) else 0
        learner = Learner(task.who[0], course, dice, self._ids)

        def say(minutes: int, name: str, object_: JsonObject, **result: Any) -> None:
            """So many minutes later, at most."""
            nonlocal now
            now += dice.between(500, minutes * _MINUTE)
            known = connected + dice.between(0, 20) * _MINUTE if connected else now + 700
            self._post(learner.tell(name, object_, result), now, known)

        say(60, "registered", learner.course)
        if course.kind == "test":
            self._answer(course, say)
        else:
            self._study(course, say)
        self._examine(course, say)
        if dice.chance(0.2):
            say(500, "rated", learner.course, score=points(dice.between(2, 5), 5))

    def _study(self, course: Course, say: Callable[..., None]) -> None:
        dice, module = self._dice, module_of(course)
        if dice.chance(0.4):
            say(5, "launched", course.activity())
        say(5, "initialized", module)
        length = f"PT{dice.between(3, 30)}M"
        say(30, "experienced", lesson_of(course, dice.between(1, 5)), duration=length)
        self._answer(course, say)
        say(5, "progressed", module, extensions={PROGRESS: dice.between(3, 10) * 10})
        if dice.chance(0.8):
            say(20, "terminated", module, duration=f"PT{dice.between(10, 59)}M")

    def _answer(self, course: Course, say: Callable[..., None]) -> None:
        dice = self._dice
        for _ in range(dice.between(2, 5)):
            question = question_of(course, dice.between(1, 10))
            say(3, "answered", question, success=dice.chance(0.8), response=dice.pick("abcd"))

    def _examine(self, course: Course, say: Callable[..., None]) -> None:
        """A test, tried again by most who fail it; who passes has done the course."""
        dice = self._dice
        for _ in range(2):
            passed, score = self._result(0.82)
            name = "passed" if passed else "failed"
            say(60, name, course.test(), score=score, success=passed)
            if passed:
                took = f"PT{dice.between(1, 4)}H{dice.between(0, 59)}M"
                say(2, "completed", course.activity(), completion=True, duration=took)
            if passed or dice.chance(0.3):
                return

    def _result(self, likely: float) -> tuple[bool, JsonObject]:
        passed = self._dice.chance(likely)
        raw = self._dice.between(12, 20) if passed else self._dice.between(3, 11)
        return passed, points(raw, 20)

    def _sit(self, task: _Task) -> None:
        """A class: booked within the week before, held, signed for, tested and rated."""
        dice, course = self._dice, task.course
        begins = task.start * _DAY + dice.between(9, 13) * 60 * _MINUTE
        hours = 4 + course.number % 4
        ends = begins + hours * 60 * _MINUTE
        meeting = meeting_of(course, task.start, dice.between(1, 9_999))
        trainer = dice.pick(self._centre.trainers)
        seats = [Learner(who, course, dice, self._ids, trainer) for who in task.who]
        for seat in seats:
            booked = begins - dice.between(600, 7 * 1440) * _MINUTE
            self._post(seat.tell("registered", meeting), booked, booked + 900)
        typed = ends + 2 * _DAY + dice.between(0, 300) * _MINUTE
        took = {"completion": True, "duration": f"PT{hours}H"}
        if dice.chance(0.6):
            self._post(sheet(seats, meeting, took), ends, typed)
        else:
            for seat in seats:
                said: JsonObject = {"completion": False} if dice.chance(0.07) else took
                known = typed + dice.between(0, 900_000)
                self._post(seat.tell("attended", meeting, said), ends, known)
        for seat in seats:
            self._afterwards(course, seat, meeting, ends + dice.between(5, 300) * _MINUTE)

    def _afterwards(self, course: Course, seat: Learner, meeting: JsonObject, now: int) -> None:
        if course.kind == "classroom" and course.tested:
            passed, score = self._result(0.9)
            name = "passed" if passed else "failed"
            self._post(seat.tell(name, course.test(), {"score": score}), now, now + 500)
        if self._dice.chance(0.2):
            score = points(self._dice.between(2, 5), 5)
            self._post(seat.tell("rated", meeting, {"score": score}), now + 60_000, now + 61_000)
