"""Rules about several members of a catalogue entry. A rule names the members that it reads. It
finds all errors of an entry in which these members are valid by themselves, or missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from lrs.domain.xapi.agent import JsonObject
from schemas.base import FieldFault


class EntryRule(NamedTuple):
    """A rule: the members that it reads, and the function that finds the errors."""

    reads: frozenset[str]
    faults: Callable[[JsonObject], Iterator[FieldFault]]


def _untitled(value: JsonObject) -> Iterator[FieldFault]:
    """A title says something in some language, and in each language that it names."""
    if not value["title"]:
        yield ("title",), "no-title"
    for language, text in value["title"].items():
        if not text.strip():
            yield ("title", language), "empty-title"


def _reversed_days(value: JsonObject) -> Iterator[FieldFault]:
    """What holds from the day `since` to the day `until` cannot end before it begins."""
    if "since" in value and "until" in value and value["until"] < value["since"]:
        yield ("until",), "until-before-since"


def _linked_to_itself(value: JsonObject) -> Iterator[FieldFault]:
    """An identifier must not be linked to itself."""
    if value["agent"] == value["person"]:
        yield ("person",), "link-to-itself"


def _miscounted(value: JsonObject) -> Iterator[FieldFault]:
    """A programme names each course once, and cannot want more of them than it names."""
    courses, seen = value["courses"], set()
    for index, course in enumerate(courses):
        if course in seen:
            yield ("courses", index), "repeated-course"
        seen.add(course)
    if value.get("at_least", 1) > len(courses):
        yield ("at_least",), "more-than-named"


def _ends_twice(value: JsonObject) -> Iterator[FieldFault]:
    if "valid_until" in value and "valid_months" in value:
        yield ("valid_until",), "two-validities"


def _ends_early(value: JsonObject) -> Iterator[FieldFault]:
    """A version of a rule cannot end before it holds."""
    if "valid_until" in value and value["valid_until"] < value.get("since", ""):
        yield ("valid_until",), "ends-before-since"


def _never_ends(value: JsonObject) -> Iterator[FieldFault]:
    """Without an end nothing is renewed."""
    if "renewal_days" in value and not value.keys() & {"valid_until", "valid_months"}:
        yield ("renewal_days",), "no-end-to-renew"


def _unequal(value: JsonObject) -> Iterator[FieldFault]:
    """What is equivalent must be so to a course that the programme names."""
    named, seen = set(value["courses"]), set()
    for index, one in enumerate(value.get("equivalents", ())):
        course, counts_as = one["course"], one["counts_as"]
        if counts_as not in named:
            yield ("equivalents", index, "counts_as"), "not-of-the-programme"
        if course == counts_as:
            yield ("equivalents", index, "course"), "equivalent-to-itself"
        if (course, counts_as) in seen:
            yield ("equivalents", index), "repeated-equivalent"
        seen.add((course, counts_as))


TITLE = EntryRule(frozenset({"title"}), _untitled)
DAYS = EntryRule(frozenset({"since", "until"}), _reversed_days)
LINK = EntryRule(frozenset({"agent", "person"}), _linked_to_itself)
PROGRAMME = (
    TITLE,
    EntryRule(frozenset({"courses", "at_least"}), _miscounted),
    EntryRule(frozenset({"valid_until", "valid_months"}), _ends_twice),
    EntryRule(frozenset({"valid_until", "since"}), _ends_early),
    EntryRule(frozenset({"renewal_days", "valid_until", "valid_months"}), _never_ends),
    EntryRule(frozenset({"courses", "equivalents"}), _unequal),
)
