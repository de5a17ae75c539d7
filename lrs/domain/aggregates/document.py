"""A document as an aggregate: its state, the commands that change it, and what events make of it.

| command | event | refused with |
|---|---|---|
| put | DocumentStored | Forbidden, PreconditionFailed, DocumentConflict, InvalidDocument |
| merge | DocumentStored | Forbidden, PreconditionFailed, InvalidDocument, TooLarge |
| delete | DocumentDeleted; none where there is no document | Forbidden, PreconditionFailed |
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from lrs.domain.aggregates.credential import Credential
from lrs.domain.errors import Forbidden, InvalidDocument, TooLarge
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.domain.xapi.document import Address, Condition, Content, merged, require_for_put
from lrs.domain.xapi.version import Version

MERGED_VALUES = 100_000
"""JSON values of two documents that are merged; both are in memory meanwhile."""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document as its stream has it: the stream, the version of its last event, 0 before the
    first; what the document holds, None where there is none; the agent that it is about and the
    name of the key that stored it first, both empty where there is none.
    """

    stream: UUID
    version: int = 0
    content: Content | None = None
    agent: str = ""
    keeper: str = ""

    @property
    def etag(self) -> str | None:
        """Without quotation marks; None where there is no document."""
        return None if self.content is None else self.content.sha1

    def may_be_changed(self, by: Credential) -> bool:
        """Whether the key may write it. A document about no agent is open to every key."""
        return self.content is None or not self.agent or by.wrote_first(self.keeper)

    def may_be_seen(self, by: Credential) -> bool:
        """Whether there is a document that the key may read."""
        return self.content is not None and (by.may_see_all() or self.may_be_changed(by))


def evolve(state: DocumentState, event: DocumentStored | DocumentDeleted) -> DocumentState:
    """The state after one more event of the stream. An event replaces all that was there before,
    so that the last one alone gives the state.
    """
    if isinstance(event, DocumentDeleted):
        return DocumentState(state.stream, event.originator_version)
    content = Content(event.content_type, event.size, event.sha2, event.sha1)
    return DocumentState(state.stream, event.originator_version, content, event.agent, event.keeper)


def put(
    state: DocumentState,
    address: Address,
    content: Content,
    condition: Condition,
    version: Version,
    by: Credential,
) -> DocumentStored:
    """The event that the document at `address` gets this content, over what is there if the
    condition and the version of xAPI allow it.
    """
    _require_own(state, by)
    require_for_put(address.collection.kind, version, condition, state.etag)
    return _next(state, address, content, by)


@dataclass(frozen=True, slots=True)
class MergeLimits:
    """How many bytes two documents that are merged may have together, and their merger."""

    together: int
    result: int


def merge(
    state: DocumentState,
    address: Address,
    sent: Content,
    condition: Condition,
    by: Credential,
    limits: MergeLimits,
    *,
    old: bytes,
    new: bytes,
) -> tuple[DocumentStored, bytes]:
    """The event that the properties of a JSON object are put over those of the one that is there,
    and the bytes of the result. Where nothing is there, that is what was sent, as it came.

    `old` are the bytes of what is there, `new` those of what was sent.
    """
    require_for_merge(state, sent, condition, by, limits)
    if state.content is None:
        return _next(state, address, sent, by), new
    if _values_of(old) + _values_of(new) > MERGED_VALUES:
        raise TooLarge("too-many-values", limit=MERGED_VALUES)
    result = merged(old, new)
    if len(result) > limits.result:
        raise TooLarge("document-too-large", limit=limits.result)
    return _next(state, address, Content.of(sent.content_type, result), by), result


def require_for_merge(
    state: DocumentState, sent: Content, condition: Condition, by: Credential, limits: MergeLimits
) -> None:
    """What `merge` refuses whatever the bytes are: to be asked before they are read."""
    _require_own(state, by)
    condition.require(state.etag)
    if state.content is None:
        return
    if not (sent.is_json and state.content.is_json):
        raise InvalidDocument("document-not-json")
    if state.content.size + sent.size > limits.together:
        raise TooLarge("merged-too-large", limit=limits.together)


def delete(state: DocumentState, condition: Condition, by: Credential) -> DocumentDeleted | None:
    """The event that the document is deleted; None where there is none."""
    _require_own(state, by)
    condition.require(state.etag)
    return None if state.content is None else DocumentDeleted(state.stream, state.version + 1)


def stored(
    address: Address, stream: UUID, version: int, content: Content, keeper: str = ""
) -> DocumentStored:
    """The event that the document at `address`, which that key keeps, got that content."""
    collection = address.collection
    return DocumentStored(
        originator_id=stream,
        originator_version=version,
        kind=collection.kind.value,
        name=address.name,
        content_type=content.content_type,
        size=content.size,
        sha2=content.sha2,
        sha1=content.sha1,
        agent=collection.agent,
        activity=collection.activity,
        registration=str(collection.registration or ""),
        keeper=keeper,
    )


def _next(
    state: DocumentState, address: Address, content: Content, by: Credential
) -> DocumentStored:
    """The stream's next event. The document stays that of the key that stored it first."""
    keeper = by.id.hex if state.content is None else state.keeper
    return stored(address, state.stream, state.version + 1, content, keeper)


def _require_own(state: DocumentState, by: Credential) -> None:
    if not state.may_be_changed(by):
        raise Forbidden("another-keys-document")


def _values_of(text: bytes) -> int:
    """About how many values a JSON text holds; each takes some 100 bytes of memory."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")
