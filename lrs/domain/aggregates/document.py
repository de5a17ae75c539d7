"""A document as an aggregate: its state, its commands, and `evolve`.

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
"""The most JSON values in two documents that are merged, since the merge has both in memory."""


@dataclass(frozen=True, slots=True)
class DocumentState:
    """A document by its stream: the stream's id, the version of its last event (0 before the
    first), the content (None if there is no document), the agent that the document is about, and
    the name of the key that created it. The last two are empty if there is none.
    """

    stream: UUID
    version: int = 0
    content: Content | None = None
    agent: str = ""
    keeper: str = ""

    @property
    def etag(self) -> str | None:
        """The ETag without quotation marks; None if there is no document."""
        return None if self.content is None else self.content.sha1

    def may_be_changed(self, by: Credential) -> bool:
        """Whether the key may write the document; one about no agent is open to every key."""
        return self.content is None or not self.agent or by.wrote_first(self.keeper)

    def may_be_seen(self, by: Credential) -> bool:
        """Whether there is a document that the key may read."""
        return self.content is not None and (by.may_see_all() or self.may_be_changed(by))


def evolve(state: DocumentState, event: DocumentStored | DocumentDeleted) -> DocumentState:
    """The state after one more event of the stream. Each event replaces the whole state, so the
    last event alone gives it.
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
    """The event by which the document at `address` gets this content. The condition and the version
    of xAPI decide whether it may overwrite a stored document. The errors are in the module's table.
    """
    _require_own(state, by)
    require_for_put(address.collection.kind, version, condition, state.etag)
    return _next(state, address, content, by)


@dataclass(frozen=True, slots=True)
class MergeLimits:
    """The most bytes that two merged documents may have together, and that the result may have."""

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
    """The event by which the properties of the JSON object that was sent are merged into the stored
    one, and the bytes of the result. Without a stored document the result is what was sent.

    `old` are the stored bytes, `new` the bytes that were sent. The errors are in the module's
    table.
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
    """The refusals of `merge` that do not depend on the bytes, for a check before they are read."""
    _require_own(state, by)
    condition.require(state.etag)
    if state.content is None:
        return
    if not (sent.is_json and state.content.is_json):
        raise InvalidDocument("document-not-json")
    if state.content.size + sent.size > limits.together:
        raise TooLarge("merged-too-large", limit=limits.together)


def delete(state: DocumentState, condition: Condition, by: Credential) -> DocumentDeleted | None:
    """The event of the document's deletion; None if there is no document."""
    _require_own(state, by)
    condition.require(state.etag)
    return None if state.content is None else DocumentDeleted(state.stream, state.version + 1)


def stored(
    address: Address, stream: UUID, version: int, content: Content, keeper: str = ""
) -> DocumentStored:
    """The event by which the document at `address` got this content; `keeper` names the key that
    created the document.
    """
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
    """The stream's next event. The key that created the document stays its keeper."""
    keeper = by.id.hex if state.content is None else state.keeper
    return stored(address, state.stream, state.version + 1, content, keeper)


def _require_own(state: DocumentState, by: Credential) -> None:
    if not state.may_be_changed(by):
        raise Forbidden("another-keys-document")


def _values_of(text: bytes) -> int:
    """The approximate number of values in a JSON text; each takes some 100 bytes of memory."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")
