"""Statements decoded for folding: what many of them have in common is one object in memory.

A statement's text is taken apart where its members end, without reading what they hold; a member
that was met before, byte for byte, is not decoded again.
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
"""Bytes of memory that what is kept may take each: nobody fills the memory with what comes once."""

_ALIKE = frozenset({"actor", "verb", "object", "instructor", "team", "contextActivities"})
_TEXTS = frozenset({"id", "timestamp", "registration", "platform", "language"})


def decode_statement(text: bytes) -> JsonObject:
    """The statement of this text, which must be that of a valid one. Its actor, verb and object,
    and of its context instructor, team and contextActivities, are Interned unless they are heavy.
    """
    statement = _members(_apart(text))
    if "context" in statement:
        statement["context"] = _members(_apart(statement["context"]))
    return statement


def _members(members: JsonObject) -> JsonObject:
    """Each decoded but for a context, in the place of its text."""
    for name, raw in members.items():
        if name in _ALIKE:
            members[name] = _kept(bytes(raw))
        elif name in _TEXTS:
            members[name] = _text(raw)
        elif name != "context":
            members[name] = orjson.loads(bytes(raw))
    return members


def is_light(text: bytes) -> bool:
    """Whether the value of this JSON text takes little memory: a character in it takes two bytes at
    most, if it is Cyrillic as most are, and a value some 70.
    """
    length = 2 * len(text)
    if length > HEAVIEST:
        return False
    return length + 70 * (text.count(b",") + text.count(b"[") + text.count(b"{")) <= HEAVIEST


def _kept(text: bytes) -> Any:
    try:
        return _shared(text)
    except _Heavy:
        return orjson.loads(text)


class _Heavy(Exception):
    """The value is not to be kept: a cache remembers nothing of a call that raised."""


@lru_cache(maxsize=CACHE_SIZE)
def _shared(text: bytes) -> Any:
    # Weighed here, not by the caller: what is met again was weighed before.
    if not is_light(text):
        raise _Heavy
    return Interned(orjson.loads(text))
