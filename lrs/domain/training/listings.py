"""Which course the catalogue says an activity belongs to."""

from __future__ import annotations

from collections.abc import Iterable

from lrs.domain.training.course_resolution import Listing, Listings
from lrs.domain.xapi.agent import JsonObject


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


def changed(before: Listings, after: Listings) -> set[str]:
    """The activities of which the two do not say the same."""
    return {iri for iri in before.keys() | after.keys() if before.get(iri) != after.get(iri)}
