"""The text of a statement that the log stores: as received, unless the standard requires a change.

xAPI 1.0.3 part 2: the store sets `stored` (4.2.8) and `authority` (4.2.9), and turns a single
activity in contextActivities into an array (2.4.6.2). Only for these is the text rewritten, and
every number keeps its notation.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, NoReturn

from lrs.domain.xapi.agent import JsonObject


def stored_text(statement: JsonObject, text: bytes) -> bytes:
    """The text to store for a valid statement that was read from `text`."""
    return rewritten(text, as_stored) if needs_rewriting(statement) else text


class _Verbatim(float):
    """A number that keeps its notation."""

    source: str

    @classmethod
    def parse(cls, text: str) -> _Verbatim:
        number = cls(text)
        number.source = text
        return number


def rewritten(text: bytes, change: Callable[[JsonObject], JsonObject]) -> bytes:
    """The text of a JSON object after a change; numbers keep their notation."""
    return _written(change(_read(text))).encode()


def merged_text(old: bytes, new: bytes) -> bytes:
    """The text of a JSON object with the properties of both, `new`'s where both have one; numbers
    keep their notation. ValueError or TypeError if one is no JSON object, RecursionError if one is
    nested too deeply.
    """
    one, other = _read(old), _read(new)
    if not isinstance(one, dict) or not isinstance(other, dict):
        raise TypeError("not an object")
    return _written(one | other).encode()


def _read(text: bytes) -> Any:
    return json.loads(
        text, parse_float=_Verbatim.parse, parse_int=_Verbatim.parse, parse_constant=_refuse
    )


def _refuse(name: str) -> NoReturn:
    raise ValueError(name)


def _written(value: object) -> str:
    match value:
        case _Verbatim():
            return value.source
        case dict():
            return "{" + ",".join(f"{_quoted(k)}:{_written(v)}" for k, v in value.items()) + "}"
        case list():
            return "[" + ",".join(map(_written, value)) + "]"
        case _:
            return _quoted(value)


def _quoted(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)


def needs_rewriting(statement: Mapping[str, Any]) -> bool:
    """Whether the standard requires a change: of `stored`, `authority`, or a lone activity."""
    if "stored" in statement or "authority" in statement:
        return True
    if _has_lone_activity(statement):
        return True
    object_ = statement["object"]
    return object_.get("objectType") == "SubStatement" and _has_lone_activity(object_)


def as_stored(statement: JsonObject) -> JsonObject:
    """The statement as the log stores it: without stored and authority, with contextActivities in
    arrays.
    """
    normal = {k: v for k, v in statement.items() if k not in ("stored", "authority")}
    normal = _listed(normal)
    if normal["object"].get("objectType") == "SubStatement":
        normal["object"] = _listed(normal["object"])
    return normal


def _has_lone_activity(statement: Mapping[str, Any]) -> bool:
    activities = statement.get("context", {}).get("contextActivities", {})
    return any(isinstance(value, dict) for value in activities.values())


def _listed(statement: JsonObject) -> JsonObject:
    if not _has_lone_activity(statement):
        return statement
    context = dict(statement["context"])
    context["contextActivities"] = {
        kind: value if isinstance(value, list) else [value]
        for kind, value in context["contextActivities"].items()
    }
    return statement | {"context": context}
