"""The facts: frozen, in the past tense, each with a TOPIC that outlives its file.

`originator_id` names the stream (the fact's subject), `originator_version` its place in it,
counted from 1. The names are those of the eventsourcing library's DomainEventProtocol.
The field `text` holds text as received; it is stored beside the others, byte for byte. A field
with a default may be absent from what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar
from uuid import UUID

from lrs.domain.agent import JsonObject


@dataclass(frozen=True, slots=False)
class StatementStored:
    """A statement became part of the record. Its stream is its own id, so it happens once."""

    TOPIC: ClassVar[str] = "statement-stored"

    originator_id: UUID
    originator_version: int
    authority: JsonObject
    """Who vouches for the statement: an Agent, or an OAuth Group of two."""
    text: bytes
    """The statement's JSON as received, UTF-8, without stored and authority."""
    version: str = ""
    """The statement's xAPI version where the text does not say it: 1.0.0 or 2.0.0."""
    missing: tuple[str, ...] = ()
    """Which of id and timestamp the text lacks, so that they are added on reading."""
    attachments: tuple[str, ...] = ()
    """The sha2 of every attachment, in order."""
    may_void_any: bool = False
    """Whether the writer's scope lets its voiding statements reach another authority's."""


@dataclass(frozen=True, slots=False)
class CredentialCreated:
    """A key was handed out. Only a keyed hash of its secret is kept."""

    TOPIC: ClassVar[str] = "credential-created"

    originator_id: UUID
    originator_version: int
    label: str
    scopes: tuple[str, ...]
    salt: str
    """Hex of the 32 random bytes that key the hash."""
    digest: str
    """Hex of HMAC-SHA-256(salt, secret)."""


@dataclass(frozen=True, slots=False)
class CredentialRevoked:
    """A key stopped being good."""

    TOPIC: ClassVar[str] = "credential-revoked"

    originator_id: UUID
    originator_version: int


Fact = StatementStored | CredentialCreated | CredentialRevoked

FACTS: tuple[type[Fact], ...] = (StatementStored, CredentialCreated, CredentialRevoked)
