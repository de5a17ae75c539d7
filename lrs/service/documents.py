"""Documents: State, Agent Profile and Activity Profile, as events in the log.

A document is the last event of its stream, read from the log itself, so it is never stale; and a
stream's version happens once, so of two clients that saw the same document one wins, in any number
of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha1, sha256
from typing import Protocol
from uuid import UUID

from lrs.domain.aggregates.credential import Credential, Scope, too_narrow
from lrs.domain.aggregates.document import (
    Address,
    Condition,
    Content,
    DocumentCollection,
    DocumentKind,
    merged,
    require_for_put,
    stored,
)
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import (
    DocumentNotFound,
    Forbidden,
    InvalidDocument,
    OutsideLaunch,
    TooLarge,
    Unavailable,
)
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.domain.xapi.version import Version
from lrs.ledger import Blobs, Ledger
from lrs.projections import documents as projection
from lrs.projector import FreshReads
from lrs.service.quotas import Quotas
from lrs.service.retry import retry_on_conflict

_SCOPE = {
    DocumentKind.STATE: Scope.STATE,
    DocumentKind.AGENT_PROFILE: Scope.PROFILE,
    DocumentKind.ACTIVITY_PROFILE: Scope.PROFILE,
}


class Digested(BinaryContent, Protocol):
    """Bytes with their SHA-1, too, as lower-case hex."""

    @property
    def sha1(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Document:
    """A document as it stands. `stored` is in microseconds since the epoch."""

    event: DocumentStored
    stored: int
    chunks: Callable[[], Iterator[bytes]]
    """Its bytes, in parts."""

    @property
    def etag(self) -> str:
        """Without quotation marks."""
        return self.event.sha1


@dataclass(frozen=True, slots=True)
class _Latest:
    """The end of a document's stream: its version, and the document unless it is deleted."""

    version: int = 0
    document: Document | None = None

    @property
    def etag(self) -> str | None:
        return None if self.document is None else self.document.etag


MERGED_VALUES = 100_000
"""JSON values of two documents that are merged; both are in memory meanwhile."""


