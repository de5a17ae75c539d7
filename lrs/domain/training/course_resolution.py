"""The subject of a statement, and the course that the subject belongs to.

The course is the first of these that exists:

    1. the course that the catalogue has for the object: the object itself, or the course that lists
       it;
    2. the object, if its type is a course;
    3. the first of contextActivities.parent, then grouping, that the catalogue knows (then the
       course that the catalogue has for it) or whose type is a course;
    4. a grouping without a type whose IRI is a prefix of the object's: players name the parts of a
       package so, `urn:articulate:storyline:abc/slide` is in `urn:articulate:storyline:abc`;
    5. the first parent without a type: authoring tools often send a parent as a bare id;
    6. the object.

An activity listed under a course counts as the course itself if its type is a course, or if it has
no type and is the only one listed: completing it then completes the course, not a part of it.

The subject of an attempt or a submission is the assessment among its parents, if there is one: all
attempts at an assessment belong to one part. Activities for the LMS and for groups of learners are
left out of parents and groupings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lrs.domain.training.vocabulary import OUTSIDE, ActivityKind, Vocabulary
from lrs.domain.xapi.agent import JsonObject

_ASSESSED: tuple[ActivityKind, ...] = ("assessment", "content", "lesson")
"""The kinds of activity that have attempts, the most likely first."""

_NOTHING: dict[str, Any] = {}

COURSE, STEM, BARE, OTHER = "c", "s", "b", "-"
"""The role of an activity around the object: a course by its type, a grouping without a type whose
IRI is a prefix of the object's, a parent without a type, none of these.
"""


class Listing(NamedTuple):
    """The IRI of the course that the catalogue has for an activity."""

    course: str
    only: bool
    """Whether the course lists no other activity."""


Listings = Mapping[str, Listing]
"""The listings of the catalogue, by activity IRI."""


def listings(courses: Iterable[JsonObject]) -> Listings:
    """The listings of these entries of the catalogue, which are in the order of their description.

    A course of the catalogue is a course of its own, even if another course lists it; if two
    courses list an activity, it belongs to the one described last.
    """
    courses = list(courses)
    found: dict[str, Listing] = {}
    for course in courses:
        activities = course.get("activities", ())
        only = len(set(activities)) == 1
        found |= dict.fromkeys(activities, Listing(course["id"], only))
    return found | {course["id"]: Listing(course["id"], False) for course in courses}


def changed_listings(before: Listings, after: Listings) -> set[str]:
    """The activities whose listings differ."""
    return {iri for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri)}


class Subject(NamedTuple):
    """An activity and the activities around it that it may belong to. Under any catalogue, equal
    subjects belong to the same course.
    """

    object: str
    kind: ActivityKind
    around: tuple[tuple[str, str], ...]
    """The parents, then the groupings, each as its role and its IRI."""

    @property
    def alone(self) -> bool:
        """Whether there is no activity around it but itself."""
        return all(iri == self.object for _, iri in self.around)

    @property
    def text(self) -> str:
        """The subject as one text: a line for the object, one for each activity around it."""
        first = f"{self.kind} {self.object}"
        return "\n".join([first, *(f"{role} {iri}" for role, iri in self.around)])


def subject_of_text(text: str) -> Subject:
    """The subject with this text."""
    first, *rest = text.split("\n")
    kind, iri = first.split(" ", 1)
    around = (line.split(" ", 1) for line in rest)
    return Subject(iri, kind, tuple((role, iri) for role, iri in around))  # type: ignore[arg-type]


def subject_of(
    object_: Mapping[str, Any], activities: Mapping[str, Any] | None, vocabulary: Vocabulary
) -> Subject:
    """The subject of a statement whose object is this Activity, with these contextActivities."""
    iri: str = object_["id"]
    kinds = vocabulary.kinds
    kind = kinds.get(type_of(object_), "")
    if not activities or kind == "course":
        return Subject(iri, kind, ())
    around, parents = [], listed(activities.get("parent"))
    for activity in parents:
        type_ = type_of(activity)
        kind_of_it = kinds.get(type_, "")
        if kind_of_it not in OUTSIDE:
            role = COURSE if kind_of_it == "course" else OTHER if type_ else BARE
            around.append((role, activity["id"]))
    for activity in listed(activities.get("grouping")):
        type_ = type_of(activity)
        kind_of_it = kinds.get(type_, "")
        if kind_of_it not in OUTSIDE:
            stem = not type_ and _continues(iri, activity["id"])
            around.append(
                (COURSE if kind_of_it == "course" else STEM if stem else OTHER, activity["id"])
            )
    return Subject(_assessed(parents, kinds) or iri if kind == "attempt" else iri, kind, (*around,))


def _assessed(
    parents: Sequence[Mapping[str, Any]], kinds: Mapping[str, ActivityKind]
) -> str | None:
    """The IRI of the activity that an attempt with these parents belongs to, if one is there."""
    found = {kinds.get(type_of(activity), ""): activity["id"] for activity in reversed(parents)}
    return next((found[kind] for kind in _ASSESSED if kind in found), None)


def _continues(iri: str, stem: str) -> bool:
    """Whether `iri` continues `stem` with a slash or hash. False if `stem` is only the address of a
    host: that is a prefix of every IRI on the host.
    """
    if not iri.startswith(stem) or iri[len(stem) : len(stem) + 1] not in ("/", "#"):
        return False
    _, address, path = stem.partition("://")
    return not address or "/" in path.rstrip("/")


class CoursePart(NamedTuple):
    """The IRI of a course, and the IRI of its part, empty for the course itself."""

    course: str
    part: str


def course_of(subject: Subject, listings: Listings = _NOTHING) -> CoursePart:
    """The course that the subject is or belongs to, and the subject as a part of it."""
    iri, kind = subject.object, subject.kind
    listing = listings.get(iri)
    if listing is not None:
        is_whole = listing.course == iri or kind == "course" or (kind == "" and listing.only)
        return CoursePart(listing.course, "" if is_whole else iri)
    course = iri if kind == "course" else _around(subject, listings)
    return CoursePart(course, "" if course == iri else iri)


def _around(subject: Subject, listings: Listings) -> str:
    for role, iri in subject.around:
        if iri in listings:
            return listings[iri].course
        if role == COURSE:
            return iri
    for fallback in (STEM, BARE):
        for role, iri in subject.around:
            if role == fallback:
                return iri
    return subject.object


def listed(activities: Any) -> Sequence[Mapping[str, Any]]:
    """The activities of one member of contextActivities: an array, or in xAPI 1.0.3 also a single
    object.
    """
    return activities if isinstance(activities, list) else [activities] if activities else ()


def type_of(activity: Mapping[str, Any]) -> Any:
    """The IRI of the activity's type, or None."""
    return activity.get("definition", _NOTHING).get("type")
