"""The facts: frozen, in the past tense, each with a TOPIC that outlives its file.

`originator_id` names the stream (the fact's subject), `originator_version` its place in it,
counted from 1. The names are those of the eventsourcing library's DomainEventProtocol.
A field of type bytes holds text as received; it is stored apart from the others, byte for byte.
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
    version: str
    """The statement's xAPI version: as sent, else 1.0.0 or 2.0.0 by the request's."""
    missing: tuple[str, ...]
    """Which of id, timestamp and version the text lacks, so that they are added on reading."""
    attachments: tuple[str, ...]
    """The sha2 of every attachment, in order."""
    may_void_any: bool
    """Whether the writer's scope lets its voiding statements reach another authority's."""
    text: bytes
    """The statement's JSON as received, UTF-8, without stored and authority."""


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