class DocumentService:
    """The documents of one store. `timeout` bounds a write with its repetitions, in seconds;
    `largest` is the size that a merge may reach, `largest_merged` that of the documents that are
    merged, together; both in bytes.
    """

    def __init__(
        self,
        ledger: Ledger,
        reads: FreshReads,
        *,
        blobs: Blobs,
        quotas: Quotas,
        recheck: Callable[[Credential], None],
        timeout: float,
        largest: int,
        largest_merged: int,
    ) -> None:
        self._ledger = ledger
        self._blobs = blobs
        self._quotas = quotas
        self._recheck = recheck
        self._reads = reads
        self._timeout = timeout
        self._largest = largest
        self._largest_merged = largest_merged

    def get(self, address: Address, by: Credential) -> Document:
        """The document. Raises DocumentNotFound, Forbidden."""
        self._may_see(address.collection, by)
        key = self._ledger.owners.key(address.collection.owner)
        latest = _Latest() if key is None else self._latest(address.stream(key))
        if latest.document is None or not _is_seen(latest.document, by):
            raise DocumentNotFound("document-not-found")
        return latest.document

    def names(self, collection: DocumentCollection, since: int | None, by: Credential) -> list[str]:
        """The stateIds or profileIds of the documents there that the key sees, those stored after
        `since`; each once. Raises Forbidden.
        """
        self._may_see(collection, by)
        listed = self._listed(collection, since)
        if collection.agent and not by.may_see_all() and by.launch is None:
            listed = {
                stream: name
                for stream, name in listed.items()
                if (document := self._latest(stream).document) and _is_seen(document, by)
            }
        return list(dict.fromkeys(listed.values()))

    def require_writer(self, kind: DocumentKind, by: Credential) -> None:
        """Raises Forbidden: to be asked before anything that was sent is read."""
        if not by.may_keep(_SCOPE[kind]):
            raise too_narrow(by, f"{_names(kind)} and `all`")

    def put(
        self,
        address: Address,
        content_type: str,
        received: Digested,
        condition: Condition,
        by: Credential,
        version: Version,
    ) -> str:
        """Store the document, over what is there if `condition` and the version allow it, and give
        its ETag. `content_type` is kept as sent.

        Raises PreconditionFailed, DocumentConflict, InvalidDocument, Forbidden, QuotaExceeded,
        Unavailable or StorageFull.
        """
        self._may_keep(address.collection, by)

        def decide(latest: _Latest) -> Digested:
            require_for_put(address.collection.kind, version, condition, latest.etag)
            return received

        return self._write(address, content_type, decide, by)

    def merge(
        self,
        address: Address,
        content_type: str,
        received: Digested,
        condition: Condition,
        by: Credential,
    ) -> str:
        """Put the properties of a JSON object over those of the one that is there; where none is,
        store it as it came. Its ETag. Raises as `put` does, and TooLarge.
        """
        self._may_keep(address.collection, by)
        content = _content(content_type, received)

        def decide(latest: _Latest) -> Digested:
            condition.require(latest.etag)
            if latest.document is None:
                return received
            if not (content.is_json and _content_of(latest.document).is_json):
                raise InvalidDocument("document-not-json")
            there, more = latest.document, received
            if there.event.size + more.size > self._largest_merged:
                raise TooLarge("merged-too-large", limit=self._largest_merged)
            texts = _bytes_of(there), b"".join(more.chunks())
            if sum(map(_values_of, texts)) > MERGED_VALUES:
                raise TooLarge("too-many-values", limit=MERGED_VALUES)
            both = merged(*texts)
            if len(both) > self._largest:
                raise TooLarge("document-too-large", limit=self._largest)
            return _Written(both)

        return self._write(address, content_type, decide, by)

    def delete(self, address: Address, condition: Condition, by: Credential) -> None:
        """Delete the document, if there is one. Raises PreconditionFailed, Forbidden."""
        self._may_keep(address.collection, by)
        key = self._ledger.owners.key(address.collection.owner)
        if key is None:
            condition.require(None)
            return
        stream = address.stream(key)

        def once() -> None:
            latest = self._latest(stream)
            _require_kept(latest, by)
            condition.require(latest.etag)
            if latest.document is not None:
                self._ledger.append([DocumentDeleted(stream, latest.version + 1)])

        retry_on_conflict(once, self._timeout)

    def clear(self, collection: DocumentCollection, by: Credential) -> None:
        """Delete all documents there that the key reaches, all or none. Raises Forbidden."""
        self._may_keep(collection, by)

        def once() -> None:
            streams = self._listed(collection, None)
            ends = {stream: self._latest(stream) for stream in streams}
            events = [
                DocumentDeleted(stream, end.version + 1)
                for stream, end in ends.items()
                if end.document is not None and _is_kept(end.document, by)
            ]
            if events:
                self._ledger.append(events)

        retry_on_conflict(once, self._timeout)

    def _write(
        self,
        address: Address,
        content_type: str,
        decide: Callable[[_Latest], Digested],
        by: Credential,
    ) -> str:
        """The ETag of what was decided and stored. The document stays the key's that kept it."""
        stream = address.stream(self._ledger.owners.key_for(address.collection.owner))

        def once() -> str:
            self._recheck(by)
            latest = self._latest(stream)
            _require_kept(latest, by)
            decided = decide(latest)
            found = self._blobs.put(decided, by=self._quotas.account(by))
            there = latest.document
            keeper = by.id.hex if there is None else there.event.keeper
            content = _content(content_type, decided)
            event = stored(address, stream, latest.version + 1, content, keeper)
            self._ledger.append([event], needing=found)
            return content.sha1

        return retry_on_conflict(once, self._timeout)

    def _latest(self, stream: UUID) -> _Latest:
        logged = self._ledger.reader.latest(stream)
        if logged is None:
            return _Latest()
        event = self._ledger.decoded(logged)
        if not isinstance(event, DocumentStored):
            return _Latest(logged.originator_version)
        document = Document(event, logged.stored, lambda: self._blobs.chunks(event.sha2))
        return _Latest(logged.originator_version, document)

    def _listed(self, collection: DocumentCollection, since: int | None) -> dict[UUID, str]:
        head, _ = self._ledger.reader.head()
        listed, consistency = self._reads.query(
            projection.DocumentsProjection.NAME, lambda c: projection.listed(c, collection, since)
        )
        if consistency.position < head and not consistency.is_paused:
            raise Unavailable("index-behind")  # a list that lacks some would pass for a whole one
        return listed

    def _may_keep(self, collection: DocumentCollection, by: Credential) -> None:
        self.require_writer(collection.kind, by)
        _require_reach(collection, by)
        if not by.may_change(collection.activity):
            raise OutsideLaunch("launch-documents")

    def _may_see(self, collection: DocumentCollection, by: Credential) -> None:
        _require_reach(collection, by)
        if not by.may_see(_SCOPE[collection.kind]):
            raise too_narrow(by, f"{_names(collection.kind)}, `all/read` and `all`")


def _is_kept(document: Document, by: Credential) -> bool:
    """Whether the key reaches the document as its own: one of no agent is nobody's."""
    return not document.event.agent or by.wrote_first(document.event.keeper)


def _is_seen(document: Document, by: Credential) -> bool:
    return by.may_see_all() or _is_kept(document, by)


def _require_kept(latest: _Latest, by: Credential) -> None:
    """Raises Forbidden where another key keeps the document."""
    if latest.document is not None and not _is_kept(latest.document, by):
        raise Forbidden("another-keys-document")


def _bytes_of(document: Document) -> bytes:
    found = b"".join(document.chunks())
    if len(found) != document.event.size:
        raise Unavailable("bytes-missing")
    return found


def _require_reach(collection: DocumentCollection, by: Credential) -> None:
    if not by.may_access(collection.agent):
        raise Forbidden("not-this-learner")


def _names(kind: DocumentKind) -> str:
    return f"`{_SCOPE[kind].value}`"


def _values_of(text: bytes) -> int:
    """About how many values a JSON text holds; each takes some 100 bytes of memory."""
    return text.count(b",") + text.count(b"[") + text.count(b"{")


class _Written:
    """Bytes that the store itself has written."""

    def __init__(self, text: bytes) -> None:
        self.size = len(text)
        self.sha2 = sha256(text).hexdigest()
        # The ETag that 1.0.3 wants; nothing is proven by it.
        self.sha1 = sha1(text, usedforsecurity=False).hexdigest()
        self._text = text

    def chunks(self) -> Iterator[bytes]:
        yield self._text


def _content(content_type: str, received: Digested) -> Content:
    return Content(content_type, received.size, received.sha2, received.sha1)


def _content_of(document: Document) -> Content:
    event = document.event
    return Content(event.content_type, event.size, event.sha2, event.sha1)
