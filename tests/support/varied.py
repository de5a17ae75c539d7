"""Histories in which everything occurs that a read model folds: the same for the same numbers.

Statement `n` is of one of some people and courses; some refer to others before or after them, and
some void others. Numbers go on where another call ended.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import groupby
from typing import Any
from uuid import UUID

import orjson

from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import Credential, Scope
from lrs.domain.xapi.agent import JsonObject, agent_key
from lrs.domain.xapi.document import Address, Condition, DocumentCollection
from lrs.domain.xapi.document import DocumentKind as DocumentKind
from lrs.domain.xapi.statement import VOIDED, is_voiding
from lrs.domain.xapi.version import Version
from lrs.service import Lrs
from lrs.service.catalogue import Stated
from schemas import ParsedStatement, parse_statements
from tests.support.contents import Content
from tests.support.entries import entry
from tests.support.stores import WRITER

CENTRE = "https://centre.example.org"
ADL = "http://adlnet.gov/expapi"
PEOPLE, COURSES, ATTEMPTS = 11, 7, 13
VERBS = ("registered", "initialized", "progressed", "completed", "passed", "failed", "scored",
         "attended", "experienced")  # fmt: skip
MODULE = Credential(
    UUID(int=2),
    "module",
    frozenset({Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE, Scope.DEFINE}),
    {"account": {"homePage": "http://zachetka.local/keys", "name": "module"}},
)
"""Another writer beside WRITER, which may read its own statements alone."""


def varied(count: int, start: int = 1) -> list[JsonObject]:
    """The statements `start`, `start` + 1, ..., so many of them."""
    return [_statement(number) for number in range(start, start + count)]


def parsed(bodies: Sequence[JsonObject]) -> list[ParsedStatement]:
    """The statements as a request brings them."""
    return parse_statements(orjson.dumps(bodies))[0]


def tell(lrs: Lrs, count: int, start: int = 1) -> None:
    """Have the store take so many statements by two writers, and entries of the catalogue and
    documents beside them, which are other ones for another `start`.
    """
    describe(lrs, start)
    for is_module, run in groupby(varied(count, start), key=_is_of_module):
        by = MODULE if is_module else WRITER
        lrs.statements.store(parsed([*run]), by, Version.V2_0_0)
    keep(lrs, start)


def describe(lrs: Lrs, number: int) -> None:
    """Describe courses, of which the first is another one each time and has a part of the next one,
    a programme, people, and who is who.
    """
    link = entry(EntryKind.LINK, agent=f"openid|{CENTRE}/{number}", person=_key(number + 1))
    stated = [
        *(
            Stated(kind, entry(kind))
            for kind in (EntryKind.SERVICE, EntryKind.OFFICE, EntryKind.POST)
        ),
        *(Stated(EntryKind.COURSE, _described(n, number)) for n in sorted({0, number % COURSES})),
        Stated(EntryKind.PROGRAMME, entry(EntryKind.PROGRAMME, courses=[_course(0)])),
        Stated(EntryKind.PERSON, entry(EntryKind.PERSON, agent=_key(number))),
        Stated(EntryKind.LINK, link),
    ]
    lrs.catalogue.describe(stated, WRITER)


def keep(lrs: Lrs, number: int) -> None:
    """Keep a State document of its own, change one that is there, and delete a third."""
    condition = Condition()
    for name in ("mark", "draft", f"note-{number}"):
        content = Content(f"{name} {number}".encode())
        lrs.documents.put(_address(name), "text/plain", content, condition, WRITER, Version.V1_0_3)
    lrs.documents.delete(_address("draft"), condition, WRITER)


def id_of(number: int) -> UUID:
    """The id of that statement."""
    return UUID(int=number << 80 | 4 << 76 | 2 << 62 | number)


def _described(course: int, number: int) -> JsonObject:
    title, activities = {"ru": f"Курс {course}, {number}"}, [f"{_course(course + 1)}/0"]
    return entry(EntryKind.COURSE, id=_course(course), title=title, activities=activities)


def _address(name: str) -> Address:
    return Address(DocumentCollection(DocumentKind.STATE, _key(0), _course(0)), name)


def _is_of_module(statement: JsonObject) -> bool:
    """A module may not void what others have said, so it voids nothing."""
    return UUID(statement["id"]).int % 5 == 0 and not is_voiding(statement)


def _statement(number: int) -> JsonObject:
    said = {
        "id": str(id_of(number)),
        "timestamp": f"2026-{1 + number // 600 % 12:02}-{1 + number // 24 % 25:02}"
        f"T{number % 24:02}:00:00+03:00",
        "actor": _actor(number),
        "verb": {"id": f"{ADL}/verbs/{VERBS[number % len(VERBS)]}"},
    }
    if number % 17 == 5:  # one that is there, or one that is still to come
        return {
            **said,
            "verb": {"id": VOIDED},
            "object": _reference(number + (-4 if number % 2 else 4)),
        }
    if number % 10 in _REFERENCES:
        return {**said, "object": _reference(number + _REFERENCES[number % 10])}
    if number % 19 == 3:
        return {**said, "object": _inner(number)}
    if number % 23 == 4:
        return {**said, "object": {"objectType": "Agent", **_person(number + 3)}}
    return {**said, **_studied(number)}


_REFERENCES = {4: -3, 7: 2, 8: -4}
"""To which statement those refer whose numbers end so: back, ahead, and to one that refers itself.
"""


def _studied(number: int) -> JsonObject:
    """What a course module says: object, result and context."""
    course = _course(number % COURSES)
    title = {"ru": f"Курс {number % COURSES}", "en": f"Course {number % COURSES} ({number // 50})"}
    whole = {"id": course, "definition": {"type": f"{ADL}/activities/course", "name": title}}
    part = {"id": f"{course}/{number % 3}", "definition": {"type": f"{ADL}/activities/module"}}
    return {
        "object": whole if number % 2 else part,
        "result": {"score": {"scaled": number % 21 / 20}, "duration": f"PT{number % 50 + 1}M"},
        "context": {
            **({"registration": str(UUID(int=number % ATTEMPTS))} if number % 3 else {}),
            **({"instructor": _person(number + 5)} if number % 4 == 1 else {}),
            "contextActivities": {
                "parent": [whole],
                "category": [{"id": f"{CENTRE}/categories/{number % 4}"}],
            },
            **({"contextAgents": [_role(number + 7)]} if number % 6 == 1 else {}),
        },
    }


def _actor(number: int) -> JsonObject:
    if number % 13 == 6:
        return {"objectType": "Group", "member": [_person(number), _person(number + 1)]}
    return {**_person(number), "name": f"Анна {number % PEOPLE}-{number // 40}"}


def _person(number: int) -> JsonObject:
    n = number % PEOPLE
    kinds: tuple[Any, ...] = (
        {"mbox": f"mailto:p{n}@example.org"},
        {"account": {"homePage": CENTRE, "name": f"{n:04}"}},
        {"openid": f"{CENTRE}/people/{n}"},
        {"mbox_sha1sum": f"{n:040x}"},
    )
    identifier: JsonObject = kinds[n % len(kinds)]
    return identifier


def _role(number: int) -> JsonObject:
    return {"objectType": "contextAgent", "agent": {"objectType": "Agent", **_person(number)}}


def _inner(number: int) -> JsonObject:
    """A SubStatement: somebody is to study something."""
    plan = {"id": "http://activitystrea.ms/schedule"}
    object_ = {"id": _course(number + 1)}
    return {
        "objectType": "SubStatement",
        "actor": _person(number + 2),
        "verb": plan,
        "object": object_,
    }


def _reference(number: int) -> JsonObject:
    return {"objectType": "StatementRef", "id": str(id_of(max(number, 0)))}


def _course(number: int) -> str:
    return f"{CENTRE}/courses/{number}"


def _key(number: int) -> str:
    return agent_key(_person(number)) or ""
