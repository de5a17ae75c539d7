"""Documents as xAPI defines them: addresses, contents, and the preconditions of a change.

The State, Agent Profile and Activity Profile resources (xAPI 1.0.3 part 3, 2.2, 2.3, 2.6 and 2.7)
store documents in the same way, with different addresses. A document's ETag is the SHA-1 of its
bytes in quotation marks.
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
    """The documents that one request lists: those of an agent, of an activity, or of both.

    `registration` narrows State documents down to those that belong to it. `agent` is an agent key,
    `activity` an IRI.
    """

    kind: DocumentKind
    agent: str = ""
    activity: str = ""
    registration: UUID | None = None

    @property
    def owner(self) -> str:
        """The agent, else the activity, whose stream key gives the ids of the streams."""
        return self.agent or self.activity


@dataclass(frozen=True, slots=True)
class Address:
    """The address of one document: its collection and its stateId or profileId."""

    collection: DocumentCollection
    name: str

    def stream(self, key: bytes) -> UUID:
        """The id of the document's stream, computed with the stream key of its owner."""
        collection = self.collection
        registration = str(collection.registration or "")
        members = json.dumps(
            [collection.kind, collection.agent, collection.activity, registration, self.name]
        )
        return UUID(bytes=hmac.digest(key, members.encode(), "sha256")[:16], version=4)


@dataclass(frozen=True, slots=True)
class Content:
    """The content of a document: the content type as sent, the size in bytes, and the digests."""

    content_type: str
    size: int
    sha2: str
    sha1: str

    @classmethod
    def of(cls, content_type: str, data: bytes) -> Content:
        # SHA-1 serves only as the ETag that xAPI 1.0.3 requires, not for security.
        etag = sha1(data, usedforsecurity=False).hexdigest()
        return cls(content_type, len(data), sha256(data).hexdigest(), etag)

    @property
    def is_json(self) -> bool:
        return self.content_type.partition(";")[0].strip().lower() == JSON


ANY = "*"
"""In If-Match and If-None-Match: any ETag."""


@dataclass(frozen=True, slots=True)
class Condition:
    """The precondition of a request (RFC 9110, 13.1): ETags without quotation marks, or ANY; None
    if the header is absent.
    """

    if_match: Collection[str] | None = None
    if_none_match: Collection[str] | None = None

    def require(self, etag: str | None) -> None:
        """Raises PreconditionFailed unless the condition allows a change of a document with that
        ETag; None stands for no document.
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
    """Raises PreconditionFailed, DocumentConflict or InvalidDocument unless a PUT is allowed.

    1.0.3 part 3, 3.1: a PUT of a profile document needs If-Match or If-None-Match, a PUT of a State
    document does not. 2.0, 4.1.6: overwriting any document needs a header, creating one does not.
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
    """One JSON object with the properties of both; where both have a property, the new one's value.

    1.0.3 part 3, 2.2: only the top level is merged. Raises InvalidDocument if one is no JSON
    object.
    """
    try:
        return merged_text(old, new)
    except (ValueError, TypeError, RecursionError):
        raise InvalidDocument("document-not-object") from None
