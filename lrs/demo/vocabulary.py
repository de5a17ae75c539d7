"""The IRIs of verbs, types and extensions in statements, with their names in both languages."""

from __future__ import annotations

from typing import Any

from lrs.domain.xapi.agent import JsonObject

LEARNING = "https://learning.centre.example"
HR = "https://hr.centre.example"

_ADL = "http://adlnet.gov/expapi/verbs/"
_ADL_LATER = "https://w3id.org/xapi/adl/verbs/"
_STREAMS = "http://activitystrea.ms/"
_TINCAN = "http://id.tincanapi.com/verb/"

_VERBS = {
    "abandoned": (_ADL_LATER, "прервал", "abandoned"),
    "answered": (_ADL, "ответил", "answered"),
    "attempted": (_ADL, "приступил", "attempted"),
    "attended": (_ADL, "посетил", "attended"),
    "completed": (_ADL, "завершил", "completed"),
    "earned": (_TINCAN, "получил", "earned"),
    "experienced": (_ADL, "изучил", "experienced"),
    "failed": (_ADL, "не сдал", "failed"),
    "initialized": (_ADL, "начал", "initialized"),
    "join": (_STREAMS, "пришёл", "joined"),
    "launched": (_ADL, "запустил", "launched"),
    "leave": (_STREAMS, "ушёл", "left"),
    "passed": (_ADL, "сдал", "passed"),
    "progressed": (_ADL, "продвинулся", "progressed"),
    "rated": (_TINCAN, "оценил", "rated"),
    "registered": (_ADL, "записан", "registered"),
    "satisfied": (_ADL_LATER, "выполнил требования", "satisfied"),
    "schedule": (_STREAMS, "запланировал", "scheduled"),
    "terminated": (_ADL, "вышел", "terminated"),
    "unregistered": (_TINCAN, "отписан", "unregistered"),
    "voided": (_ADL, "отменил", "voided"),
    "waived": (_ADL_LATER, "освобождён", "waived"),
}

_TYPES = "http://adlnet.gov/expapi/activities/"
ASSESSMENT = _TYPES + "assessment"
COURSE = _TYPES + "course"
INTERACTION = _TYPES + "cmi.interaction"
LESSON = _TYPES + "lesson"
MEETING = _TYPES + "meeting"
MODULE = _TYPES + "module"
SIMULATION = _TYPES + "simulation"
CERTIFICATE = "https://www.opigno.org/en/tincan_registry/activity_type/certificate"

VISIT_CATEGORY = LEARNING + "/xapi/category/visit"

PLACE = "http://activitystrea.ms/schema/1.0/place"

PLANNED_START = "http://id.tincanapi.com/extension/planned-start-time"
PLANNED_DURATION = "http://id.tincanapi.com/extension/planned-duration"
SESSION_ID = "https://w3id.org/xapi/cmi5/context/extensions/sessionid"
LATENESS = LEARNING + "/xapi/extension/lateness"
VALID_UNTIL = LEARNING + "/xapi/extension/valid-until"


def both(ru: str, en: str) -> JsonObject:
    """A language map."""
    return {"ru-RU": ru, "en-US": en}


def verb(name: str) -> JsonObject:
    base, ru, en = _VERBS[name]
    return {"id": base + name, "display": both(ru, en)}


def activity(id: str, type: str, ru: str, en: str, **definition: Any) -> JsonObject:  # noqa: A002
    return {
        "objectType": "Activity",
        "id": id,
        "definition": {"type": type, "name": both(ru, en), **definition},
    }
