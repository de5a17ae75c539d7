"""The programmes when the centre opens, and the changes of two rules."""

from __future__ import annotations

from datetime import date

from lrs.demo.courses import COURSES
from lrs.domain.xapi.agent import JsonObject

PASS = 0.8
"""The scaled score that seniors need under the second rule; under the first one 0.7 would do."""


def _courses(*slugs: str) -> list[str]:
    return [COURSES[slug].id for slug in slugs]


def _programme(code: str, ru: str, en: str, **rule: object) -> JsonObject:
    return {"code": code, "title": {"ru": ru, "en": en}, **rule}


_BRIEFING = _programme(
    "briefing", "Вводный инструктаж", "Safety briefing",
    since="2025-09-01",
    courses=_courses("briefing"),
    due_days=1,
    newcomers=True,
    before_visitors=True,
)  # fmt: skip

PROGRAMMES = (
    _BRIEFING,
    _programme(
        "visitors", "Допуск к приёму посетителей", "Clearance to serve visitors",
        since="2025-09-01",
        courses=_courses("onboarding"),
        equivalents=[
            {"course": COURSES["annual-test"].id, "counts_as": COURSES["onboarding"].id},
        ],
        min_score=0.7,
        valid_months=12,
        renewal_days=60,
        due_days=30,
        newcomers=True,
        before_visitors=True,
    ),
    _programme(
        "annual", "Ежегодная проверка знаний", "Annual knowledge test",
        since="2026-01-01",
        courses=_courses("annual-test"),
        min_score=0.75,
        valid_months=12,
        renewal_days=60,
        due_days=364,
        posts=["specialist", "senior"],
    ),
    _programme(
        "data", "Работа с данными заявителей", "Handling applicants' data",
        since="2025-09-01",
        courses=_courses("personal-data", "info-security"),
        at_least=1,
        valid_months=12,
        renewal_days=60,
        due_days=480,
        everyone=True,
    ),
    _programme(
        "communication", "Общение с посетителями", "Communication with visitors",
        since="2025-09-01",
        courses=_courses("service", "conflict", "stress", "inclusion", "speech"),
        at_least=2,
        valid_months=36,
        due_days=730,
        posts=["administrator", "specialist", "senior"],
    ),
    _programme(
        "family", "Услуги для семьи", "Services for families",
        since="2025-09-01",
        courses=_courses("civil-status", "intake"),
        min_score=0.7,
        min_hours=8,
        valid_months=24,
        due_days=540,
        posts=["specialist", "senior"],
        offices=["04", "07", "12"],
    ),
    _programme(
        "senior", "Квалификация старшего специалиста", "Qualification of a senior specialist",
        courses=_courses("senior-test"),
        min_score=0.7,
        valid_months=36,
    ),
    _programme(
        "mentor", "Наставник", "Mentor",
        courses=_courses("mentoring"),
        min_score=0.7,
        valid_until="2027-06-30",
    ),
)  # fmt: skip

STRICTER = _programme(
    "senior", "Квалификация старшего специалиста", "Qualification of a senior specialist",
    since="2026-02-01",
    courses=_courses("senior-test"),
    min_score=PASS,
    valid_months=36,
    renewal_days=90,
    due_days=365,
    posts=["senior"],
)  # fmt: skip
STRICTER_TOLD = date(2026, 2, 20)
"""The order was in force from the first of the month, and reached the centre three weeks later."""

LONGER = {**_BRIEFING, "since": "2026-02-16", "min_hours": 0.5}
"""Under the second rule a briefing counts that lasts half an hour at least."""
LONGER_TOLD = date(2026, 3, 16)
"""This order reached the centre a month after it came into force."""
