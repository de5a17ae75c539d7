"""The events: frozen, in the past tense, each with a TOPIC that outlives its file.

`originator_id` names the stream (the event's subject), `originator_version` the event's number in
the stream, counted from 1. The names are those of the eventsourcing library's DomainEventProtocol.
The field `text` holds text as received; the log stores it byte for byte, apart from the other
fields. A field with a default may be absent from a recorded event.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, NamedTuple
from uuid import UUID

from lrs.domain.xapi.agent import JsonObject


@dataclass(frozen=True, slots=False)
class StatementStored:
    """A statement became part of the log. Its stream is the statement's id, so the stream has one
    event.
    """

    TOPIC: ClassVar[str] = "statement-stored"

    originator_id: UUID
    originator_version: int
    authority: JsonObject
    """The Agent that vouches for the statement, or an OAuth Group of two."""
    text: bytes
    """The statement's JSON as received, UTF-8, without stored and authority."""
    version: str = ""
    """The statement's xAPI version, 1.0.0 or 2.0.0, if the text does not state it."""
    missing: tuple[str, ...] = ()
    """Which of id and timestamp the text lacks, so that they are added on reading."""
    attachments: tuple[str, ...] = ()
    """A reference to each attachment whose bytes were sent, in order: its sha2 in lower case, as
    `lrs.domain.xapi.attachment.reference` writes it."""
    may_void_any: bool = False
    """Whether the writer's scope allows its voiding statements to void those of another authority.
    """
    may_define: bool = False
    """Whether names and definitions in the statement count, by the writer's scope. False where
    `may_void_any`, which implies it, is true."""


@dataclass(frozen=True, slots=False)
class DocumentStored:
    """A document of the State, Agent Profile or Activity Profile resource got this content.

    The stream is the document's, and its id is an HMAC; the stream's versions are the document's
    history.
    """

    TOPIC: ClassVar[str] = "document-stored"

    originator_id: UUID
    originator_version: int
    kind: str
    """`state`, `agent-profile` or `activity-profile`."""
    sha2: str
    """Hex of SHA-256: the address of the bytes."""
    sha1: str
    """Hex of SHA-1: the ETag that xAPI 1.0.3 asks for (part 3, 3.1)."""
    size: int = 0
    """In bytes."""
    content_type: str = ""
    """As sent."""
    name: str = ""
    """The stateId or profileId."""
    agent: str = ""
    """The agent key, of a State or an Agent Profile document."""
    activity: str = ""
    """The activity's IRI, of a State or an Activity Profile document."""
    registration: str = ""
    """The registration of a State document that belongs to one."""
    keeper: str = ""
    """The name of the key that created the document, or created it again after a deletion; empty in
    events of earlier versions, which did not record it."""


@dataclass(frozen=True, slots=False)
class DocumentDeleted:
    """A document was deleted. It may be stored again, as the stream's next version."""

    TOPIC: ClassVar[str] = "document-deleted"

    originator_id: UUID
    originator_version: int


@dataclass(frozen=True, slots=False)
class DocumentBytesPruned:
    """Bytes of superseded State documents were deleted; the events of their versions, with sizes
    and hashes, stay. Each such event has a stream of its own.
    """

    TOPIC: ClassVar[str] = "document-bytes-pruned"

    originator_id: UUID
    originator_version: int
    positions: tuple[int, ...]
    """The positions of the DocumentStored events whose bytes were deleted, in order."""
    size: int = 0
    """The deleted bytes together; bytes that several of the events name count once."""
    superseded_before: int = 0
    """All of these versions were superseded before this instant, in microseconds since the epoch.
    """


@dataclass(frozen=True, slots=False)
class CredentialCreated:
    """A key was created. Of its secret only a keyed hash is stored."""

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
    """When the key expires, in microseconds since the epoch; 0 for a key that does not expire."""
    learner: str = ""
    """The agent key of the learner that a launch key belongs to; empty for any other key."""
    activity: str = ""
    """The IRI of the launched activity; empty where none was recorded."""
    any_activity: bool = False
    """Whether a launch key may send statements about activities other than the launched one."""
    continues: tuple[str, ...] = ()
    """The names of the keys that this key replaces; it may use their documents as its own."""
    quota: int = 0
    """The bytes of documents and attachments that the key may store; 0 for the limit in the
    settings."""
    by: str = ""
    """The operating-system user who created the key."""


@dataclass(frozen=True, slots=False)
class CredentialRevoked:
    """A key was revoked."""

    TOPIC: ClassVar[str] = "credential-revoked"

    originator_id: UUID
    originator_version: int
    by: str = ""
    """The operating-system user who revoked the key."""


@dataclass(frozen=True, slots=False)
class Described:
    """A catalogue entry was described: `entry` replaces its description. The stream is the entry's,
    and the stream's versions are the entry's history.
    """

    TOPIC: ClassVar[str]

    originator_id: UUID
    originator_version: int
    entry: JsonObject
    """The whole description, in the shape of `schemas.catalogue.entries`."""
    by: str = ""
    """The agent key of the author."""


class CourseDescribed(Described):
    TOPIC: ClassVar[str] = "course-described"


class OfficeDescribed(Described):
    TOPIC: ClassVar[str] = "office-described"


class PostDescribed(Described):
    TOPIC: ClassVar[str] = "post-described"


class ServiceDescribed(Described):
    """A service of the city that the staff provide, and that courses teach."""

    TOPIC: ClassVar[str] = "service-described"


class ProgrammeDescribed(Described):
    """A programme's rule got a new version, with the number that the event has in its stream."""

    TOPIC: ClassVar[str] = "programme-described"


class PersonDescribed(Described):
    """A person's personnel record: name, number, office, post, first and last day."""

    TOPIC: ClassVar[str] = "person-described"


class IdentifierLinked(Described):
    """Two identifiers are of the same person."""

    TOPIC: ClassVar[str] = "identifier-linked"


class ExemptionGranted(Described):
    """A person is exempt from a programme."""

    TOPIC: ClassVar[str] = "exemption-granted"


class CertificateRevoked(Described):
    """A person's certificate of a programme was revoked."""

    TOPIC: ClassVar[str] = "certificate-revoked"


class VisitRecorded(Described):
    """A trainer visited an office and worked with its staff: a kind of session."""

    TOPIC: ClassVar[str] = "visit-recorded"


class RatingRecorded(Described):
    """Visitors' ratings of an office in a month."""

    TOPIC: ClassVar[str] = "rating-recorded"


@dataclass(frozen=True, slots=False)
class EntryWithdrawn:
    """A catalogue entry was withdrawn: it is out of date, or was a mistake. A later description may
    follow.
    """

    TOPIC: ClassVar[str] = "entry-withdrawn"

    originator_id: UUID
    originator_version: int
    reason: str = ""
    by: str = ""


class RecordedEvent(NamedTuple):
    """An event other than a statement, as projections fold it: with its position, and with
    `stored`, the time when the log stored it, in microseconds since the epoch.
    """

    position: int
    stored: int
    event: Event


class LogMark(NamedTuple):
    """The identity of an event at a position: `stored`, in microseconds since the epoch, and the
    commitment to its content differ from those of any other event at the same position.
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
