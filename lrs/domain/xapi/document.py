"""Documents as xAPI defines them: addresses, contents, and when a change is allowed.

The State, Agent Profile and Activity Profile resources (xAPI 1.0.3 part 3, 2.2, 2.3, 2.6 and 2.7)
are one thing under three addresses. A document's ETag is the SHA-1 of its bytes in quotation marks.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha1, sha256
from uuid import UUID

from lrs.domain.errors import DocumentConflict, InvalidDocument, PreconditionFailed
from lrs.domain.xapi.stored_text import merged_text
from lrs.domain.xapi.version import Version

JSON = "application/json"


class DocumentKind(StrEnum):
    """Which resource a document belongs to."""

    STATE = "state"
    AGENT_PROFILE = "agent-profile"
    ACTIVITY_PROFILE = "activity-profile"


@dataclass(frozen=True, slots=True)
class DocumentCollection:
    """Documents that are listed together: of one agent, one activity, or both.

    `registration` narrows the documents of a State down to those that belong to it.
    """

    kind: DocumentKind
    agent: str = ""
    activity: str = ""
    registration: UUID | None = None

    @property
    def owner(self) -> str:
        """Whose random key names the documents' streams: the person's, else the activity's."""
        return self.agent or self.activity


@dataclass(frozen=True, slots=True)
class Address:
    """One document: its collection and its stateId or profileId."""

    collection: DocumentCollection
    name: str

    def stream(self, key: bytes) -> UUID:
        """The document's stream, under its owner's key."""
        collection = self.collection
        registration = str(collection.registration or "")
        said = json.dumps(
            [collection.kind, collection.agent, collection.activity, registration, self.name]
        )
        return UUID(bytes=hmac.digest(key, said.encode(), "sha256")[:16], version=4)


@dataclass(frozen=True, slots=True)
class Content:
    """What is put into a document: the content type as sent, and the bytes by their digests."""

    content_type: str
    size: int
    sha2: str
    sha1: str

    @classmethod
    def of(cls, content_type: str, data: bytes) -> Content:
        # SHA-1 is the ETag that 1.0.3 wants; nothing is proven by it.
        etag = sha1(data, usedforsecurity=False).hexdigest()
        return cls(content_type, len(data), sha256(data).hexdigest(), etag)

    @property
    def is_json(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() == JSON


ANY = "*"
"""What If-Match and If-None-Match say of every ETag."""


@dataclass(frozen=True, slots=True)
class Condition:
    """What a request makes a change depend on (RFC 9110, 13.1): ETags without quotation marks, or
    ANY; None where the header is absent.
    """

    if_match: Collection[str] | None = None
    if_none_match: Collection[str] | None = None

    def require(self, etag: str | None) -> None:
        """Raises PreconditionFailed unless a document with that ETag, None for no document, may be
        changed.
        """
        if self.if_match is not None and not _among(etag, self.if_match):
            raise PreconditionFailed("etag-mismatch")
        if self.if_none_match is not None and _among(etag, self.if_none_match):
            if ANY in self.if_none_match:
                raise PreconditionFailed("document-exists")
            raise PreconditionFailed("etag-mismatch")

    @property
    def is_absent(self) -> bool:
        return self.if_match is None and self.if_none_match is None


def _among(etag: str | None, tags: Collection[str]) -> bool:
    return etag is not None and (ANY in tags or etag in tags)


def require_for_put(
    kind: DocumentKind, version: Version, condition: Condition, etag: str | None
) -> None:
    """Whether a PUT may overwrite what is there.

    1.0.3 part 3, 3.1: profiles are never overwritten unawares, State is. 2.0, 4.1.6: none is, and
    what does not exist yet needs no header. Raises PreconditionFailed, DocumentConflict,
    InvalidDocument.
    """
    condition.require(etag)
    if not condition.is_absent:
        return
    if version is Version.V1_0_3:
        if kind is DocumentKind.STATE:
            return
        if etag is None:
            raise InvalidDocument("precondition-missing")
    if etag is not None:
        raise DocumentConflict("precondition-required")


def merged(old: bytes, new: bytes) -> bytes:
    """One JSON object with the properties of both, the new one's where both have them.

    1.0.3 part 3, 2.2: only the top level is merged. Raises InvalidDocument.
    """
    try:
        return merged_text(old, new)
    except (ValueError, TypeError, RecursionError):
        raise InvalidDocument("document-not-object") from None
