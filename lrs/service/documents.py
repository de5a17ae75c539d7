"""Documents: State, Agent Profile and Activity Profile, as events in the log.

A document is the last event of its stream, read from the log itself, so a read is never stale. A
stream has each version once. So if two clients change the same version of a document, only one
succeeds, with any number of processes.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Protocol
from uuid import UUID

from lrs.domain.aggregates.credential import Credential, Scope, too_narrow
from lrs.domain.aggregates.document import (
    DocumentState,
    MergeLimits,
    delete,
    evolve,
    merge,
    put,
    require_for_merge,
)
from lrs.domain.binary_content import BinaryContent
from lrs.domain.errors import DocumentNotFound, Forbidden, OutsideLaunch, Unavailable
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.domain.xapi.document import Address, Condition, Content, DocumentCollection, DocumentKind
from lrs.domain.xapi.version import Version
from lrs.ledger import Blobs, Ledger, LoggedEvent
from lrs.projections import documents as projection
from lrs.projector import FreshReads
from lrs.service.quotas import Quotas
from lrs.service.retry import retry_on_conflict, run_command

_SCOPE = {
    DocumentKind.STATE: Scope.STATE,
    DocumentKind.AGENT_PROFILE: Scope.PROFILE,
    DocumentKind.ACTIVITY_PROFILE: Scope.PROFILE,
}


class Digested(BinaryContent, Protocol):
    """Bytes that also have their SHA-1, as lower-case hex."""

    @property
    def sha1(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Document:
    """A document for a reply. `stored` is in microseconds since the epoch."""

    content: Content
    stored: int
    chunks: Callable[[], Iterator[bytes]]
    """Gives the document's bytes, in parts."""

    @property
    def etag(self) -> str:
        """The ETag, without quotation marks."""
        return self.content.sha1


@dataclass(frozen=True, slots=True)
class _InMemory:
    """Bytes that a merge has made, and their SHA-256."""

    sha2: str
    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def chunks(self) -> Iterator[bytes]:
        yield self.data


