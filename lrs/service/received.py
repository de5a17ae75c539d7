"""The statements of a request, and the events that are made of them."""

from __future__ import annotations

from collections.abc import Callable, Container, Mapping, Sequence
from types import MappingProxyType
from typing import Protocol
from uuid import UUID

from lrs.domain.aggregates.credential import Credential
from lrs.domain.binary_content import BinaryContent
from lrs.domain.events import StatementStored
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import attachments, declared_hash, reference
from lrs.domain.xapi.stored_text import stored_text
from lrs.domain.xapi.version import Version


class Received(Protocol):
    """A valid statement: its value, and the exact bytes that were received."""

    @property
    def value(self) -> JsonObject: ...
    @property
    def text(self) -> bytes: ...


NOTHING: Mapping[str, BinaryContent] = MappingProxyType({})
"""For a request without the bytes of attachments."""


def events_of(
    received: Sequence[Received],
    by: Credential,
    version: Version,
    new_id: Callable[[], UUID],
    carried: Mapping[str, BinaryContent],
    defining: Container[int],
) -> list[StatementStored]:
    """The events, in order. `new_id` is called for each statement without an id; `carried` are the
    bytes of attachments in the request, by the declared sha2 in lower case; `defining` are the
    indexes of the statements whose names and definitions may count.
    """
    default = "2.0.0" if version is Version.V2_0_0 else "1.0.0"
    may_do_all, may_define = by.may_do_all(), by.may_define()
    events = []
    for index, statement in enumerate(received):
        value = statement.value
        id_ = value.get("id")
        event = StatementStored(
            originator_id=UUID(id_) if id_ else new_id(),
            originator_version=1,
            authority=value.get("authority", by.authority) if may_do_all else by.authority,
            version="" if "version" in value else default,
            missing=tuple(name for name in ("id", "timestamp") if name not in value),
            attachments=_references(value, carried) if carried else (),
            may_void_any=may_do_all,
            may_define=may_define and not may_do_all and index in defining,
            text=stored_text(value, statement.text),
        )
        events.append(event)
    return events


def _references(statement: JsonObject, carried: Mapping[str, BinaryContent]) -> tuple[str, ...]:
    named = dict.fromkeys(declared_hash(a) for _, a in attachments(statement))
    return tuple(reference(sha2, carried[sha2].sha2) for sha2 in named if sha2 in carried)
