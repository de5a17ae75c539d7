"""One entry of each kind in which everything is said that can be said, and which fit together.

A programme's equivalents are left out: they name a second course.
"""

from __future__ import annotations

import copy

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject

COURSE = "https://learning.centre.example/course/fire"
ANNA = "account|https://hr.centre.example|0417"
ANNA_BY_MAIL = "mbox|mailto:anna@centre.example"
BORIS = "mbox|mailto:boris@centre.example"

_ENTRIES: dict[str, JsonObject] = {
    "courses": {
        "id": COURSE,
        "title": {"ru": "Пожарная безопасность", "en": "Fire safety"},
        "kind": "blended",
        "hours": 7.5,
        "attempt_rule": "first",
        "valid_months": 12,
        "activities": [f"{COURSE}/1"],
        "services": ["вода"],
    },
    "offices": {"code": "O-1", "title": {"ru": "Север"}, "address": "ул. Первая, 1"},
    "posts": {"code": "P.1", "title": {"ru": "Инспектор"}},
    "services": {"code": "вода", "title": {"ru": "Вода"}},
    "programmes": {
        "code": "windows",
        "title": {"ru": "Допуск к окну"},
        "since": "2026-02-01",
        "courses": [COURSE],
        "at_least": 1,
        "min_score": 0.8,
        "min_hours": 4,
        "valid_months": 12,
        "renewal_days": 30,
        "due_days": 14,
        "posts": ["P.1"],
        "offices": ["O-1"],
        "newcomers": True,
        "everyone": False,
        "before_visitors": True,
        "authorities": ["3f2a5c6d7e8f90a1b2c3d4e5f6071829"],
    },
    "people": {
        "agent": ANNA,
        "name": "Филатова Анна",
        "number": "0417",
        "office": "O-1",
        "post": "P.1",
        "since": "2025-01-09",
        "until": "2027-01-09",
    },
    "links": {"agent": ANNA_BY_MAIL, "person": ANNA, "reason": "почта"},
    "exemptions": {
        "programme": "windows",
        "agent": ANNA,
        "reason": "стаж",
        "since": "2026-01-01",
        "until": "2026-12-31",
    },
    "revocations": {"programme": "windows", "agent": ANNA, "on": "2026-05-01", "reason": "жалоба"},
    "visits": {
        "code": "V-1",
        "on": "2026-04-02",
        "office": "O-1",
        "trainer": BORIS,
        "topic": {"ru": "Очереди"},
        "course": COURSE,
        "hours": 2,
        "people": [ANNA],
        "note": "у окон",
    },
    "ratings": {"office": "O-1", "month": "2026-03", "likes": 12, "dislikes": 0},
}


def entries() -> dict[str, list[JsonObject]]:
    """The catalogue as a request or a file says it."""
    return {kind: [copy.deepcopy(entry)] for kind, entry in _ENTRIES.items()}


def entry(kind: EntryKind, /, **others: object) -> JsonObject:
    """The one of that kind, with other or more members."""
    return {**copy.deepcopy(_ENTRIES[kind.value]), **others}
