"""Statements to start from, and small tools to change them and to hear why one is refused."""

from __future__ import annotations

from copy import deepcopy
from typing import Any

from lrs.domain.errors import InvalidStatement
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.version import Version
from schemas import check_statement

BOTH = tuple(Version)
V1, V2 = Version.V1_0_3, Version.V2_0_0
SOME_ID = "8f87ccde-bb56-4c2e-ab83-44982ef22df0"
VOIDED = "http://adlnet.gov/expapi/verbs/voided"
COURSE = "https://lms.example.org/course/1"

ANNA: JsonObject = {"name": "Анна", "mbox": "mailto:anna@example.org"}
BORIS: JsonObject = {"objectType": "Agent", "openid": "https://boris.example.org/"}
LEARNER: JsonObject = {"account": {"homePage": "https://lms.example.org", "name": "0417"}}
HASHED: JsonObject = {"mbox_sha1sum": "ebd31e95054c018b10727ccffd2ef2ec3a016ee9"}
TEAM: JsonObject = {"objectType": "Group", "name": "Зал 3", "member": [ANNA, BORIS, HASHED]}
OFFICE: JsonObject = {"objectType": "Group", "mbox": "mailto:office@example.org"}
REFERENCE: JsonObject = {"objectType": "StatementRef", "id": SOME_ID}
EXTENSIONS: JsonObject = {"https://example.org/ext": {"any": [1, None, True]}, "urn:x": None}

ATTACHMENT: JsonObject = {
    "usageType": "http://adlnet.gov/expapi/attachments/signature",
    "display": {"ru": "Подпись"},
    "description": {"ru": "Лист присутствия"},
    "contentType": "text/plain; charset=utf-8",
    "length": 27,
    "sha2": "495395e777cd98da653df9615d09c0fd6bb2f8d4788394cd53c56a3bfdcd848a",
    "fileUrl": "https://files.example.org/1",
}
QUESTION: JsonObject = {
    "objectType": "Activity",
    "id": COURSE + "/question",
    "definition": {
        "name": {"ru-RU": "Вопрос"},
        "description": {"en-US": "Which one?"},
        "type": "http://adlnet.gov/expapi/activities/cmi.interaction",
        "moreInfo": "https://lms.example.org/help",
        "interactionType": "choice",
        "correctResponsesPattern": ["a[,]b", "a"],
        "choices": [{"id": "a", "description": {"ru": "Да"}}, {"id": "b"}],
        "extensions": EXTENSIONS,
    },
}


def minimal() -> JsonObject:
    """A statement of required properties only."""
    return deepcopy({"actor": ANNA, "verb": {"id": "http://v/done"}, "object": {"id": COURSE}})


def _context(version: Version) -> JsonObject:
    context: JsonObject = {
        "registration": SOME_ID,
        "instructor": BORIS,
        "team": TEAM,
        "contextActivities": {
            "parent": {"id": COURSE},
            "grouping": [{"objectType": "Activity", "id": "urn:programme:1"}],
            "category": [QUESTION],
            "other": [],
        },
        "language": "ru-RU",
        "statement": REFERENCE,
        "extensions": EXTENSIONS,
    }
    if version is V2:
        roles = {"relevantTypes": ["https://example.org/types/player"]}
        context["contextAgents"] = [{"objectType": "contextAgent", "agent": LEARNER, **roles}]
        context["contextGroups"] = [{"objectType": "contextGroup", "group": OFFICE, **roles}]
    return context


def _said(version: Version) -> JsonObject:
    return {
        "actor": TEAM,
        "verb": {"id": "http://adlnet.gov/expapi/verbs/passed", "display": {"ru": "сдал"}},
        "result": {
            "score": {"scaled": 0.5, "raw": 5, "min": 0, "max": 10.0},
            "success": True,
            "completion": False,
            "response": "a",
            "duration": "PT1H30M0.5S",
            "extensions": EXTENSIONS,
        },
        "context": _context(version),
        "timestamp": "2026-03-01T09:30:00.123+05:00",
        "attachments": [ATTACHMENT],
    }


def complete(version: Version) -> JsonObject:
    """A statement about a question, with every property there is."""
    statement = {
        **_said(version),
        "id": SOME_ID,
        "object": QUESTION,
        "stored": "2026-03-01T09:30:00Z",
        "authority": {"objectType": "Group", "member": [LEARNER, ANNA]},
        "version": version.value,
    }
    statement["context"] |= {"revision": "2", "platform": "LMS"}
    return deepcopy(statement)


def planned(version: Version) -> JsonObject:
    """A statement whose object is a SubStatement with every property there is."""
    sub = {**_said(version), "objectType": "SubStatement", "object": REFERENCE}
    return deepcopy({"actor": LEARNER, "verb": {"id": "http://v/planned"}, "object": sub})


def about(thing: JsonObject, **more: Any) -> JsonObject:
    """The minimal statement with another object, and more or other properties."""
    return deepcopy({**minimal(), "object": thing, **more})


def defined(**definition: Any) -> JsonObject:
    """A statement about an activity with this definition."""
    return about({"id": COURSE, "definition": definition})


def changed(statement: JsonObject, pointer: str, value: Any) -> JsonObject:
    """A copy with the value at `pointer` set, or new."""
    copy = deepcopy(statement)
    *way, last = pointer.split("/")[1:]
    holder: Any = copy
    for step in way:
        holder = holder[int(step) if isinstance(holder, list) else step]
    holder[int(last) if isinstance(holder, list) else last] = value
    return copy


def without(statement: JsonObject, pointer: str) -> JsonObject:
    """A copy that lacks the property at `pointer`."""
    copy = deepcopy(statement)
    *way, last = pointer.split("/")[1:]
    holder: Any = copy
    for step in way:
        holder = holder[int(step) if isinstance(holder, list) else step]
    del holder[last]
    return copy


def refusal(statement: object, version: Version = V2) -> tuple[str, str | None] | None:
    """Why and where a statement is refused: code and pointer; None if it is accepted."""
    try:
        check_statement(statement, version)
    except InvalidStatement as error:
        return error.code, error.pointer
    return None


def refused_everywhere(statement: object, code: str, pointer: str) -> bool:
    """Whether both versions refuse a statement with this code, at this place."""
    return all(refusal(statement, version) == (code, pointer) for version in BOTH)


def accepted_everywhere(statement: object) -> bool:
    return all(refusal(statement, version) is None for version in BOTH)
