"""Query parameters: unknown, repeated and malformed ones are refused by name.

xAPI 1.0.3 part 3, 2.1.3 and 3.2. Names are compared exactly; booleans in any case, because a real
client sends `True`.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from datetime import date
from typing import Any, NamedTuple
from urllib.parse import parse_qsl
from uuid import UUID

from lrs.domain.errors import EventNotFound, Invalid, InvalidQuery
from lrs.domain.time import micros, parse_timestamp
from lrs.domain.xapi.agent import JsonObject
from schemas.json_text import parse_json
from schemas.rules import is_agent_key, is_code, is_date, is_iri, is_timestamp, is_uuid
from schemas.validate import check_agent

MOST_PARAMETERS = 32
LONGEST_SOUGHT = 200
"""Characters of what is looked for: SQLite takes no pattern of any length."""

Parser = tuple[Callable[[str], Any], str]
"""Reads a parameter's text, or raises ValueError or Invalid; and what it must be, in words."""


def parameters(query_string: bytes, allowed: Collection[str]) -> dict[str, str]:
    """The parameters of a query string. InvalidQuery for an unknown, repeated or broken one."""
    try:
        pairs = parse_qsl(
            query_string.decode("ascii"),
            keep_blank_values=True,
            encoding="utf-8",
            errors="strict",
            max_num_fields=MOST_PARAMETERS,
        )
    except ValueError:
        raise InvalidQuery("malformed-query", limit=MOST_PARAMETERS) from None
    found: dict[str, str] = {}
    for name, value in pairs:
        if name not in allowed:
            known = ", ".join(sorted(allowed)) or "none"
            raise InvalidQuery("unknown-parameter", known=known)
        if name in found:
            raise InvalidQuery("repeated-parameter", parameter=name)
        if "\0" in value:  # which PostgreSQL takes in no text
            raise InvalidQuery("invalid-parameter", parameter=name, form="a text without U+0000")
        found[name] = value
    return found


def parsed(
    query_string: bytes, parsers: Mapping[str, Parser], *, required: Collection[str] = ()
) -> dict[str, Any]:
    """The values of the parameters, of which `parsers` names all that are allowed.

    InvalidQuery; MalformedJson or InvalidStatement for JSON in one, with the parameter's name.
    """
    given = parameters(query_string, parsers)
    for name in required:
        if name not in given:
            raise InvalidQuery("missing-parameter", parameter=name)
    return {name: _parsed(name, text, parsers[name]) for name, text in given.items()}


def _parsed(name: str, text: str, parser: Parser) -> Any:
    parse, form = parser
    try:
        return parse(text)
    except ValueError:
        raise InvalidQuery("invalid-parameter", parameter=name, form=form) from None
    except Invalid as error:
        error.parameter = name
        raise


def _uuid(text: str) -> UUID:
    if not is_uuid(text):
        raise ValueError("uuid")
    return UUID(text)


def _iri(text: str) -> str:
    if not is_iri(text):
        raise ValueError("iri")
    return text


def _agent(text: str) -> JsonObject:
    value: JsonObject = parse_json(text)
    check_agent(value)
    return value


def _agent_key(text: str) -> str:
    if not is_agent_key(text):
        raise ValueError("agent key")
    return text


def _instant(text: str) -> int:
    if not is_timestamp(text):
        raise ValueError("timestamp")
    return micros(parse_timestamp(text))


def _truth(text: str) -> bool:
    lowered = text.lower()
    if lowered not in ("true", "false"):
        raise ValueError("boolean")
    return lowered == "true"


def _number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise ValueError("number")
    return int(text)


def _text(text: str) -> str:
    if not text:
        raise ValueError("text")
    return text


class KnownParameter(NamedTuple):
    """Up to where the log was known: a position, or an instant in microseconds since the epoch."""

    position: int | None = None
    instant: int | None = None


def _known(text: str) -> KnownParameter:
    if is_timestamp(text):
        return KnownParameter(instant=micros(parse_timestamp(text)))
    if not text.isascii() or not text.isdigit() or len(text) > LONGEST_POSITION or not int(text):
        raise ValueError("known")
    return KnownParameter(position=int(text))


def _day(text: str) -> date:
    if not is_date(text):
        raise ValueError("day")
    return date.fromisoformat(text)


def _code(text: str) -> str:
    if not is_code(text):
        raise ValueError("code")
    return text


def _sought(text: str) -> str:
    if len(text) > LONGEST_SOUGHT:
        raise ValueError("text")
    return text


def _visit(text: str) -> tuple[str, str]:
    day, _, code = text.partition(" ")
    return _day(day).isoformat(), _code(code)


LONGEST_POSITION = 18
"""Digits of a position of the log: no integer of a database has more."""


def event_meant(text: str) -> UUID | int:
    """A statement's id, or a position of the log. Raises EventNotFound for another text."""
    if is_uuid(text):
        return UUID(text)
    if text.isascii() and text.isdigit() and len(text) <= LONGEST_POSITION:
        return int(text)
    raise EventNotFound("event-not-found")


def one_of(*words: str) -> Parser:
    """One of a few words."""

    def word(text: str) -> str:
        if text not in words:
            raise ValueError("word")
        return text

    return word, f"one of {', '.join(words)}"


def some_of(*words: str) -> Parser:
    """Some of a few words, with commas between."""

    def several(text: str) -> frozenset[str]:
        found = frozenset(text.split(","))
        if not found <= frozenset(words):
            raise ValueError("words")
        return found

    return several, f"one or several of these, with commas between: {', '.join(words)}"


BOOLEAN: Parser = (_truth, "true or false")
UUID_: Parser = (_uuid, "a UUID: hex digits in groups of 8-4-4-4-12")
IRI: Parser = (_iri, "an IRI with a scheme, such as https://example.org/course/1")
AGENT: Parser = (_agent, "an Agent or identified Group as JSON")
AGENT_KEY: Parser = (
    _agent_key,
    "an agent key such as account|HOMEPAGE|NAME or mbox|mailto:ADDRESS",
)
TIMESTAMP: Parser = (
    _instant,
    "an ISO 8601 timestamp such as 2026-03-01T09:30:00Z, with + written as %2B",
)
NUMBER: Parser = (_number, "a whole number, 0 for as many as the store gives")
AFTER: Parser = (_number, "a whole number, as `more` gives it")
TEXT: Parser = (_text, "a text of at least one character")
DAY: Parser = (_day, "a calendar day such as 2026-03-31")
CODE: Parser = (_code, "a code as the catalogue has them")
SOUGHT: Parser = (_sought, f"a text of {LONGEST_SOUGHT} characters at most")
KNOWN: Parser = (
    _known,
    "a position of the log, from 1, or an ISO 8601 timestamp with + written as %2B",
)
VISIT: Parser = (_visit, "a day and a code with a space between, as `more` has them")
ANY: Parser = (str, "a text")
