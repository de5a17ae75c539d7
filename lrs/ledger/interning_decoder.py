"""Decodes statements for folding; JSON members that many statements share are one object.

A statement's text is split into its members without decoding them. A member with the same bytes as
an earlier one is not decoded again.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import orjson
from msgspec import Raw
from msgspec.json import Decoder

from lrs.domain.interning import CACHE_SIZE, Interned
from lrs.domain.xapi.agent import JsonObject

_apart = Decoder(dict[str, Raw]).decode
_text = Decoder(str).decode

HEAVIEST = 4_096
"""The most bytes of memory that a cached value may take, so that large values that occur once
cannot fill the memory.
"""

_ALIKE = frozenset({"actor", "verb", "object", "instructor", "team", "contextActivities"})
_TEXTS = frozenset({"id", "timestamp", "registration", "platform", "language"})


def decode_statement(text: bytes) -> JsonObject:
    """The decoded text of a valid statement. Its actor, verb and object, and its context's
    instructor, team and contextActivities, are Interned unless they are large.
    """
    statement = _members(_apart(text))
    if "context" in statement:
        statement["context"] = _members(_apart(statement["context"]))
    return statement


def _members(members: JsonObject) -> JsonObject:
    """Replace each member's text by its decoded value, except `context`."""
    for name, raw in members.items():
        if name in _ALIKE:
            members[name] = _interned(bytes(raw))
        elif name in _TEXTS:
            members[name] = _text(raw)
        elif name != "context":
            members[name] = orjson.loads(bytes(raw))
    return members


def is_light(text: bytes) -> bool:
    """Whether the value of this JSON text takes little memory. The estimate: a character takes at
    most two bytes, as Cyrillic does, and each value another 70.
    """
    length = 2 * len(text)
    if length > HEAVIEST:
        return False
    return length + 70 * (text.count(b",") + text.count(b"[") + text.count(b"{")) <= HEAVIEST


def _interned(text: bytes) -> Any:
    try:
        return _shared(text)
    except _Heavy:
        return orjson.loads(text)


class _Heavy(Exception):
    """The value is too large to cache. (lru_cache stores nothing of a call that raised.)"""


@lru_cache(maxsize=CACHE_SIZE)
def _shared(text: bytes) -> Any:
    # Checked here and not by the caller: a value in the cache was checked before.
    if not is_light(text):
        raise _Heavy
    return Interned(orjson.loads(text))