class DocumentService:
    """The documents of one store. `timeout` limits a write with its retries, in seconds. `largest`
    is the size limit for the result of a merge, `largest_merged` for the two documents that are
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
        self._limits = MergeLimits(largest_merged, largest)

    def get(self, address: Address, by: Credential) -> Document:
        """The document. Raises DocumentNotFound, Forbidden."""
        self._may_see(address.collection, by)
        key = self._ledger.owners.key(address.collection.owner)
        logged = None if key is None else self._ledger.reader.latest(address.stream(key))
        if logged is not None:
            state = self._state(logged)
            if state.content is not None and state.may_be_seen(by):
                chunks = partial(self._blobs.chunks, state.content.sha2)
                return Document(state.content, logged.stored, chunks)
        raise DocumentNotFound("document-not-found")

    def names(self, collection: DocumentCollection, since: int | None, by: Credential) -> list[str]:
        """The stateIds or profileIds, each once, of the collection's documents that the key may
        see and that were stored after `since`. Raises Forbidden.
        """
        self._may_see(collection, by)
        listed = self._listed(collection, since)
        if collection.agent and not by.may_see_all() and by.launch is None:
            states = self._load_all(listed)
            listed = {
                stream: name for stream, name in listed.items() if states[stream].may_be_seen(by)
            }
        return list(dict.fromkeys(listed.values()))

    def require_writer(self, kind: DocumentKind, by: Credential) -> None:
        """Raises Forbidden for a key that may not write. Called before the body is read."""
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
        """Store the document and return its ETag. It replaces an existing one if `condition` and
        the version of xAPI allow that. `content_type` is stored as sent.

        Raises PreconditionFailed, DocumentConflict, InvalidDocument, Forbidden, QuotaExceeded,
        Unavailable or StorageFull.
        """
        self._may_keep(address.collection, by)
        content = _content(content_type, received)

        def decide(state: DocumentState) -> tuple[DocumentStored, BinaryContent]:
            return put(state, address, content, condition, version, by), received

        return self._write(address, decide, by)

    def merge(
        self,
        address: Address,
        content_type: str,
        received: Digested,
        condition: Condition,
        by: Credential,
    ) -> str:
        """Merge a JSON object into the stored one and return the ETag of the result; without a
        stored document, store the body as sent. Raises as `put` does, and TooLarge.
        """
        self._may_keep(address.collection, by)
        sent = _content(content_type, received)

        def decide(state: DocumentState) -> tuple[DocumentStored, BinaryContent]:
            require_for_merge(state, sent, condition, by, self._limits)
            old, new = self._bytes_of(state), b"".join(received.chunks())
            event, result = merge(
                state, address, sent, condition, by, self._limits, old=old, new=new
            )
            return event, _InMemory(event.sha2, result)

        return self._write(address, decide, by)

    def delete(self, address: Address, condition: Condition, by: Credential) -> None:
        """Delete the document, if there is one. Raises PreconditionFailed, Forbidden."""
        self._may_keep(address.collection, by)
        key = self._ledger.owners.key(address.collection.owner)
        if key is None:
            condition.require(None)
            return
        stream = address.stream(key)
        run_command(
            self._ledger, lambda: [delete(self._load(stream), condition, by)], self._timeout
        )

    def clear(self, collection: DocumentCollection, by: Credential) -> None:
        """Delete the collection's documents that the key may change, all or none. Raises
        Forbidden.
        """
        self._may_keep(collection, by)

        def decide() -> list[DocumentDeleted | None]:
            states = self._load_all(self._listed(collection, None)).values()
            own = [state for state in states if state.may_be_changed(by)]
            return [delete(state, Condition(), by) for state in own]

        run_command(self._ledger, decide, self._timeout)

    def _write(
        self,
        address: Address,
        decide: Callable[[DocumentState], tuple[DocumentStored, BinaryContent]],
        by: Credential,
    ) -> str:
        """Store the bytes and the event that `decide` gives; return the document's new ETag."""
        stream = address.stream(self._ledger.owners.key_for(address.collection.owner))

        def once() -> str:
            self._recheck(by)
            event, content = decide(self._load(stream))
            needed = self._blobs.put(content, by=self._quotas.account(by))
            self._ledger.append([event], needing=needed)
            return event.sha1

        return retry_on_conflict(once, self._timeout)

    def _load(self, stream: UUID) -> DocumentState:
        """The document's state, from the last event of its stream."""
        logged = self._ledger.reader.latest(stream)
        return DocumentState(stream) if logged is None else self._state(logged)

    def _load_all(self, streams: Collection[UUID]) -> dict[UUID, DocumentState]:
        latest = self._ledger.reader.latest_of(streams)
        return {
            stream: self._state(latest[stream]) if stream in latest else DocumentState(stream)
            for stream in streams
        }

    def _state(self, logged: LoggedEvent) -> DocumentState:
        state = DocumentState(logged.originator_id, logged.originator_version)
        event = self._ledger.decoded(logged)
        if isinstance(event, DocumentStored | DocumentDeleted):
            return evolve(state, event)
        return state  # the event's content was erased

    def _bytes_of(self, state: DocumentState) -> bytes:
        if state.content is None:
            return b""
        data = b"".join(self._blobs.chunks(state.content.sha2))
        if len(data) != state.content.size:
            raise Unavailable("bytes-missing")
        return data

    def _listed(self, collection: DocumentCollection, since: int | None) -> dict[UUID, str]:
        head, _ = self._ledger.reader.head()
        listed, consistency = self._reads.query(
            projection.DocumentsProjection.NAME, lambda c: projection.listed(c, collection, since)
        )
        if consistency.position < head and not consistency.is_paused:
            raise Unavailable("index-behind")  # a client would take an incomplete list as complete
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


def _require_reach(collection: DocumentCollection, by: Credential) -> None:
    if not by.may_access(collection.agent):
        raise Forbidden("not-this-learner")


def _names(kind: DocumentKind) -> str:
    return f"`{_SCOPE[kind].value}`"


def _content(content_type: str, received: Digested) -> Content:
    return Content(content_type, received.size, received.sha2, received.sha1)
