"""What entries of the catalogue must not say together, each rule with the first fault or None."""

from __future__ import annotations

from lrs.domain.agent import JsonObject
from schemas.strict import Fault


def untitled(value: JsonObject) -> Fault | None:
    """A title says something in some language, and in each language that it names."""
    title = value["title"]
    if not title:
        return ("title",), "no-title"
    empty = next((language for language, text in title.items() if not text.strip()), None)
    return None if empty is None else (("title", empty), "empty-title")


def reversed_days(value: JsonObject) -> Fault | None:
    """What holds from the day `since` to the day `until` cannot end before it begins."""
    if "since" in value and "until" in value and value["until"] < value["since"]:
        return ("until",), "until-before-since"
    return None


def miscounted(value: JsonObject) -> Fault | None:
    """A programme names each course once, and cannot want more of them than it names."""
    courses, seen = value["courses"], set()
    for index, course in enumerate(courses):
        if course in seen:
            return ("courses", index), "repeated-course"
        seen.add(course)
    return (("at_least",), "more-than-named") if value.get("at_least", 1) > len(courses) else None


def misdated(value: JsonObject) -> Fault | None:
    """It cannot end in two ways, nor before it holds; and without an end nothing is renewed."""
    ends = "valid_until" in value
    if ends and "valid_months" in value:
        return ("valid_until",), "two-validities"
    if ends and value["valid_until"] < value.get("since", ""):
        return ("valid_until",), "ends-before-since"
    if "renewal_days" in value and not ends and "valid_months" not in value:
        return ("renewal_days",), "no-end-to-renew"
    return None


def unequal(value: JsonObject) -> Fault | None:
    """What is equivalent must be so to a course that the programme names."""
    named, seen = set(value["courses"]), set()
    for index, one in enumerate(value.get("equivalents", ())):
        course, counts_as = one["course"], one["counts_as"]
        if counts_as not in named:
            return ("equivalents", index, "counts_as"), "not-of-the-programme"
        if course == counts_as:
            return ("equivalents", index, "course"), "equivalent-to-itself"
        if (course, counts_as) in seen:
            return ("equivalents", index), "repeated-equivalent"
        seen.add((course, counts_as))
    return None
