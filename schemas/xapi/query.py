"""The parameters of the statement resource (xAPI 1.0.3 part 3, 2.1.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from enum import StrEnum
from uuid import UUID

from lrs.domain.errors import InvalidQuery
from lrs.domain.xapi.agent import agent_key
from lrs.domain.xapi.filters import Criteria
from lrs.service import StatementQuery
from schemas.parameters import (
    AGENT,
    BOOLEAN,
    IRI,
    NUMBER,
    TEXT,
    TIMESTAMP,
    UUID_,
    Parser,
    parsed,
)


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
    """What a GET asks for: one statement by id, one voided, all that a query matches, or the page
    that follows another.
    """

    shape: Shape
    statement_id: UUID | None = None
    voided_id: UUID | None = None
    query: StatementQuery | None = None
    more: str | None = None
    beside: Mapping[str, object] = field(default_factory=dict)
    """What stands beside `more` and should be as in the query that it goes on with."""


def asked(query_string: bytes, max_page: int) -> Asked:
    """What GET /statements asks for; `max_page` is the most one answer holds.

    InvalidQuery; MalformedJson or InvalidStatement for an agent, with the parameter's name.
    """
    values = parsed(query_string, _OF_GET)
    shape = Shape(values.pop("format", Format.EXACT), values.pop("attachments", False))
    single = [name for name in ("statementId", "voidedStatementId") if name in values]
    if single and len(values) > 1:
        raise InvalidQuery("parameters-exclude-each-other", parameter=single[0])
    if single:
        return Asked(shape, values.get("statementId"), values.get("voidedStatementId"))
    more = values.pop("more", None)
    limit = values.pop("limit", 0)
    values["limit"] = min(limit, max_page) if limit else max_page
    if "agent" in values:
        values["agent"] = agent_key(values["agent"])
    if more is not None:
        return Asked(shape, more=more, beside=values)
    criteria = Criteria(**{name: values.pop(name) for name in _CRITERIA & values.keys()})
    return Asked(shape, query=StatementQuery(criteria, **values))


def shape(query_string: bytes) -> Shape:
    """The parameters of a `more` link."""
    return Shape(**parsed(query_string, _SHAPE))


def statement_id(query_string: bytes) -> UUID:
    """The one parameter of PUT /statements."""
    found: UUID = parsed(query_string, {"statementId": UUID_}, required=["statementId"])[
        "statementId"
    ]
    return found


_CRITERIA = {field.name for field in fields(Criteria)}
_SHAPE: Mapping[str, Parser] = {
    "format": (Format, "exact, ids or canonical"),
    "attachments": BOOLEAN,
}
_OF_GET: Mapping[str, Parser] = {
    **_SHAPE,
    "statementId": UUID_,
    "voidedStatementId": UUID_,
    "agent": AGENT,
    "verb": IRI,
    "activity": IRI,
    "registration": UUID_,
    "related_agents": BOOLEAN,
    "related_activities": BOOLEAN,
    "since": TIMESTAMP,
    "until": TIMESTAMP,
    "limit": NUMBER,
    "ascending": BOOLEAN,
    "more": TEXT,
}
