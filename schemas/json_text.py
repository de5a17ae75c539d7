"""Strict JSON, by the standard library's scanner: ambiguous texts are refused.

Duplicate keys, NaN, numbers beyond a double, U+0000 and lone surrogates are legal or half-legal in
JSON, and every library and database reads them differently. Statements are stored as text, so their
meaning must be the same for every later reader.
"""

from __future__ import annotations

import codecs
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NoReturn

from lrs.domain.errors import InvalidStatement, MalformedJson, TooLarge
from lrs.domain.xapi.agent import JsonObject

__all__ = ["MAX_DEPTH", "ParsedStatement", "parse_json", "parse_statements"]

MAX_DEPTH = 64
"""How deep objects and arrays may nest; a statement itself is level 1."""

MAX_VALUES = 1_000_000
"""How many values a text may hold; a tenth of them in one statement. Each takes some 100 bytes of
memory, in the text two.
"""

_SAFE_DIGITS = 308  # an integer of more digits may be no IEEE 754 double

_EXAMINED = 10_000
"""Bytes of a text with too many values that are looked at for how deep they nest."""

_NO_BRACKETS = bytes({*range(256)} - {*b"[]{}"})

_STRING = re.compile(rb'"(?:[^"\\]|\\.)*+"', re.DOTALL)
_SPACE = re.compile(r"[ \t\n\r]*+")
_SUSPICIOUS_ESCAPE = re.compile(r"\\u(?:0000|[dD][89a-fA-F])")
_FORBIDDEN = re.compile("[\0\ud800-\udfff]")


@dataclass(frozen=True, slots=True)
class ParsedStatement:
    """A statement's value, and exactly the bytes of the body that it was read from."""

    value: JsonObject
    text: bytes


def parse_statements(
    body: bytes, *, max_statements: int = 10_000, max_values: int = MAX_VALUES
) -> tuple[list[ParsedStatement], bool]:
    """The statements of a body, one object or an array of them, and whether it was an array.

    MalformedJson for what is no strict JSON; InvalidStatement for an element that is no object;
    both with the pointer of the element where there is one. TooLarge for more than
    `max_statements`, and for more than `max_values` or in one statement a tenth of that. xAPI 1.0.3
    part 3, 2.1.2 and part 2, 2.2; an empty array is no fault.
    """
    text = _decoded(body)
    require_few_values(body, max_values)
    most_in_one = max_values // 10
    start = _after_space(text, 0)
    if not text.startswith("[", start):
        require_few_values(body, most_in_one)
        statement, end = _statement(text, start, "")
        _at_end(text, end)
        return [statement], False
    found = list(_elements(text, start + 1, max_statements))
    if len(body) > 2 * most_in_one:
        for statement in found:
            require_few_values(statement.text, most_in_one)
    return found, True


def parse_json(text: bytes | str, *, max_values: int = MAX_VALUES) -> Any:
    """The value of a JSON text, of any type. MalformedJson for what is no strict JSON; TooLarge
    for more than `max_values`.
    """
    decoded = _decoded(text if isinstance(text, bytes) else _encoded(text))
    require_few_values(text if isinstance(text, bytes) else text.encode(), max_values)
    start = _after_space(decoded, 0)
    value, end = _value(decoded, start, "")
    _at_end(decoded, end)
    return value


def require_few_values(text: bytes, most: int) -> None:
    """Raises TooLarge for a JSON text with more values, before any of them is made."""
    if len(text) > 2 * most and _separators(text) > most and values_of(text) > most:
        if _begins_too_deep(text):
            _refuse("nesting-too-deep", None)
        raise TooLarge("too-many-values", limit=most)


def _begins_too_deep(text: bytes) -> bool:
    """Whether that is what the first brackets are for."""
    depth = deepest = 0
    for bracket in text[:_EXAMINED].translate(None, _NO_BRACKETS):
        depth += 1 if bracket in b"[{" else -1
        deepest = max(deepest, depth)
    return deepest > MAX_DEPTH


def values_of(text: bytes) -> int:
    """How many values a JSON text holds, or a few more: every value follows a comma, a colon or a
    bracket, and a colon a name.
    """
    return _separators(_STRING.sub(b'""', text))  # strings may hold commas, too


def _separators(text: bytes) -> int:
    return 1 + text.count(b",") + text.count(b"[") + text.count(b"{")


