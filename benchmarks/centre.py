"""A training centre to measure: its catalogue and its people; one seed gives the same ones again.

Offices of which one is large, posts, courses of four kinds, programmes that ask for three to eight
of them, personnel records, second identifiers, exemptions and revocations. Everybody studies for
some of the programmes that are wanted of them, so certificates are earned, fall due and expire.
`benchmarks.studies` tells what they do.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from typing import NamedTuple

from benchmarks.topics import FORMS, TOPICS
from lrs.demo.dice import Dice
from lrs.demo.names import draw_name
from lrs.demo.vocabulary import ASSESSMENT, COURSE, LEARNING, activity
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject

HR = "https://hr.centre.example"
BEGIN = date(2024, 1, 9)
DAYS = 700
TODAY = BEGIN + timedelta(days=DAYS)
"""The day that certificates are asked for: that of the last statements."""

LARGE = "O-01"
"""The code of the office with the most people."""

SCALE = 1_000_000
TAKEN = 16
"""Courses that somebody takes, on average; the last ones lie beyond the end."""

_POSTS = 12
_TRAINERS = 40
_KINDS = (
    "online", "classroom", "classroom", "test", "classroom", "online", "blended", "classroom",
    "online", "classroom", "online", "classroom", "classroom", "online", "blended", "online",
    "classroom", "test", "classroom", "online",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much there is: `large` people work at the largest office."""

    statements: int = SCALE
    trainees: int = 10_000
    courses: int = 300
    programmes: int = 110
    offices: int = 50
    large: int = 1_000

    @classmethod
    def of(cls, statements: int) -> Sizes:
        """All in proportion to the statements; from a million on only the people are more."""
        share = min(1.0, statements / SCALE)
        trainees = max(40, statements // 100)
        return cls(
            statements,
            trainees,
            courses=max(30, int(300 * share)),
            programmes=max(11, int(110 * share)),
            offices=max(5, int(50 * share)),
            large=trainees // 10,
        )


class Course(NamedTuple):
    """`kind` as in the catalogue; a test belongs to all but some in class."""

    number: int
    kind: str
    ru: str
    en: str
    tested: bool

    @property
    def id(self) -> str:
        return f"{LEARNING}/course/{self.number:04d}"

    def activity(self) -> JsonObject:
        return activity(self.id, COURSE, self.ru, self.en)

    def test(self) -> JsonObject:
        return activity(f"{self.id}/test", ASSESSMENT, f"Тест: {self.ru}", f"Test: {self.en}")

    def entry(self) -> JsonObject:
        """What the catalogue says of it."""
        said: JsonObject = {
            "id": self.id,
            "title": {"ru": self.ru, "en": self.en},
            "kind": self.kind,
            "hours": 4 + self.number % 4,
            "attempt_rule": ("best", "best", "last", "first")[self.number % 4],
            "activities": [f"{self.id}/test"],
        }
        return said | ({"valid_months": 12} if self.number % 3 == 0 else {})


class Trainee(NamedTuple):
    """`mail` is a second identifier's address, empty for most."""

    number: int
    name: str
    office: str
    post: str
    since: date
    mail: str

    @property
    def key(self) -> str:
        """The agent key that stands for them."""
        return f"account|{HR}|{self.number:05d}"

    def actor(self, *, by_mail: bool = False) -> JsonObject:
        if by_mail and self.mail:
            return {"objectType": "Agent", "name": self.name, "mbox": f"mailto:{self.mail}"}
        account = {"homePage": HR, "name": f"{self.number:05d}"}
        return {"objectType": "Agent", "name": self.name, "account": account}

    def entry(self) -> JsonObject:
        """The personnel record."""
        return {
            "agent": self.key,
            "name": self.name,
            "number": f"{self.number:05d}",
            "office": self.office,
            "post": self.post,
            "since": self.since.isoformat(),
        }


class Centre:
    """The centre of these sizes, made from the seed."""

    def __init__(self, sizes: Sizes, seed: int = 1) -> None:
        self.sizes = sizes
        self.seed = seed
        self._offices = [f"O-{n:02d}" for n in range(1, sizes.offices + 1)]
        self._posts = [f"D-{n:02d}" for n in range(1, _POSTS + 1)]
        dice = Dice(seed)
        self.courses = [_course(dice, n) for n in range(1, sizes.courses + 1)]
        self.programmes = [self._programme(dice, n) for n in range(sizes.programmes)]
        self.trainers = [
            {"objectType": "Agent", "name": draw_name(dice, female=n % 2 == 0).full,
             "account": {"homePage": HR, "name": f"trainer-{n:02d}"}}
            for n in range(_TRAINERS)
        ]  # fmt: skip
        self.trainees = [self._trainee(dice, n) for n in range(1, sizes.trainees + 1)]

    def taken(self, dice: Dice, trainee: Trainee) -> list[tuple[Course, int]]:
        """What somebody studies, and the days on which each begins: for programmes that are wanted
        of them, each within three months and some again after a year, and some courses besides.
        """
        count = dice.between(TAKEN - 3, TAKEN + 3)
        first: dict[Course, int] = {}
        again: list[tuple[Course, int]] = []
        for programme in dice.some(self._wanted_of[trainee.office, trainee.post], 4):
            begun, renewed = dice.between(0, DAYS - 1), dice.chance(0.2)
            for course in self._asked[programme["code"]]:
                if course not in first and len(first) < count:
                    first[course] = begun + dice.between(0, 90)
                    if renewed:
                        again.append((course, first[course] + dice.between(310, 350)))
        for course in dice.some(self.courses, count):
            if len(first) < count:
                first.setdefault(course, dice.between(0, DAYS - 1))
        return [(course, day) for course, day in (*first.items(), *again) if day < DAYS]

    def catalogue(self) -> Iterator[tuple[EntryKind, list[JsonObject]]]:
        """What is described, in the order in which it can be. Some programmes have two versions,
        so that kind comes twice.
        """
        dice = Dice(self.seed + 1)
        yield EntryKind.COURSE, [course.entry() for course in self.courses]
        yield EntryKind.OFFICE, [{"code": c, "title": {"ru": f"Офис {c}"}} for c in self._offices]
        yield EntryKind.POST, [{"code": c, "title": {"ru": f"Должность {c}"}} for c in self._posts]
        yield EntryKind.PROGRAMME, self.programmes
        yield EntryKind.PERSON, [trainee.entry() for trainee in self.trainees]
        linked = [trainee for trainee in self.trainees if trainee.mail]
        yield EntryKind.LINK, [{"agent": f"mbox|mailto:{t.mail}", "person": t.key} for t in linked]
        some = dice.some(self.trainees, len(self.trainees) // 50)
        half = len(some) // 2
        yield EntryKind.EXEMPTION, [_excused(dice, t, self.programmes) for t in some[:half]]
        yield EntryKind.REVOCATION, [_revoked(dice, t, self.programmes) for t in some[half:]]
        changed = [p for n, p in enumerate(self.programmes) if n % 10 == 0]
        yield EntryKind.PROGRAMME, [p | {"since": "2025-03-01", "due_days": 21} for p in changed]

    @cached_property
    def _asked(self) -> dict[str, list[Course]]:
        by_id = {course.id: course for course in self.courses}
        return {p["code"]: [by_id[iri] for iri in p["courses"]] for p in self.programmes}

    @cached_property
    def _wanted_of(self) -> dict[tuple[str, str], Sequence[JsonObject]]:
        """Which programmes apply to those of an office and post, newcomers apart."""
        return {
            (office, post): [p for p in self.programmes if _concerns(p, office, post)]
            for office in self._offices
            for post in self._posts
        }

    def _programme(self, dice: Dice, number: int) -> JsonObject:
        courses = dice.some(self.courses, dice.between(3, 8))
        ru, en = TOPICS[number % len(TOPICS)]
        said: JsonObject = {
            "code": f"P-{number + 1:03d}",
            "title": {"ru": f"Допуск {number + 1}: {ru}", "en": f"Permit {number + 1}: {en}"},
            "courses": [course.id for course in courses],
            "valid_months": dice.pick((12, 12, 24, 36)),
            "renewal_days": dice.pick((30, 60, 90)),
            "due_days": dice.pick((14, 30, 60)),
            "before_visitors": number % 11 != 0 and dice.chance(0.2),
        }
        if dice.chance(0.2):
            said["at_least"] = len(courses) - 1
        if dice.chance(0.4) and all(course.tested for course in courses):
            said["min_score"] = 0.6
        other = dice.pick(self.courses)
        if dice.chance(0.1) and other not in courses:
            said["equivalents"] = [{"course": other.id, "counts_as": courses[0].id}]
        if number % 11 == 0:
            return said | {"everyone": True}
        if number % 11 == 1:
            return said | {"newcomers": True, "since": BEGIN.isoformat()}
        said["posts"] = sorted(dice.some(self._posts, dice.between(1, 2)))
        if dice.chance(0.3):
            said["offices"] = sorted(dice.some(self._offices, len(self._offices) // 5))
        return said

    def _trainee(self, dice: Dice, number: int) -> Trainee:
        large = number <= self.sizes.large
        joined = dice.between(-2_000, -1) if dice.chance(0.8) else dice.between(0, DAYS // 2)
        return Trainee(
            number,
            draw_name(dice, female=dice.chance(0.7)).full,
            LARGE if large else dice.pick(self._offices[1:]),
            dice.pick(self._posts),
            BEGIN + timedelta(days=joined),
            f"trainee-{number:05d}@mail.example" if dice.chance(0.02) else "",
        )


def _course(dice: Dice, number: int) -> Course:
    kind = _KINDS[number % len(_KINDS)]
    form, topic = FORMS[number // len(TOPICS) % len(FORMS)], TOPICS[number % len(TOPICS)]
    ru, en = (f"{a}: {b}" for a, b in zip(form, topic, strict=True))
    return Course(number, kind, ru, en, kind != "classroom" or dice.chance(0.3))


def _concerns(programme: JsonObject, office: str, post: str) -> bool:
    if programme.get("newcomers"):
        return False
    posts, offices = programme.get("posts", [post]), programme.get("offices", [office])
    return post in posts and office in offices


def _excused(dice: Dice, trainee: Trainee, programmes: Sequence[JsonObject]) -> JsonObject:
    since = BEGIN + timedelta(days=dice.between(0, DAYS))
    code = dice.pick(programmes)["code"]
    said = {"programme": code, "agent": trainee.key, "reason": "Стаж в прежней должности"}
    return said | {"since": since.isoformat(), "until": (since + timedelta(days=365)).isoformat()}


def _revoked(dice: Dice, trainee: Trainee, programmes: Sequence[JsonObject]) -> JsonObject:
    day = BEGIN + timedelta(days=dice.between(DAYS // 4, DAYS))
    code = dice.pick(programmes)["code"]
    said = {"programme": code, "agent": trainee.key, "reason": "Жалоба подтвердилась"}
    return said | {"on": day.isoformat()}
