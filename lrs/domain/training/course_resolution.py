"""What a statement is about, and which course that belongs to.

Which course it is:

    1. what the catalogue says of the object: it is a course, or is listed under one;
    2. else the object, if its type is a course;
    3. else the first among contextActivities.parent, then grouping, that the catalogue knows
       (then the course it says) or whose type is a course;
    4. else a grouping without a type whose IRI the object's own continues: players name the parts
       of a package so, `urn:articulate:storyline:abc/slide` is in `urn:articulate:storyline:abc`;
    5. else the first parent without a type: authoring tools often send a parent as a bare id;
    6. else the object itself.

An activity listed under a course stands for the course itself if its type is a course, or if it
says no type and is the only one listed: what is completed then is the course, not a part of it.

An attempt, and what is handed in, is about the assessment that it stands in, if a parent is one:
all tries at an assessment are tries at one part. The LMS and groups of learners surround nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from lrs.domain.training.vocabulary import OUTSIDE, ActivityKind, Vocabulary
from lrs.domain.xapi.agent import JsonObject

_ASSESSED: tuple[ActivityKind, ...] = ("assessment", "content", "lesson")
"""What an attempt may be one at, the likeliest first."""

_NOTHING: dict[str, Any] = {}

COURSE, STEM, BARE, OTHER = "c", "s", "b", "-"
"""What an activity around the object is: a course by its type, a grouping without a type whose IRI
the object's continues, a parent without a type, none of these.
"""


class Listing(NamedTuple):
    """The course that the catalogue says an activity is or belongs to."""

    course: str
    only: bool
    """Whether the course lists no other activity."""


Listings = Mapping[str, Listing]
"""What the catalogue says, by activity IRI."""


def listings(courses: Iterable[JsonObject]) -> Listings:
    """By activity IRI, for courses as described, what was described last at the end.

    A described course is itself whatever else lists it; of two courses that list an activity,
    the one described last has it.
    """
    courses = list(courses)
    found: dict[str, Listing] = {}
    for course in courses:
        activities = course.get("activities", ())
        only = len(set(activities)) == 1
        found |= dict.fromkeys(activities, Listing(course["id"], only))
    return found | {course["id"]: Listing(course["id"], False) for course in courses}


def changed_listings(before: Listings, after: Listings) -> set[str]:
    """The activities of which the two do not say the same."""
    return {iri for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri)}


class Subject(NamedTuple):
    """An activity and those it may belong to. Equal subjects belong to the same course, whatever
    the catalogue says.
    """

    object: str
    kind: ActivityKind
    around: tuple[tuple[str, str], ...]
    """What the parents, then the groupings are, and their IRIs."""

    @property
    def alone(self) -> bool:
        """Whether it stands in nothing but itself."""
        return all(iri == self.object for _, iri in self.around)

    @property
    def text(self) -> str:
        """One text for each subject: a line for the object, one for each activity around it."""
        first = f"{self.kind} {self.object}"
        return "\n".join([first, *(f"{what} {iri}" for what, iri in self.around)])


def subject_of_text(text: str) -> Subject:
    """The subject that has this text."""
    first, *rest = text.split("\n")
    kind, iri = first.split(" ", 1)
    around = (line.split(" ", 1) for line in rest)
    return Subject(iri, kind, tuple((what, iri) for what, iri in around))  # type: ignore[arg-type]


def subject_of(
    object_: Mapping[str, Any], activities: Mapping[str, Any] | None, vocabulary: Vocabulary
) -> Subject:
    """The subject of a statement with this object, an Activity, and these contextActivities."""
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
            what = COURSE if kind_of_it == "course" else OTHER if type_ else BARE
            around.append((what, activity["id"]))
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
    """What an attempt with these parents is one at."""
    found = {kinds.get(type_of(activity), ""): activity["id"] for activity in reversed(parents)}
    return next((found[kind] for kind in _ASSESSED if kind in found), None)


def _continues(iri: str, stem: str) -> bool:
    """Whether `iri` begins with `stem`, then a slash or hash. The address of a host alone is the
    stem of all that the host has, so it is none.
    """
    if not iri.startswith(stem) or iri[len(stem) : len(stem) + 1] not in ("/", "#"):
        return False
    _, address, path = stem.partition("://")
    return not address or "/" in path.rstrip("/")


class CoursePart(NamedTuple):
    """The IRI of a course and that of a part of it, empty for the course itself."""

    course: str
    part: str


def course_of(subject: Subject, listings: Listings = _NOTHING) -> CoursePart:
    """The course that the subject is or belongs to, and which part of it the subject is."""
    iri, kind = subject.object, subject.kind
    known = listings.get(iri)
    if known is not None:
        whole = known.course == iri or kind == "course" or (kind == "" and known.only)
        return CoursePart(known.course, "" if whole else iri)
    course = iri if kind == "course" else _around(subject, listings)
    return CoursePart(course, "" if course == iri else iri)


def _around(subject: Subject, listings: Listings) -> str:
    for what, iri in subject.around:
        if iri in listings:
            return listings[iri].course
        if what == COURSE:
            return iri
    for wanted in (STEM, BARE):
        for what, iri in subject.around:
            if what == wanted:
                return iri
    return subject.object


def listed(activities: Any) -> Sequence[Mapping[str, Any]]:
    """A role's activities: an array, or a single object as 1.0.3 writers may send it."""
    return activities if isinstance(activities, list) else [activities] if activities else ()


def type_of(activity: Mapping[str, Any]) -> Any:
    """The type an activity says it has."""
    return activity.get("definition", _NOTHING).get("type")
