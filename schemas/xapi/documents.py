"""The parameters of the document resources, of Agents and of Activities (xAPI 1.0.3 part 3, 2.3 to
2.7).
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from lrs.domain.errors import InvalidQuery
from lrs.domain.xapi.agent import JsonObject, agent_key
from lrs.domain.xapi.document import Address, DocumentCollection, DocumentKind
from schemas.parameters import AGENT, IRI, TEXT, TIMESTAMP, UUID_, Parser, parsed

_PLACE: Mapping[DocumentKind, Mapping[str, Parser]] = {
    DocumentKind.STATE: {"activityId": IRI, "agent": AGENT},
    DocumentKind.AGENT_PROFILE: {"agent": AGENT},
    DocumentKind.ACTIVITY_PROFILE: {"activityId": IRI},
}
"""What every request has to name."""

_OPTIONAL: Mapping[DocumentKind, Mapping[str, Parser]] = {
    DocumentKind.STATE: {"registration": UUID_},
    DocumentKind.AGENT_PROFILE: {},
    DocumentKind.ACTIVITY_PROFILE: {},
}
_NAME = {
    DocumentKind.STATE: "stateId",
    DocumentKind.AGENT_PROFILE: "profileId",
    DocumentKind.ACTIVITY_PROFILE: "profileId",
}


def one_document(kind: DocumentKind, query_string: bytes) -> Address:
    """The document that a PUT or POST names. InvalidQuery; MalformedJson or InvalidStatement for
    an agent, with the parameter's name.
    """
    values = parsed(query_string, _parsers(kind), required=[*_PLACE[kind], _NAME[kind]])
    return Address(_collection(kind, values), values[_NAME[kind]])


def asked_documents(
    kind: DocumentKind, query_string: bytes
) -> tuple[DocumentCollection, str | None, int | None]:
    """What a GET names: documents, which of them if only one, and since when, in microseconds, if
    it asks for ids alone. Raises as `one_document` does.
    """
    parsers = {**_parsers(kind), "since": TIMESTAMP}
    values = parsed(query_string, parsers, required=_PLACE[kind])
    name, since = values.get(_NAME[kind]), values.get("since")
    if name is not None and since is not None:
        raise InvalidQuery("since-with-id", parameter="since", name=_NAME[kind])
    return _collection(kind, values), name, since


def deleted_documents(
    kind: DocumentKind, query_string: bytes
) -> tuple[DocumentCollection, str | None]:
    """What a DELETE names: of a State all documents may go at once. Raises as `one_document`."""
    required = [*_PLACE[kind]] if kind is DocumentKind.STATE else [*_PLACE[kind], _NAME[kind]]
    values = parsed(query_string, _parsers(kind), required=required)
    return _collection(kind, values), values.get(_NAME[kind])


def asked_agent(query_string: bytes) -> JsonObject:
    """The parameter of GET /agents. Raises as `one_document` does."""
    agent: JsonObject = parsed(query_string, {"agent": AGENT}, required=["agent"])["agent"]
    return agent


def asked_activity(query_string: bytes) -> str:
    """The parameter of GET /activities. InvalidQuery."""
    id: str = parsed(query_string, {"activityId": IRI}, required=["activityId"])["activityId"]
    return id


def _parsers(kind: DocumentKind) -> dict[str, Parser]:
    return {**_PLACE[kind], **_OPTIONAL[kind], _NAME[kind]: TEXT}


def _collection(kind: DocumentKind, values: Mapping[str, Any]) -> DocumentCollection:
    agent = values.get("agent")
    return DocumentCollection(
        kind,
        agent=agent_key(agent) or "" if agent else "",
        activity=values.get("activityId", ""),
        registration=values.get("registration"),
    )
