"""A catalogue entry as an aggregate: courses, offices, posts, services, programmes, people, links
between their identifiers, exemptions, revocations, visits and ratings.

| command | event | refused with |
|---|---|---|
| describe | a Described of the entry's kind; none where nothing changes | |
| withdraw | EntryWithdrawn | EntryNotFound |

Each entry is a stream. A description is complete and replaces the one before; all of them stay in
the log. An entry's key consists of the members that distinguish it from others of its kind.
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
    """The kind of an entry; the value is its name in addresses and files."""

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
    """The event that describes an entry of a kind, and the members that form its key."""

    event_type: type[Described]
    key: tuple[str, ...]
    person: str = ""
    """The member that holds a person's agent key, which the stream's id must not reveal."""


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
"""The members that refer to other entries, and the kinds of these. In `equivalents` only `course`
is a reference: `counts_as` must be one of the programme's own courses.
"""

Key = tuple[str, ...]
EntryIdentity = tuple[EntryKind, Key]


@dataclass(frozen=True, slots=True)
class EntryState:
    """An entry by its stream: its description, None once it is withdrawn, and the version of the
    stream's last event.
    """

    version: int
    entry: JsonObject | None


def evolve(state: EntryState | None, event: Described | EntryWithdrawn) -> EntryState:
    """The state after one more event of the stream; `state` is None before the first. Each event
    replaces the whole state, so the last event alone gives it.
    """
    return EntryState(
        event.originator_version, event.entry if isinstance(event, Described) else None
    )


def describe(
    state: EntryState | None, kind: EntryKind, stream: UUID, entry: JsonObject, by: str
) -> Described | None:
    """The event of this description of the entry; None if it equals the present one. `by` is the
    author's agent key.
    """
    if state is not None and state.entry == entry:
        return None
    return SHAPES[kind].event_type(stream, _next_version(state), entry, by)


def withdraw(state: EntryState | None, stream: UUID, reason: str, by: str) -> EntryWithdrawn:
    """The event of the entry's withdrawal. EntryNotFound if there is no entry. `by` is the author's
    agent key.
    """
    if state is None or state.entry is None:
        raise EntryNotFound("entry-not-found")
    return EntryWithdrawn(stream, _next_version(state), reason, by)


def _next_version(state: EntryState | None) -> int:
    return 1 if state is None else state.version + 1


def key_of(kind: EntryKind, entry: JsonObject) -> Key:
    """The entry's key among entries of its kind."""
    return tuple(str(entry[name]) for name in SHAPES[kind].key)


def stream_of(kind: EntryKind, key: Key, secret: bytes) -> UUID:
    """The id of the entry's stream. `secret` is the stream key of the person that the entry is
    about; empty if it is about no person.
    """
    name = json.dumps([kind.value, *key]).encode()
    digest = hmac.digest(secret, name, "sha256") if secret else sha256(name).digest()
    return UUID(bytes=digest[:16], version=4)


def references(kind: EntryKind, entry: JsonObject) -> list[EntryIdentity]:
    """The other entries that this entry refers to."""
    return [identity for _, identity in named(kind, entry)]


def named(kind: EntryKind, entry: JsonObject) -> Iterator[tuple[str, EntryIdentity]]:
    """The other entries that this entry refers to, each with the JSON pointer to the reference."""
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
    """Whether the personnel number and the name of the person's account differ only by zeros in
    front, which spreadsheets remove.
    """
    if kind is not EntryKind.PERSON or "number" not in entry:
        return False
    (kind_of_key, *_, name), number = entry["agent"].split("|", 2), entry["number"]
    if kind_of_key != "account" or name == number:
        return False
    return bool(name.lstrip("0") == number.lstrip("0"))
