"""The catalogue: what the training centre has and rules, each thing a stream of events.

Courses, offices, posts, services, programmes, people, links between their identifiers, exemptions,
revocations, visits and ratings are described whole: a description replaces the one before, and all
of them stay in the log. A thing has a key, made of those of its members that tell it from others.
"""

from __future__ import annotations

import hmac
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from hashlib import sha256
from uuid import UUID

from lrs.domain.errors import EntryNotFound
from lrs.domain.events import (
    CertificateRevoked,
    CourseDescribed,
    Described,
    EntryWithdrawn,
    ExemptionGranted,
    IdentifierLinked,
    OfficeDescribed,
    PersonDescribed,
    PostDescribed,
    ProgrammeDescribed,
    RatingRecorded,
    ServiceDescribed,
    VisitRecorded,
)
from lrs.domain.xapi.agent import JsonObject


class EntryKind(StrEnum):
    """What can be described; the value is its name in addresses and files."""

    COURSE = "courses"
    OFFICE = "offices"
    POST = "posts"
    SERVICE = "services"
    PROGRAMME = "programmes"
    PERSON = "people"
    LINK = "links"
    EXEMPTION = "exemptions"
    REVOCATION = "revocations"
    VISIT = "visits"
    RATING = "ratings"


@dataclass(frozen=True, slots=True)
class EntryShape:
    """How a kind of thing is told apart, and which event describes it."""

    event_type: type[Described]
    key: tuple[str, ...]
    person: str = ""
    """The member that names a person by agent key: the stream's id must not give it away."""


SHAPES: Mapping[EntryKind, EntryShape] = {
    EntryKind.COURSE: EntryShape(CourseDescribed, ("id",)),
    EntryKind.OFFICE: EntryShape(OfficeDescribed, ("code",)),
    EntryKind.POST: EntryShape(PostDescribed, ("code",)),
    EntryKind.SERVICE: EntryShape(ServiceDescribed, ("code",)),
    EntryKind.PROGRAMME: EntryShape(ProgrammeDescribed, ("code",)),
    EntryKind.PERSON: EntryShape(PersonDescribed, ("agent",), person="agent"),
    EntryKind.LINK: EntryShape(IdentifierLinked, ("agent",), person="agent"),
    EntryKind.EXEMPTION: EntryShape(ExemptionGranted, ("programme", "agent"), person="agent"),
    EntryKind.REVOCATION: EntryShape(
        CertificateRevoked, ("programme", "agent", "on"), person="agent"
    ),
    EntryKind.VISIT: EntryShape(VisitRecorded, ("code",)),
    EntryKind.RATING: EntryShape(RatingRecorded, ("office", "month")),
}
KINDS: Mapping[type[Described], EntryKind] = {
    shape.event_type: kind for kind, shape in SHAPES.items()
}

REFERENCES: Mapping[EntryKind, Mapping[str, EntryKind]] = {
    EntryKind.COURSE: {"services": EntryKind.SERVICE},
    EntryKind.PERSON: {"office": EntryKind.OFFICE, "post": EntryKind.POST},
    EntryKind.PROGRAMME: {
        "courses": EntryKind.COURSE,
        "equivalents": EntryKind.COURSE,
        "posts": EntryKind.POST,
        "offices": EntryKind.OFFICE,
    },
    EntryKind.EXEMPTION: {"programme": EntryKind.PROGRAMME},
    EntryKind.REVOCATION: {"programme": EntryKind.PROGRAMME},
    EntryKind.VISIT: {"office": EntryKind.OFFICE},
    EntryKind.RATING: {"office": EntryKind.OFFICE},
}
"""Which members name things that must be described, too. Of an equivalent it is the `course`: what
it counts as is among the programme's own.
"""

Key = tuple[str, ...]
EntryIdentity = tuple[EntryKind, Key]


@dataclass(frozen=True, slots=True)
class EntryState:
    """An entry as its stream has it: what is said of it, None once it is withdrawn, and the version
    of the stream's last event.
    """

    version: int
    entry: JsonObject | None


def evolve(state: EntryState | None, event: Described | EntryWithdrawn) -> EntryState:
    """The state after one more event of the stream; None before the first. A description replaces
    what was said before, so that the last event is the whole state.
    """
    return EntryState(
        event.originator_version, event.entry if isinstance(event, Described) else None
    )


def describe(
    state: EntryState | None, kind: EntryKind, stream: UUID, entry: JsonObject, by: str
) -> Described | None:
    """The event by which somebody, given by agent key, describes the entry so; None where that says
    what holds already.
    """
    if state is not None and state.entry == entry:
        return None
    return SHAPES[kind].event_type(stream, _next_version(state), entry, by)


def withdraw(state: EntryState | None, stream: UUID, reason: str, by: str) -> EntryWithdrawn:
    """The event by which somebody withdraws the entry. Raises EntryNotFound where nothing holds."""
    if state is None or state.entry is None:
        raise EntryNotFound("entry-not-found")
    return EntryWithdrawn(stream, _next_version(state), reason, by)


def _next_version(state: EntryState | None) -> int:
    return 1 if state is None else state.version + 1


def key_of(kind: EntryKind, entry: JsonObject) -> Key:
    """What tells the thing from others of its kind."""
    return tuple(str(entry[name]) for name in SHAPES[kind].key)


def stream_of(kind: EntryKind, key: Key, secret: bytes) -> UUID:
    """The thing's stream. `secret` is the random key of the person it is about, else empty."""
    name = json.dumps([kind.value, *key]).encode()
    digest = hmac.digest(secret, name, "sha256") if secret else sha256(name).digest()
    return UUID(bytes=digest[:16], version=4)


def references(kind: EntryKind, entry: JsonObject) -> list[EntryIdentity]:
    """The things that the entry names and that must be described, too."""
    return [thing for _, thing in named(kind, entry)]


def named(kind: EntryKind, entry: JsonObject) -> Iterator[tuple[str, EntryIdentity]]:
    """Each of these things, and where in the entry it is named, as a JSON pointer."""
    for member, target in REFERENCES.get(kind, {}).items():
        targets = entry.get(member, ())
        if isinstance(targets, str):
            yield f"/{member}", (target, (targets,))
            continue
        for index, one in enumerate(targets):
            if isinstance(one, str):
                yield f"/{member}/{index}", (target, (one,))
            else:
                yield f"/{member}/{index}/course", (target, (one["course"],))


def differs_by_zeros(kind: EntryKind, entry: JsonObject) -> bool:
    """Whether a personnel number is the name of the person's account but for zeros in front, as a
    spreadsheet takes them away.
    """
    if kind is not EntryKind.PERSON or "number" not in entry:
        return False
    (kind_of_key, *_, name), number = entry["agent"].split("|", 2), entry["number"]
    if kind_of_key != "account" or name == number:
        return False
    return bool(name.lstrip("0") == number.lstrip("0"))
