"""Rows of the log as they are read, and what they are in memory: nothing here asks a database."""

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
    """A statement's row, undecoded but for its envelope; `key` is its id as the driver gives it."""

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
        """Who vouches for it."""
        found: JsonObject = self.envelope["a"]
        return found

    @property
    def attachments(self) -> dict[str, str]:
        """The SHA-256 that bytes which came along are kept under, by the sha2 of the attachment."""
        return stored_hashes(self.envelope.get("h", ()))

    def exact(self) -> bytes:
        """The statement as it is answered with format=exact."""
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
        """The statement parsed, for folding."""
        position, stored, key, envelope, text = self
        may_void_any = envelope.get("any", False)
        may_define = may_void_any or envelope.get("def", False)
        statement = decode_statement(text)
        return RecordedStatement(
            position, stored, key, envelope["a"], may_void_any, statement, may_define
        )


class LoggedEvent(NamedTuple):
    """An event's row, undecoded; `state` is None once its content is erased."""

    position: int
    stored: int
    originator_id: UUID
    originator_version: int
    topic: str
    state: bytes | None


@dataclass(frozen=True, slots=True)
class Page:
    """Events up to position `last`, that one's row, and what was asked for among them: the
    statements, and events of other topics. `count` of them were read; `cut` says that there were
    more, whose contents would have been too much for one page.
    """

    count: int
    last: int
    stored: int
    commitment: bytes
    statements: Sequence[LoggedStatement] = ()
    other_events: Sequence[LoggedEvent] = ()
    cut: bool = False


def event_of(row: Sequence[Any]) -> LoggedEvent:
    """The event of this row, the driver's own."""
    position, stored, key, version, topic, state, *_ = row
    return LoggedEvent(position, stored, uuid_of(key), version, topic, state)


def statements_of(rows: Sequence[Any]) -> list[LoggedStatement]:
    """The statements among these rows, without those that are erased."""
    found = []
    for position, stored, originator_id, _, topic, state, _, _ in rows:
        if topic == StatementStored.TOPIC and state is not None:
            envelope, text = split(state)
            found.append(LoggedStatement(position, stored, originator_id, envelope, text))
    return found