def text_of_member(text: str, name: str) -> str:
    """Exactly the text of a member's value, in the text of an object which has that member and was
    parsed before.
    """
    at = text.index("{") + 1
    while True:
        key, at = _DECODER.raw_decode(text, _after_space(text, at))
        start = _after_space(text, _after_space(text, at) + len(":"))
        _, at = _DECODER.raw_decode(text, start)
        if key == name:
            return text[start:at]
        at = _after_space(text, at) + len(",")


def _elements(text: str, at: int, most: int) -> Iterator[ParsedStatement]:
    """The statements of an array, from after its bracket on; each read once, in order."""
    at = _after_space(text, at)
    if text.startswith("]", at):
        _at_end(text, at + 1)
        return
    index = 0
    while True:
        if index == most:
            raise TooLarge("too-many-statements", limit=most)
        statement, end = _statement(text, _after_space(text, at), f"/{index}")
        yield statement
        index += 1
        at = _after_space(text, end)
        if text.startswith("]", at):
            _at_end(text, at + 1)
            return
        if not text.startswith(",", at):
            _refuse("malformed-json", None)
        at += 1


def _statement(text: str, start: int, pointer: str) -> tuple[ParsedStatement, int]:
    value, end = _value(text, start, pointer)
    if type(value) is not dict:
        raise InvalidStatement("not-an-object", pointer=pointer, wants="a statement as an object")
    return ParsedStatement(value, text[start:end].encode()), end


def _value(text: str, start: int, pointer: str) -> tuple[Any, int]:
    """The JSON value that begins at `start`, and where it ends."""
    try:
        value, end = _DECODER.raw_decode(text, start)
    except _Fault as fault:
        _refuse(fault.code, pointer)
    except RecursionError:
        _refuse("nesting-too-deep", pointer)
    except json.JSONDecodeError:
        _refuse("malformed-json", pointer)
    brackets = text.count("{", start, end) + text.count("[", start, end)
    if brackets > MAX_DEPTH and _too_deep(value):
        _refuse("nesting-too-deep", pointer)
    if _SUSPICIOUS_ESCAPE.search(text, start, end) and _holds_forbidden(value):
        _refuse("forbidden-character", pointer)
    return value, end


def _decoded(body: bytes) -> str:
    if body.startswith(codecs.BOM_UTF8):
        _refuse("byte-order-mark", None)
    if b"\0" in body[:4]:  # UTF-16 or UTF-32 (RFC 4627, 3)
        _refuse("not-utf8", None)
    try:
        return body.decode()
    except UnicodeDecodeError:
        _refuse("not-utf8", None)


def _encoded(text: str) -> bytes:
    try:
        return text.encode()
    except UnicodeEncodeError:
        _refuse("not-utf8", None)


def _after_space(text: str, at: int) -> int:
    match = _SPACE.match(text, at)
    return match.end() if match else at


def _at_end(text: str, at: int) -> None:
    if _after_space(text, at) != len(text):
        _refuse("malformed-json", None)


def _refuse(code: str, pointer: str | None) -> NoReturn:
    # From None: the scanner's own error carries the whole body, which must reach no log.
    raise MalformedJson(code, pointer=pointer, depth=MAX_DEPTH) from None


def _too_deep(value: object) -> bool:
    """Whether objects and arrays nest deeper than MAX_DEPTH: level by level, without recursion."""
    level = [value] if isinstance(value, dict | list) else []
    for _ in range(MAX_DEPTH):
        level = [
            part
            for holder in level
            for part in (holder.values() if isinstance(holder, dict) else holder)
            if isinstance(part, dict | list)
        ]
    return bool(level)


def _holds_forbidden(value: object) -> bool:
    """Whether a string or key anywhere holds U+0000 or a surrogate that stands alone."""
    waiting = [value]
    while waiting:
        held = waiting.pop()
        if type(held) is str:
            if _FORBIDDEN.search(held):
                return True
        elif type(held) is dict:
            waiting += held
            waiting += held.values()
        elif type(held) is list:
            waiting += held
    return False


class _Fault(Exception):
    """A code on its way out of the scanner."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def _object(pairs: list[tuple[str, Any]]) -> JsonObject:
    made = dict(pairs)
    if len(made) != len(pairs):
        raise _Fault("duplicate-key")
    return made


def _finite(text: str) -> float:
    number = float(text)
    if number in (float("inf"), float("-inf")):
        raise _Fault("number-out-of-range")
    return number


def _whole(text: str) -> int:
    if len(text) > _SAFE_DIGITS:
        _finite(text)
    return int(text)


def _constant(name: str) -> NoReturn:
    raise _Fault("number-out-of-range")


_DECODER = json.JSONDecoder(
    object_pairs_hook=_object, parse_float=_finite, parse_int=_whole, parse_constant=_constant
)
