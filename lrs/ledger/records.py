"""Events and statements as they are read from rows of the log. No database access."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

import orjson

from lrs.domain.events import StatementStored
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import stored_hashes
from lrs.domain.xapi.statement import RecordedStatement, spliced, uuid_of
from lrs.ledger.encoding import split
from lrs.ledger.interning_decoder import decode_statement


class LoggedStatement(NamedTuple):
    """A statement's row; only its envelope is decoded. `key` is the id as the driver gives it."""

    position: int
    stored: int
    key: UUID | bytes
    envelope: Mapping[str, Any]
    text: bytes

    @property
    def id(self) -> UUID:
        return uuid_of(self.key)

    @property
    def authority(self) -> JsonObject:
        """The statement's authority."""
        authority: JsonObject = self.envelope["a"]
        return authority

    @property
    def attachments(self) -> dict[str, str]:
        """The SHA-256 of the bytes that were sent along, by the `sha2` of the attachment."""
        return stored_hashes(self.envelope.get("h", ()))

    def exact(self) -> bytes:
        """The statement's JSON as a reply with format=exact contains it."""
        version = self.envelope.get("v", "")
        return spliced(
            self.text,
            (*self.envelope.get("m", ()), "version") if version else self.envelope.get("m", ()),
            id=self.id,
            stored=self.stored,
            authority=orjson.dumps(self.authority),
            version=version,
        )

    def recorded(self) -> RecordedStatement:
        """The decoded statement, for folding."""
        position, stored, key, envelope, text = self
        may_void_any = envelope.get("any", False)
        may_define = may_void_any or envelope.get("def", False)
        statement = decode_statement(text)
        return RecordedStatement(
            position, stored, key, envelope["a"], may_void_any, statement, may_define
        )


class LoggedEvent(NamedTuple):
    """An event's row, not decoded. `state` is None if its content is erased."""

    position: int
    stored: int
    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """A page of the log: `count` events up to position `last`, the `stored` and `commitment` of
    the event there, and from the page the statements and the events of the requested topics. `cut`
    means that the limit of bytes ended the page early.
    """

    count: int
    last: int
    stored: int
    commitment: bytes
    statements: Sequence[LoggedStatement] = ()
    other_events: Sequence[LoggedEvent] = ()
    cut: bool = False


def event_of(row: Sequence[Any]) -> LoggedEvent:
    """The event of a row of the driver."""
    position, stored, key, version, topic, state, *_ = row
    return LoggedEvent(position, stored, uuid_of(key), version, topic, state)


def statements_of(rows: Sequence[Any]) -> list[LoggedStatement]:
    """The statements among these rows, without erased ones."""
    statements = []
    for position, stored, originator_id, _, topic, state, _, _ in rows:
        if topic == StatementStored.TOPIC and state is not None:
            envelope, text = split(state)
            statements.append(LoggedStatement(position, stored, originator_id, envelope, text))
    return statements
