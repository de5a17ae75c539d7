"""The catalogue: what the training centre has and rules, each thing a stream of facts.

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

from lrs.domain.events import (
    CertificateRevoked,
    CourseDescribed,
    Described,
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


class Kind(StrEnum):
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
class Shape:
    """How a kind of thing is told apart, and which fact describes it."""

    fact: type[Described]
    key: tuple[str, ...]
    person: str = ""
    """The member that names a person by agent key: the stream's id must not give it away."""


SHAPES: Mapping[Kind, Shape] = {
    Kind.COURSE: Shape(CourseDescribed, ("id",)),
    Kind.OFFICE: Shape(OfficeDescribed, ("code",)),
    Kind.POST: Shape(PostDescribed, ("code",)),
    Kind.SERVICE: Shape(ServiceDescribed, ("code",)),
    Kind.PROGRAMME: Shape(ProgrammeDescribed, ("code",)),
    Kind.PERSON: Shape(PersonDescribed, ("agent",), person="agent"),
    Kind.LINK: Shape(IdentifierLinked, ("agent",), person="agent"),
    Kind.EXEMPTION: Shape(ExemptionGranted, ("programme", "agent"), person="agent"),
    Kind.REVOCATION: Shape(CertificateRevoked, ("programme", "agent", "on"), person="agent"),
    Kind.VISIT: Shape(VisitRecorded, ("code",)),
    Kind.RATING: Shape(RatingRecorded, ("office", "month")),
}
KINDS: Mapping[type[Described], Kind] = {shape.fact: kind for kind, shape in SHAPES.items()}

REFERENCES: Mapping[Kind, Mapping[str, Kind]] = {
    Kind.COURSE: {"services": Kind.SERVICE},
    Kind.PERSON: {"office": Kind.OFFICE, "post": Kind.POST},
    Kind.PROGRAMME: {
        "courses": Kind.COURSE,
        "equivalents": Kind.COURSE,
        "posts": Kind.POST,
        "offices": Kind.OFFICE,
    },
    Kind.EXEMPTION: {"programme": Kind.PROGRAMME},
    Kind.REVOCATION: {"programme": Kind.PROGRAMME},
    Kind.VISIT: {"office": Kind.OFFICE},
    Kind.RATING: {"office": Kind.OFFICE},
}
"""Which members name things that must be described, too. Of an equivalent it is the `course`: what
it counts as is among the programme's own.
"""

Key = tuple[str, ...]
Thing = tuple[Kind, Key]


def key_of(kind: Kind, entry: JsonObject) -> Key:
    """What tells the thing from others of its kind."""
    return tuple(str(entry[name]) for name in SHAPES[kind].key)


def stream_of(kind: Kind, key: Key, secret: bytes) -> UUID:
    """The thing's stream. `secret` is the random key of the person it is about, else empty."""
    said = json.dumps([kind.value, *key]).encode()
    digest = hmac.digest(secret, said, "sha256") if secret else sha256(said).digest()
    return UUID(bytes=digest[:16], version=4)


def references(kind: Kind, entry: JsonObject) -> list[Thing]:
    """The things that the entry names and that must be described, too."""
    return [thing for _, thing in named(kind, entry)]


def named(kind: Kind, entry: JsonObject) -> Iterator[tuple[str, Thing]]:
    """Each of these things, and where in the entry it is named, as a JSON pointer."""
    for member, target in REFERENCES.get(kind, {}).items():
        said = entry.get(member, ())
        if isinstance(said, str):
            yield f"/{member}", (target, (said,))
            continue
        for index, one in enumerate(said):
            if isinstance(one, str):
                yield f"/{member}/{index}", (target, (one,))
            else:
                yield f"/{member}/{index}/course", (target, (one["course"],))


def differs_by_zeros(kind: Kind, entry: JsonObject) -> bool:
    """Whether a personnel number is the name of the person's account but for zeros in front, as a
    spreadsheet takes them away.
    """
    if kind is not Kind.PERSON or "number" not in entry:
        return False
    account, number = entry["agent"].split("|", 2), entry["number"]
    if account[0] != "account" or account[2] == number:
        return False
    return bool(account[2].lstrip("0") == number.lstrip("0"))
