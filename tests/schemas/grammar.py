"""What may stand where in a statement: a second description, small enough to be read at a glance.

The schemas are the product's; this one is for tests that need to know what a place in a statement
is for. It does not check: it names the places of a statement that is valid.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_IDENTIFIED = {"objectType": "word", "name": "text", "mbox": "mbox", "mbox_sha1sum": "sha1",
               "openid": "uri", "account": "Account"}  # fmt: skip
_SAID = {"actor": "actor", "verb": "Verb", "object": "object", "result": "Result",
         "context": "Context", "timestamp": "timestamp", "attachments": "[Attachment"}  # fmt: skip
_COMPONENTS = dict.fromkeys(("choices", "scale", "source", "target", "steps"), "[Component")

OBJECTS: dict[str, dict[str, str]] = {
    "Statement": {**_SAID, "id": "uuid", "stored": "timestamp", "authority": "authority",
                  "version": "version"},
    "SubStatement": {**_SAID, "objectType": "word", "object": "object within"},
    "Agent": _IDENTIFIED,
    "Group": {**_IDENTIFIED, "member": "[Agent"},
    "AuthorityGroup": {**_IDENTIFIED, "member": "[Agent"},
    "Account": {"homePage": "iri", "name": "account name"},
    "Verb": {"id": "iri", "display": "languages"},
    "Activity": {"objectType": "word", "id": "iri", "definition": "Definition"},
    "Definition": {"name": "languages", "description": "languages", "type": "iri",
                   "moreInfo": "iri", "interactionType": "interaction",
                   "correctResponsesPattern": "[text", **_COMPONENTS, "extensions": "extensions"},
    "Component": {"id": "text", "description": "languages"},
    "StatementRef": {"objectType": "word", "id": "uuid"},
    "Result": {"score": "Score", "success": "boolean", "completion": "boolean",
               "response": "text", "duration": "duration", "extensions": "extensions"},
    "Score": {"scaled": "scaled", "raw": "number", "min": "number", "max": "number"},
    "Context": {"registration": "uuid", "instructor": "actor", "team": "Group",
                "contextActivities": "ContextActivities", "revision": "text", "platform": "text",
                "language": "language", "statement": "StatementRef", "extensions": "extensions",
                "contextAgents": "[ContextAgent", "contextGroups": "[ContextGroup"},
    "ContextActivities": dict.fromkeys(("parent", "grouping", "category", "other"), "*Activity"),
    "ContextAgent": {"objectType": "word", "agent": "Agent", "relevantTypes": "[iri"},
    "ContextGroup": {"objectType": "word", "group": "Group", "relevantTypes": "[iri"},
    "Attachment": {"usageType": "iri", "display": "languages", "description": "languages",
                   "contentType": "content type", "length": "length", "sha2": "sha2",
                   "fileUrl": "iri"},
}  # fmt: skip
"""The properties of each kind of object, and of what kind these are. `[` is an array of a kind,
`*` one of a kind or an array of it; a word in lower case is a value or a choice.
"""

REQUIRED: dict[str, tuple[str, ...]] = {
    "Statement": ("actor", "verb", "object"),
    "SubStatement": ("actor", "verb", "object"),
    "Account": ("homePage", "name"),
    "Verb": ("id",),
    "Activity": ("id",),
    "Component": ("id",),
    "StatementRef": ("id",),
    "ContextAgent": ("objectType", "agent"),
    "ContextGroup": ("objectType", "group"),
    "Attachment": ("usageType", "display", "contentType", "length", "sha2"),
}
"""What must not be missing, except where a lack changes what the object is."""

_CHOICES = {
    "actor": ("Agent", {"Group": "Group"}),
    "authority": ("Agent", {"Group": "AuthorityGroup"}),
    "object": ("Activity", {}),
    "object within": ("Activity", {}),
}


@dataclass(frozen=True)
class Place:
    """A value in a statement: where it is, of what kind, and what holds it under which key.

    `within` is the kind of the holder.
    """

    pointer: str
    kind: str
    value: Any
    holder: Any = None
    key: Any = None
    within: str = ""


def places(value: Any, kind: str = "Statement") -> Iterator[Place]:
    """Every place of a valid statement, itself first; extensions are not entered."""
    yield from _from(Place("", kind, value))


def _from(place: Place) -> Iterator[Place]:
    yield place
    kind, value = place.kind, place.value
    if kind in OBJECTS:
        inner = {name: OBJECTS[kind][name] for name in value}
    elif kind[0] in "[*":
        inner = dict.fromkeys(range(len(value)), kind[1:])
    elif kind == "languages":
        inner = dict.fromkeys(value, "text in a language")
    else:
        return
    for key, said in inner.items():
        held = value[key]
        yield from _from(
            Place(f"{place.pointer}/{key}", _kind_of(held, said), held, value, key, kind)
        )


def _kind_of(value: Any, said: str) -> str:
    if said in _CHOICES:
        default, others = _CHOICES[said]
        named: str = value.get("objectType", default)
        return others.get(named, named)
    if said[0] == "*" and isinstance(value, dict):
        return said[1:]
    return said
