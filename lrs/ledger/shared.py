"""Statements decoded for folding: what many of them have in common is one object in memory.

A statement's text is taken apart where its members end, without reading what they hold; a member
that was met before, byte for byte, is not decoded again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import msgspec
import orjson

from lrs.domain.agent import JsonObject
from lrs.domain.shared import MOST, Shared

_apart = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode

_ALIKE = frozenset({"actor", "verb", "object"})
_ALIKE_IN_CONTEXT = frozenset({"instructor", "team", "contextActivities"})


def decoded(text: bytes) -> JsonObject:
    """The statement of this text, which must be that of a valid one. Its actor, verb and object,
    and of its context instructor, team and contextActivities, are Shared.
    """
    statement: JsonObject = _apart(text)
    for name, raw in statement.items():
        if name in _ALIKE:
            statement[name] = _shared(bytes(raw))
        elif name == "context":
            statement[name] = _context(raw)
        else:
            statement[name] = orjson.loads(bytes(raw))
    return statement


def _context(raw: msgspec.Raw) -> JsonObject:
    context: JsonObject = _apart(raw)
    for name, said in context.items():
        alike = name in _ALIKE_IN_CONTEXT
        context[name] = _shared(bytes(said)) if alike else orjson.loads(bytes(said))
    return context


@lru_cache(maxsize=MOST)
def _shared(text: bytes) -> Any:
    return Shared(orjson.loads(text))
