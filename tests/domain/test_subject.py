"""Which course a subject belongs to, with and without a catalogue."""

from __future__ import annotations

import pytest

from lrs.domain.training.course_resolution import (
    Subject,
    changed_listings,
    course_of,
    listings,
    subject_of,
    subject_of_text,
)
from lrs.domain.training.vocabulary import STANDARD
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import activity, course, part

OTHER = "https://centre.example.org/courses/stress"
BARE = {"id": "https://centre.example.org/bare"}


def subject(object_: JsonObject, **activities: object) -> Subject:
    return subject_of(object_, activities, STANDARD)


def listed(*activities: str) -> JsonObject:
    return {"id": OTHER, "title": {"ru": "Стресс"}, "activities": list(activities)}


@pytest.mark.parametrize(
    ("object_", "around", "listing", "expected"),
    [
        (part("m", "module"), {"parent": [course()]}, part("m", None), (OTHER, "m")),
        (part("m", "module"), {"parent": [BARE]}, BARE, (OTHER, "m")),
        (part("m", "module"), {"grouping": [BARE]}, BARE, (OTHER, "m")),
        (part("m", None), {"parent": [course()]}, course(), (OTHER, "m")),
        (course(), {"parent": [BARE]}, BARE, (course()["id"], "")),
        (course(), {}, course(), (OTHER, "")),
        (part("m", "module"), {}, part("m", None), (OTHER, "m")),
        (part("m", None), {}, part("m", None), (OTHER, "")),
    ],
)
def test_the_catalogue_goes_before_what_a_statement_says(
    object_: JsonObject, around: JsonObject, listing: JsonObject, expected: tuple[str, str]
) -> None:
    """An object's own listing first, then a parent's, then a grouping's."""
    known = listings([listed(listing["id"])])
    iri, name = course_of(subject(object_, **around), known)
    assert (iri, name.rpartition("/")[2] if name else "") == expected


def test_one_untyped_activity_of_several_is_a_part() -> None:
    """Only where a course lists nothing else does it stand for the course."""
    several = listings([listed(BARE["id"], "https://centre.example.org/second")])
    assert course_of(subject(BARE), several) == (OTHER, BARE["id"])


def test_a_subject_can_be_read_from_its_text() -> None:
    around = {"parent": [course(), BARE], "grouping": [part("g", "course"), BARE]}
    for object_ in (part("m", "module"), course(), activity("https://x.example/a b")):
        one = subject(object_, **around)
        assert subject_of_text(one.text) == one


def test_a_described_course_is_its_own_whoever_lists_it() -> None:
    own = {"id": BARE["id"], "title": {"ru": "Сам"}}
    for entries in ([own, listed(BARE["id"])], [listed(BARE["id"]), own]):
        assert listings(entries)[BARE["id"]].course == BARE["id"]


def test_the_course_described_last_has_the_activity() -> None:
    first, second = listed(BARE["id"]), listed(BARE["id"]) | {"id": course()["id"]}
    assert listings([first, second])[BARE["id"]].course == course()["id"]
    assert listings([second, first])[BARE["id"]].course == OTHER


def test_changes_of_listings_are_told_by_activity() -> None:
    before, after = listings([listed("https://a")]), listings([listed("https://a", "https://b")])
    assert changed_listings(before, after) == {"https://a", "https://b"}
    assert changed_listings(before, before) == set()
