"""The events: frozen, in the past tense, each with a TOPIC that outlives its file.

`originator_id` names the stream (the event's subject), `originator_version` its place in it,
counted from 1. The names are those of the eventsourcing library's DomainEventProtocol.
The field `text` holds text as received; it is stored beside the others, byte for byte. A field
with a default may be absent from what was recorded.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from uuid import UUID

from lrs.domain.xapi.agent import JsonObject


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
    """A reference to each attachment whose bytes came along, in order: its sha2 in lower case, as
    `lrs.domain.xapi.attachment.reference` writes it."""
    may_void_any: bool = False
    """Whether the writer's scope lets its voiding statements reach another authority's."""
    may_define: bool = False
    """Whether the writer's scope lets it say what activities and agents are called. Left out where
    `may_void_any`, which implies it."""


@dataclass(frozen=True, slots=False)
class DocumentStored:
    """A document of the State, Agent Profile or Activity Profile resource got this content.

    Its stream is the document, named by an HMAC; its versions are the document's history.
    """

    TOPIC: ClassVar[str] = "document-stored"

    originator_id: UUID
    originator_version: int
    kind: str
    """`state`, `agent-profile` or `activity-profile`."""
    sha2: str
    """Hex of SHA-256: the address of the bytes."""
    sha1: str
    """Hex of SHA-1: the ETag that 1.0.3 wants (part 3, 3.1)."""
    size: int = 0
    """In bytes."""
    content_type: str = ""
    """As sent."""
    name: str = ""
    """The stateId or profileId."""
    agent: str = ""
    """The agent key, of a State and an Agent Profile."""
    activity: str = ""
    """The activity's IRI, of a State and an Activity Profile."""
    registration: str = ""
    """Of a State that belongs to one."""
    keeper: str = ""
    """The name of the key that stored it first since it was last deleted; empty where that was not
    kept."""


@dataclass(frozen=True, slots=False)
class DocumentDeleted:
    """A document was deleted. It may be stored again, as the stream's next version."""

    TOPIC: ClassVar[str] = "document-deleted"

    originator_id: UUID
    originator_version: int


@dataclass(frozen=True, slots=False)
class DocumentBytesPruned:
    """Bytes of superseded State documents were deleted; what was stored when, and its hashes, stay.
    Each such event has a stream of its own.
    """

    TOPIC: ClassVar[str] = "document-bytes-pruned"

    originator_id: UUID
    originator_version: int
    positions: tuple[int, ...]
    """Of the DocumentStored events whose bytes went, in order."""
    size: int = 0
    """In bytes, all together; what several of the events name is counted once."""
    superseded_before: int = 0
    """All of these versions were superseded before that instant, in microseconds since the epoch.
    """


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
    expires: int = 0
    """When it stops being good, in microseconds since the epoch; 0 for a key without an end."""
    learner: str = ""
    """The agent key of the one person it was handed to; empty for a key that is no learner's."""
    activity: str = ""
    """The IRI of the activity that a learner was launched into; empty where none was kept."""
    any_activity: bool = False
    """Whether a learner's key may speak of other activities than the launched one."""
    continues: tuple[str, ...] = ()
    """The names of the keys whose documents it reaches as its own: those it took the place of."""
    quota: int = 0
    """How many bytes of documents and attachments it may bring; 0 for what the settings say."""
    by: str = ""
    """The operating-system user who made it."""


@dataclass(frozen=True, slots=False)
class CredentialRevoked:
    """A key stopped being good."""

    TOPIC: ClassVar[str] = "credential-revoked"

    originator_id: UUID
    originator_version: int
    by: str = ""
    """The operating-system user who revoked it."""


@dataclass(frozen=True, slots=False)
class Described:
    """Something of the training centre is as `entry` says, from now on. Its stream is the thing
    described, and the stream's versions are its history.
    """

    TOPIC: ClassVar[str]

    originator_id: UUID
    originator_version: int
    entry: JsonObject
    """All that is said of it, in the shape of `schemas.catalogue.entries`."""
    by: str = ""
    """The agent key of who said so."""


class CourseDescribed(Described):
    TOPIC: ClassVar[str] = "course-described"


class OfficeDescribed(Described):
    TOPIC: ClassVar[str] = "office-described"


class PostDescribed(Described):
    TOPIC: ClassVar[str] = "post-described"


class ServiceDescribed(Described):
    """A service of the city's that the staff provide, and that courses teach."""

    TOPIC: ClassVar[str] = "service-described"


class ProgrammeDescribed(Described):
    """A programme's rule got a new version: that of the stream."""

    TOPIC: ClassVar[str] = "programme-described"


class PersonDescribed(Described):
    """A person's personnel record: name, number, office, post, and since when."""

    TOPIC: ClassVar[str] = "person-described"


class IdentifierLinked(Described):
    """An identifier is the same person as the one known by another identifier."""

    TOPIC: ClassVar[str] = "identifier-linked"


class ExemptionGranted(Described):
    """A person need not follow a programme."""

    TOPIC: ClassVar[str] = "exemption-granted"


class CertificateRevoked(Described):
    """What a person had earned by a programme stopped counting."""

    TOPIC: ClassVar[str] = "certificate-revoked"


class VisitRecorded(Described):
    """A trainer worked with an office's staff where they work: a kind of session."""

    TOPIC: ClassVar[str] = "visit-recorded"


class RatingRecorded(Described):
    """Visitors' ratings of an office in a month."""

    TOPIC: ClassVar[str] = "rating-recorded"


@dataclass(frozen=True, slots=False)
class EntryWithdrawn:
    """What was described does not hold any more, or was a mistake. It may be described again."""

    TOPIC: ClassVar[str] = "entry-withdrawn"

    originator_id: UUID
    originator_version: int
    reason: str = ""
    by: str = ""


class RecordedEvent(NamedTuple):
    """An event other than a statement as the log holds it: what projections of such events fold.

    `stored` is in microseconds since the epoch.
    """

    position: int
    stored: int
    event: Event


class LogMark(NamedTuple):
    """An event of a log, by what tells it from every other that may ever stand at its position:
    `stored` in microseconds since the epoch, and the commitment to its content.
    """

    position: int
    stored: int
    commitment: bytes


Event = (
    StatementStored
    | DocumentStored
    | DocumentDeleted
    | DocumentBytesPruned
    | CredentialCreated
    | CredentialRevoked
    | Described
    | EntryWithdrawn
)

DESCRIPTION_TYPES: tuple[type[Described], ...] = (
    CourseDescribed,
    OfficeDescribed,
    PostDescribed,
    ServiceDescribed,
    ProgrammeDescribed,
    PersonDescribed,
    IdentifierLinked,
    ExemptionGranted,
    CertificateRevoked,
    VisitRecorded,
    RatingRecorded,
)

EVENT_TYPES: tuple[type[Event], ...] = (
    StatementStored,
    DocumentStored,
    DocumentDeleted,
    DocumentBytesPruned,
    CredentialCreated,
    CredentialRevoked,
    *DESCRIPTION_TYPES,
    EntryWithdrawn,
)
