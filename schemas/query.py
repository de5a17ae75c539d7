"""The parameters of GET /statements: each known, single and well-formed, or refused by name.

xAPI 1.0.3 part 3, 2.1.3. Names are compared exactly; booleans in any case, because a real client
sends `True`.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields
from enum import StrEnum
from typing import Any
from urllib.parse import parse_qsl
from uuid import UUID

from lrs.domain.agent import agent_key
from lrs.domain.clock import micros, parse_timestamp
from lrs.domain.errors import Invalid, InvalidQuery
from lrs.domain.filters import Criteria
from lrs.service import StatementQuery
from schemas.check import check_agent
from schemas.json_text import parse_json
from schemas.rules import is_iri, is_timestamp, is_uuid

MOST_PARAMETERS = 32


class Format(StrEnum):
    """How statements are answered."""

    EXACT = "exact"
    IDS = "ids"
    CANONICAL = "canonical"


@dataclass(frozen=True, slots=True)
class Shape:
    """How to answer, whatever is found."""

    format: Format = Format.EXACT
    attachments: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a GET asks for: one statement by id, one voided, or all that a query matches."""

    shape: Shape
    statement_id: UUID | None = None
    voided_id: UUID | None = None
    query: StatementQuery | None = None


def parameters(query_string: bytes, allowed: frozenset[str]) -> dict[str, str]:
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
        found[name] = value
    return found


def asked(query_string: bytes, max_page: int) -> Asked:
    """What GET /statements asks for; `max_page` is the most one answer holds.

    InvalidQuery; MalformedJson or InvalidStatement for an agent, with the parameter's name.
    """
    given = parameters(query_string, frozenset(_PARSERS))
    values = {name: _parsed(name, text) for name, text in given.items()}
    shape = Shape(values.pop("format", Format.EXACT), values.pop("attachments", False))
    single = [name for name in ("statementId", "voidedStatementId") if name in values]
    if single and len(values) > 1:
        raise InvalidQuery("parameters-exclude-each-other", parameter=single[0])
    if single:
        return Asked(shape, values.get("statementId"), values.get("voidedStatementId"))
    limit = values.pop("limit", 0)
    values["limit"] = min(limit, max_page) if limit else max_page
    criteria = Criteria(**{name: values.pop(name) for name in _CRITERIA & values.keys()})
    return Asked(shape, query=StatementQuery(criteria, **values))


def shape(query_string: bytes) -> Shape:
    """The parameters of a `more` link."""
    given = parameters(query_string, frozenset({"format", "attachments"}))
    values = {name: _parsed(name, text) for name, text in given.items()}
    return Shape(**values)


def statement_id(query_string: bytes) -> UUID:
    """The one parameter of PUT /statements."""
    given = parameters(query_string, frozenset({"statementId"}))
    if "statementId" not in given:
        raise InvalidQuery("missing-parameter", parameter="statementId")
    found: UUID = _parsed("statementId", given["statementId"])
    return found


def _parsed(name: str, text: str) -> Any:
    parse, form = _PARSERS[name]
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


def _agent(text: str) -> str | None:
    value = parse_json(text)
    check_agent(value)
    return agent_key(value)


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


_CRITERIA = {field.name for field in fields(Criteria)}
_BOOLEAN = (_truth, "true or false")
_UUID = (_uuid, "a UUID in its canonical form")
_IRI = (_iri, "an IRI with a scheme")
_TIMESTAMP = (_instant, "an ISO 8601 timestamp")
_PARSERS: Mapping[str, tuple[Callable[[str], Any], str]] = {
    "statementId": _UUID,
    "voidedStatementId": _UUID,
    "agent": (_agent, "an Agent or identified Group as JSON"),
    "verb": _IRI,
    "activity": _IRI,
    "registration": _UUID,
    "related_agents": _BOOLEAN,
    "related_activities": _BOOLEAN,
    "since": _TIMESTAMP,
    "until": _TIMESTAMP,
    "limit": (_number, "a whole number, 0 for as many as the store gives"),
    "format": (Format, "exact, ids or canonical"),
    "attachments": _BOOLEAN,
    "ascending": _BOOLEAN,
}
