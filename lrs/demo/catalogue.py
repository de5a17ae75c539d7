"""The catalogue when the centre opens: offices, posts, services, courses and programmes.

examples/catalogue.yaml has the same entries in the form in which an operator writes them.
"""

from __future__ import annotations

from lrs.demo.courses import COURSES, CoursePlan
from lrs.demo.journal import Journal
from lrs.demo.places import OFFICES
from lrs.demo.programmes import PROGRAMMES
from lrs.demo.services import SERVICES, TAUGHT
from lrs.demo.workdays import START, at
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject

MOBILE = "13"
"""The code of an office that is closed later."""

POSTS = {
    "administrator": ("Администратор зала", "Floor administrator"),
    "manager": ("Руководитель офиса", "Office manager"),
    "senior": ("Старший специалист", "Senior specialist"),
    "specialist": ("Специалист по приёму", "Window specialist"),
    "trainer": ("Тренер-психолог", "Trainer-psychologist"),
}
_STREETS = (
    "Речная ул., 8", "Полевая ул., 41", "Озёрный проезд, 3", "Садовая ул., 17",
    "Вокзальная пл., 2", "ул. Лесная, 60", "наб. Мира, 25", "Южное шоссе, 112",
    "ул. Академика Белова, 9", "Заводская ул., 33", "бульвар Строителей, 5", "Центральная пл., 1",
)  # fmt: skip
_KINDS = {"computer": "classroom", "briefing": "classroom"}
_ATTEMPTS = {"annual-test": "last", "senior-test": "first"}


def opening() -> dict[EntryKind, list[JsonObject]]:
    """All entries by kind, except people and the plan of visits."""
    return {
        EntryKind.COURSE: [course_entry(course) for course in COURSES.values()],
        EntryKind.OFFICE: _offices(),
        EntryKind.POST: [{"code": code, "title": _title(*names)} for code, names in POSTS.items()],
        EntryKind.SERVICE: [
            {"code": code, "title": _title(*names)} for code, names in SERVICES.items()
        ],
        EntryKind.PROGRAMME: list(PROGRAMMES),
    }


def open_centre(journal: Journal) -> None:
    """Stores all entries early on the first morning."""
    for kind, entries in opening().items():
        for entry in entries:
            journal.describe(at(START, 6), kind, entry)


def course_entry(course: CoursePlan, *more: str) -> JsonObject:
    """The course's entry with its activities: modules, test, and `more`."""
    activities = [module.id for module in course.modules]
    activities += [course.test()["id"]] if course.points else []
    entry: JsonObject = {
        "id": course.id,
        "title": _title(course.ru, course.en),
        "kind": _KINDS.get(course.kind, course.kind),
        "hours": (course.hours + len(course.modules)) or 1,
    }
    if course.slug in _ATTEMPTS:
        entry["attempt_rule"] = _ATTEMPTS[course.slug]
    if course.months:
        entry["valid_months"] = course.months
    if activities or more:
        entry["activities"] = [*activities, *more]
    if course.slug in TAUGHT:
        entry["services"] = list(TAUGHT[course.slug])
    return entry


def _offices() -> list[JsonObject]:
    offices = [
        {"code": office.code, "title": _title(office.title, office.en), "address": street}
        for office, street in zip(OFFICES, _STREETS, strict=True)
    ]
    return [*offices, {"code": MOBILE, "title": _title("Мобильный офис", "Mobile office")}]


def _title(ru: str, en: str) -> JsonObject:
    return {"ru": ru, "en": en}
