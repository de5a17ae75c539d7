"""Builds statements about the people of a centre, of about 1 KB each."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta, timezone
from functools import cache
from itertools import count

from benchmarks.centre import BEGIN, HR, Course, Trainee
from benchmarks.synthetic import id_of
from lrs.demo.dice import Dice
from lrs.demo.vocabulary import (
    INTERACTION,
    LEARNING,
    LESSON,
    MEETING,
    MODULE,
    PLACE,
    activity,
    verb,
)
from lrs.domain.xapi.agent import JsonObject

_START = datetime(BEGIN.year, BEGIN.month, BEGIN.day, tzinfo=timezone(timedelta(hours=3)))
_CMI5 = {"objectType": "Activity", "id": "https://w3id.org/xapi/cmi5/context/categories/cmi5"}
_CLERK = {
    "objectType": "Agent",
    "name": "Отдел учёта обучения",
    "account": {"homePage": HR, "name": "clerk"},
}


class Ids:
    """UUIDs, one after another; one seed gives the same ones again."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self._numbers = count()

    def next(self) -> str:
        return id_of(f"{self._seed} {next(self._numbers)}")


class Learner:
    """Makes the statements of somebody's one attempt at a course: in a room with a trainer, or
    else at a computer.
    """

    def __init__(
        self,
        who: Trainee,
        course: Course,
        dice: Dice,
        ids: Ids,
        trainer: JsonObject | None = None,
    ) -> None:
        self.course = course.activity()
        self.actor = who.actor(by_mail=dice.chance(0.5))
        self._ids = ids
        self._context: JsonObject = {
            "registration": ids.next(),
            **({"instructor": trainer} if trainer else {}),
            "platform": "Журнал учебного центра" if trainer else "Портал дистанционного обучения",
            "language": "ru-RU",
        }
        self._around = {"other": [_room(dice)]} if trainer else {"category": [_CMI5]}

    def tell(self, name: str, object_: JsonObject, result: JsonObject | None = None) -> JsonObject:
        """That verb and object, without the time."""
        parent = {} if object_["id"] == self.course["id"] else {"parent": [self.course]}
        return {
            "id": self._ids.next(),
            "actor": self.actor,
            "verb": _verb(name),
            "object": object_,
            **({"result": result} if result else {}),
            "context": {**self._context, "contextActivities": {**parent, **self._around}},
        }


def sheet(seats: Sequence[Learner], meeting: JsonObject, result: JsonObject) -> JsonObject:
    """One statement for all that signed."""
    signed = seats[0].tell("attended", meeting, result)
    context = {name: said for name, said in signed["context"].items() if name != "registration"}
    members = [seat.actor for seat in seats]
    group = {"objectType": "Group", "name": "Подписавшие лист регистрации", "member": members}
    return signed | {"actor": group, "context": context}


def voiding(of: JsonObject, ids: Ids) -> JsonObject:
    """The statement that takes another one back."""
    return {
        "id": ids.next(),
        "actor": _CLERK,
        "verb": _verb("voided"),
        "object": {"objectType": "StatementRef", "id": of["id"]},
    }


def module_of(course: Course) -> JsonObject:
    return _part(course, MODULE, 1, "Модуль", "Module")


def lesson_of(course: Course, number: int) -> JsonObject:
    return _part(course, LESSON, number, "Урок", "Lesson")


def question_of(course: Course, number: int) -> JsonObject:
    return _part(course, INTERACTION, number, "Вопрос", "Question")


def meeting_of(course: Course, day: int, number: int) -> JsonObject:
    """The class that is held on that day."""
    when = (BEGIN + timedelta(days=day)).isoformat()
    id_ = f"{LEARNING}/session/{when}-{course.number}-{number}"
    return activity(id_, MEETING, f"{course.ru}, {when}", f"{course.en}, {when}")


def points(raw: int, most: int) -> JsonObject:
    """A score."""
    return {"scaled": raw / most, "raw": raw, "min": 0, "max": most}


def time_of(instant: int) -> str:
    """Milliseconds since the beginning as a timestamp: local time, or UTC as some devices write."""
    when = _START + timedelta(milliseconds=instant)
    if instant % 20 == 0:
        return when.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    return when.isoformat(timespec="milliseconds")


@cache
def _verb(name: str) -> JsonObject:
    return verb(name)


def _part(course: Course, kind: str, number: int, ru: str, en: str) -> JsonObject:
    id_ = f"{course.id}/{en.lower()}/{number}"
    return activity(id_, kind, f"{ru} {number}: {course.ru}", f"{en} {number}: {course.en}")


def _room(dice: Dice) -> JsonObject:
    number = dice.between(1, 12)
    return activity(f"{LEARNING}/room/{number}", PLACE, f"Аудитория {number}", f"Room {number}")
