"""Statements of about 1.1 KB, as e-learning modules send them; one seed gives the same ones again.

5,000 learners of whom some do much more than others, 300 activities in 20 courses, 12 verbs,
names in Cyrillic.
"""

from __future__ import annotations

import hashlib
import json
import random
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

ACTORS, ACTIVITIES, COURSES = 5_000, 300, 20
POOL = 10_000
"""Different bodies; each is sent again and again, each time under an id of its own."""

_HOME = "https://learning.example.org"
_VERBS = "http://adlnet.gov/expapi/verbs/"
_DONE: dict[str, tuple[str, int]] = {
    "answered": ("ответил", 22),
    "experienced": ("изучил", 18),
    "initialized": ("начал", 14),
    "completed": ("завершил", 10),
    "progressed": ("продвинулся", 8),
    "passed": ("сдал", 7),
    "attempted": ("попытался", 6),
    "interacted": ("взаимодействовал", 5),
    "failed": ("не сдал", 4),
    "terminated": ("закончил", 4),
    "launched": ("запустил", 3),
    "suspended": ("приостановил", 2),
}
_WEIGHTS = [weight for _, weight in _DONE.values()]
_KINDS = {
    "assessment": "Контрольная работа",
    "lesson": "Урок",
    "question": "Задание",
    "media": "Видеолекция",
    "module": "Модуль",
    "simulation": "Тренажёр",
}
_SURNAMES = ("Белова", "Громов", "Дорохова", "Ершов", "Жукова", "Зимин", "Ильина", "Комаров")
_NAMES = ("Вера", "Глеб", "Дарья", "Захар", "Инна", "Кирилл", "Лидия", "Максим", "Нина", "Олег")
_MIDDLE = ("Борисовна", "Викторович", "Глебовна", "Денисович", "Егоровна", "Игоревич")


@dataclass(frozen=True, slots=True)
class Body:
    """A statement without its id, and the keys under which it can be found."""

    tail: bytes
    """The JSON text after the opening brace."""
    agent: str
    verb: str
    activity: str
    course: str

    def under(self, id: str) -> bytes:
        """The statement's text with that id."""
        return b'{"id":"' + id.encode() + b'",' + self.tail


@cache
def bodies(count: int = POOL, seed: int = 1) -> list[Body]:
    """That many bodies, always the same ones."""
    dice = random.Random(seed)
    return [_body(dice) for _ in range(count)]


def fresh_id(dice: random.Random) -> str:
    """A random UUID of version 4."""
    return str(UUID(int=dice.getrandbits(128), version=4))


def filled_id(number: int) -> str:
    """The id of a filled store's n-th statement, so that readers know every id there is."""
    return id_of(f"filled {number}")


def id_of(text: str) -> str:
    """A UUID that looks random and is the text's."""
    digest = hashlib.blake2b(text.encode(), digest_size=16).digest()
    return str(UUID(bytes=digest, version=4))


def _body(dice: random.Random) -> Body:
    actor = _actor(dice)
    number = dice.randrange(ACTIVITIES)
    course = f"{_HOME}/course/{number % COURSES:02d}"
    verb = dice.choices(list(_DONE), _WEIGHTS)[0]
    account = {"homePage": _HOME, "name": f"learner-{actor:05d}"}
    statement = {
        "actor": {"objectType": "Agent", "name": _full_name(actor), "account": account},
        "verb": {"id": _VERBS + verb, "display": {"en-US": verb, "ru-RU": _DONE[verb][0]}},
        "object": _activity(number, course),
        "result": _result(dice),
        "context": _context(actor, number % COURSES, course),
        "timestamp": _moment(dice),
    }
    text = json.dumps(statement, ensure_ascii=False, separators=(",", ":"))
    return Body(
        text.encode()[1:],
        json.dumps({"account": account}),
        _VERBS + verb,
        f"{course}/activity/{number:03d}",
        course,
    )


def _actor(dice: random.Random) -> int:
    """Seven of ten statements are anybody's; the rest come from a busy few."""
    if dice.random() < 0.7:
        return dice.randrange(ACTORS)
    return int(min(dice.paretovariate(1.2), 1e6) * 40) % ACTORS


def _full_name(actor: int) -> str:
    rest, surname = divmod(actor, len(_SURNAMES))
    rest, name = divmod(rest, len(_NAMES))
    return f"{_SURNAMES[surname]} {_NAMES[name]} {_MIDDLE[rest % len(_MIDDLE)]}"


def _activity(number: int, course: str) -> dict[str, Any]:
    kind = list(_KINDS)[number % len(_KINDS)]
    return {
        "objectType": "Activity",
        "id": f"{course}/activity/{number:03d}",
        "definition": {
            "type": f"http://adlnet.gov/expapi/activities/{kind}",
            "name": {"ru-RU": f"{_KINDS[kind]} № {number}"},
        },
    }


def _result(dice: random.Random) -> dict[str, Any]:
    raw = dice.randrange(101)
    return {
        "score": {"scaled": raw / 100, "raw": raw, "min": 0, "max": 100},
        "success": raw >= 60,
        "completion": True,
        "duration": f"PT{dice.randrange(1, 50)}M{dice.randrange(60)}S",
    }


def _context(actor: int, course_number: int, course: str) -> dict[str, Any]:
    """One registration for each learner and course."""
    teacher = {"homePage": _HOME, "name": f"teacher-{course_number:02d}"}
    cmi5 = "https://w3id.org/xapi/cmi5/context/categories/cmi5"
    return {
        "registration": id_of(f"registration {actor} {course_number}"),
        "instructor": {"objectType": "Agent", "account": teacher},
        "platform": "Example learning platform",
        "language": "ru-RU",
        "contextActivities": {
            "parent": [{"objectType": "Activity", "id": course}],
            "category": [{"objectType": "Activity", "id": cmi5}],
        },
    }


def _moment(dice: random.Random) -> str:
    day = f"2025-{dice.randrange(1, 13):02d}-{dice.randrange(1, 29):02d}"
    time = f"{dice.randrange(24):02d}:{dice.randrange(60):02d}:{dice.randrange(60):02d}"
    return f"{day}T{time}.{dice.randrange(1000):03d}Z"
