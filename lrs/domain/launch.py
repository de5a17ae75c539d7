"""Which statements a launch key may send: those of one learner, in one launched activity.

A statement of a launch key is refused unless all of these hold:

    actor       is the learner, an Agent, under any identifier that is linked to the same person
    activity    the object is the launched activity or lies under it (`within`), or a parent or
                grouping does; and the statement counts for the launched activity's course, both
                with the catalogue's listings and without them
    timestamp   lies within the launch, with a day's slack on either side; or is absent
    voiding     a voiding statement voids statements of the same key only; the row `activity` does
                not apply to it

For a launch with `any_activity` the row `activity` does not apply. Nor does it apply to a key that
was created before the log recorded the launched activity.

Names and definitions in a statement count (scope `define`) only if every name is the learner's own,
and every definition is of the launched activity or of one that lies under it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from lrs.domain.errors import OutsideLaunch
from lrs.domain.time import micros, parse_timestamp
from lrs.domain.training.course_resolution import Listings, Subject, course_of, listed, subject_of
from lrs.domain.training.vocabulary import STANDARD, Vocabulary
from lrs.domain.xapi.activity_definition import activities, names
from lrs.domain.xapi.agent import JsonObject, agent_key
from lrs.domain.xapi.statement import is_voiding
from lrs.domain.xapi.stored_text import as_stored

SLACK = timedelta(days=1) // timedelta(microseconds=1)
"""Microseconds by which the clock of a learner's device may be wrong."""

_AROUND = ("parent", "grouping")
_CONTINUES = ("/", "#", "?")


class Launch(NamedTuple):
    """`learner` is an agent key; `activity` is an IRI, empty if not known; with `any_activity` the
    key may send statements about other activities, too. `begin` and `end` are in microseconds since
    the epoch, 0 if not known.
    """

    learner: str
    activity: str = ""
    any_activity: bool = False
    begin: int = 0
    end: int = 0

    @property
    def is_bound(self) -> bool:
        """Whether statements have to be about the launched activity."""
        return bool(self.activity) and not self.any_activity

    def covers(self, iri: str) -> bool:
        """Whether the IRI is that of the launched activity, or lies under it."""
        return bool(self.activity) and within(self.activity, iri)


class CatalogueView(NamedTuple):
    """The part of the catalogue that decides on a launch: which identifiers are one person's, and
    which course an activity belongs to.
    """

    person: Callable[[str], str] = lambda key: key
    """The identifier that represents the person who has this one."""
    listings: Listings = MappingProxyType({})
    vocabulary: Vocabulary = STANDARD


def within(activity: str, iri: str) -> bool:
    """Whether an IRI is the activity's or continues it with a path, a query or a fragment."""
    if not iri.startswith(activity):
        return False
    rest = iri[len(activity) :]
    return not rest or rest[0] in _CONTINUES or activity.endswith(_CONTINUES)


def require(statement: JsonObject, launch: Launch, catalogue: CatalogueView) -> None:
    """Raises OutsideLaunch, with the pointer into the statement, for a structurally valid statement
    that the launch does not allow. The caller checks which statements a voiding one may void, since
    that needs the log.
    """
    if not _is_learner(statement["actor"], launch, catalogue):
        raise OutsideLaunch("launch-actor", pointer="/actor")
    if launch.is_bound and not is_voiding(statement):
        if not _names_activity(statement, launch):
            raise OutsideLaunch("launch-activity", pointer="/object")
        if not all(
            _belongs(course, launch, catalogue) for course in _courses(statement, catalogue)
        ):
            raise OutsideLaunch("launch-course", pointer="/context/contextActivities")
    if not _in_time(statement.get("timestamp"), launch):
        raise OutsideLaunch("launch-time", pointer="/timestamp")


def defines_own(statement: JsonObject, launch: Launch, catalogue: CatalogueView) -> bool:
    """Whether the launch allows all names and definitions in a valid statement."""
    normal = as_stored(statement)
    person = catalogue.person(launch.learner)
    return all(catalogue.person(key) == person for key, _ in names(normal)) and all(
        launch.covers(activity["id"]) for activity in activities(normal) if "definition" in activity
    )


def _is_learner(actor: Mapping[str, Any], launch: Launch, catalogue: CatalogueView) -> bool:
    key = agent_key(actor)
    if key is None or actor.get("objectType", "Agent") != "Agent":
        return False
    return catalogue.person(key) == catalogue.person(launch.learner)


def _names_activity(statement: JsonObject, launch: Launch) -> bool:
    object_ = statement["object"]
    if object_.get("objectType", "Activity") == "Activity" and launch.covers(object_["id"]):
        return True
    related = _related(statement)
    return any(launch.covers(a["id"]) for role in _AROUND for a in listed(related.get(role)))


def _courses(statement: JsonObject, catalogue: CatalogueView) -> list[str]:
    """The courses that the statement counts for: by itself alone, and by the catalogue."""
    object_ = statement["object"]
    if object_.get("objectType", "Activity") != "Activity":
        return []
    subject = subject_of(object_, _related(statement), catalogue.vocabulary)
    return [course_of(subject).course, course_of(subject, catalogue.listings).course]


def _belongs(course: str, launch: Launch, catalogue: CatalogueView) -> bool:
    return launch.covers(course) or _home(course, catalogue) == _home(launch.activity, catalogue)


def _home(activity: str, catalogue: CatalogueView) -> str:
    """The course that the catalogue lists an activity under, else the activity itself."""
    return course_of(Subject(activity, "", ()), catalogue.listings).course


def _related(statement: JsonObject) -> Mapping[str, Any]:
    found: Mapping[str, Any] = statement.get("context", {}).get("contextActivities") or {}
    return found


def _in_time(timestamp: str | None, launch: Launch) -> bool:
    if timestamp is None:
        return True
    try:
        at = micros(parse_timestamp(timestamp))
    except ValueError:  # a day outside the calendar: the time when it is stored counts instead
        return True
    return at >= launch.begin - SLACK and (not launch.end or at <= launch.end + SLACK)
