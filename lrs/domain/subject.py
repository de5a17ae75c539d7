"""What a statement is about, and which course that belongs to.

Which course it is:

    1. what the catalogue says of the object: it is a course, or is listed under one;
    2. else the object, if its type is a course;
    3. else the first among contextActivities.parent, then grouping, that the catalogue knows
       (then the course it says) or whose type is a course;
    4. else, for a meeting, module, lesson or assessment - or an object without a type that was
       joined, left, attended or scheduled, as only a meeting is - the first parent that has no
       type: authoring tools often send a parent as a bare id;
    5. else the object itself.

An activity listed under a course stands for the course itself if its type is a course, or if it
says no type and is the only one listed: what is completed then is the course, not a part of it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from lrs.domain.vocabulary import ActivityKind, OutcomeFact, Vocabulary

_SESSION_FACTS = frozenset({"planned", "came_in", "went_out", "attended", "absent"})
_PARTS = frozenset({"meeting", "module", "lesson", "assessment"})

_NOTHING: dict[str, Any] = {}

COURSE, BARE, OTHER = "c", "b", "-"
"""What an activity around the object is: a course by its type, a parent without a type, neither."""


class Listing(NamedTuple):
    """The course that the catalogue says an activity is or belongs to."""

    course: str
    only: bool
    """Whether the course lists no other activity."""


Listings = Mapping[str, Listing]
"""What the catalogue says, by activity IRI."""


class Subject(NamedTuple):
    """An activity and those it may belong to. Equal subjects belong to the same course, whatever
    the catalogue says.
    """

    object: str
    kind: ActivityKind
    borrows: bool
    """Whether a parent without a type may be its course."""
    around: tuple[tuple[str, str], ...]
    """What the parents, then the groupings are, and their IRIs."""

    @property
    def text(self) -> str:
        """One text for each subject: a line for the object, one for each activity around it."""
        first = f"{self.kind} {'b' if self.borrows else '-'} {self.object}"
        return "\n".join([first, *(f"{what} {iri}" for what, iri in self.around)])


def subject_of_text(text: str) -> Subject:
    """The subject that has this text."""
    first, *rest = text.split("\n")
    kind, borrows, iri = first.split(" ", 2)
    around = tuple((line[0], line[2:]) for line in rest)
    return Subject(iri, kind, borrows == "b", around)  # type: ignore[arg-type]


def subject_of(
    object_: Mapping[str, Any],
    fact: OutcomeFact,
    activities: Mapping[str, Any] | None,
    vocabulary: Vocabulary,
) -> Subject:
    """The subject of a statement with this object, an Activity, and these contextActivities."""
    type_ = type_of(object_)
    kind = vocabulary.kinds.get(type_, "")
    if not activities or kind == "course":
        return Subject(object_["id"], kind, False, ())
    around = []
    for activity in listed(activities.get("parent")):
        said = type_of(activity)
        what = COURSE if vocabulary.kinds.get(said) == "course" else OTHER if said else BARE
        around.append((what, activity["id"]))
    for activity in listed(activities.get("grouping")):
        is_course = vocabulary.kinds.get(type_of(activity)) == "course"
        around.append((COURSE if is_course else OTHER, activity["id"]))
    borrows = kind in _PARTS or (fact in _SESSION_FACTS and type_ is None)
    return Subject(object_["id"], kind, borrows, tuple(around))


def course_of(subject: Subject, listings: Listings = _NOTHING) -> tuple[str, str]:
    """The course's IRI, and the part of it that the subject is: empty for the course itself."""
    iri, kind = subject.object, subject.kind
    known = listings.get(iri)
    if known is not None:
        whole = known.course == iri or kind == "course" or (kind == "" and known.only)
        return known.course, "" if whole else iri
    course = iri if kind == "course" else _around(subject, listings)
    return course, "" if course == iri else iri


def _around(subject: Subject, listings: Listings) -> str:
    for what, iri in subject.around:
        if iri in listings:
            return listings[iri].course
        if what == COURSE:
            return iri
    if subject.borrows:
        return next((iri for what, iri in subject.around if what == BARE), subject.object)
    return subject.object


def listed(activities: Any) -> Sequence[Mapping[str, Any]]:
    """A role's activities: an array, or a single object as 1.0.3 writers may send it."""
    return activities if isinstance(activities, list) else [activities] if activities else ()


def type_of(activity: Mapping[str, Any]) -> Any:
    """The type an activity says it has."""
    return activity.get("definition", _NOTHING).get("type")
