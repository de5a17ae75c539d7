from __future__ import annotations

import pytest

from lrs.domain.aggregates.catalogue_entry import (
    KINDS,
    REFERENCES,
    SHAPES,
    Kind,
    key_of,
    references,
    stream_of,
)
from lrs.domain.events import DESCRIBED
from tests.support.entries import ANNA, COURSE, entry

OTHER = "https://learning.centre.example/course/fire-2019"


@pytest.mark.parametrize("kind", Kind)
def test_a_thing_is_known_by_its_key_alone(kind: Kind) -> None:
    """Whatever else is said of it, it is the same stream; another key is another stream."""
    key = key_of(kind, entry(kind))
    bare = {name: entry(kind)[name] for name in SHAPES[kind].key}
    assert key_of(kind, bare) == key
    assert stream_of(kind, key, b"") == stream_of(kind, key, b"")
    assert stream_of(kind, (*key[:-1], "other"), b"") != stream_of(kind, key, b"")


def test_no_two_kinds_share_a_stream() -> None:
    """An office and a post may have the same code; parts of a key do not run into each other."""
    assert len({stream_of(kind, ("1",), b"") for kind in Kind}) == len(Kind)
    assert stream_of(Kind.RATING, ("a", "b"), b"") != stream_of(Kind.RATING, ("ab", ""), b"")


def test_a_persons_stream_hangs_on_a_secret() -> None:
    """With it gone, nobody can compute the stream from what the person is known by."""
    streams = {stream_of(Kind.PERSON, (ANNA,), secret) for secret in (b"", b"1" * 32, b"2" * 32)}
    assert len(streams) == 3


def test_every_kind_has_a_fact_of_its_own() -> None:
    """What the log's topics say is what is described."""
    assert set(KINDS) == set(DESCRIBED)
    assert len(KINDS) == len(Kind)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (Kind.COURSE, {(Kind.SERVICE, ("вода",))}),
        (Kind.OFFICE, set()),
        (
            Kind.PROGRAMME,
            {(Kind.COURSE, (COURSE,)), (Kind.POST, ("P.1",)), (Kind.OFFICE, ("O-1",))},
        ),
        (Kind.PERSON, {(Kind.OFFICE, ("O-1",)), (Kind.POST, ("P.1",))}),
        (Kind.LINK, set()),
        (Kind.EXEMPTION, {(Kind.PROGRAMME, ("windows",))}),
        (Kind.REVOCATION, {(Kind.PROGRAMME, ("windows",))}),
        (Kind.VISIT, {(Kind.OFFICE, ("O-1",))}),
        (Kind.RATING, {(Kind.OFFICE, ("O-1",))}),
    ],
)
def test_an_entry_names_others(kind: Kind, named: set[tuple[Kind, tuple[str, ...]]]) -> None:
    """One or several by a member; a member that is left out names none."""
    assert set(references(kind, entry(kind))) == named
    bare = {name: v for name, v in entry(kind).items() if name not in REFERENCES.get(kind, {})}
    assert references(kind, bare) == []


def test_a_programme_names_the_courses_that_count_as_its_own() -> None:
    """Beside its own, as which they count."""
    equivalents = [{"course": OTHER, "counts_as": COURSE}]
    named = references(Kind.PROGRAMME, {"courses": [COURSE], "equivalents": equivalents})
    assert named == [(Kind.COURSE, (COURSE,)), (Kind.COURSE, (OTHER,))]


def test_a_link_is_about_the_identifier() -> None:
    """Linked to another person it is the same stream; a record of the identifier is another."""
    link, elsewhere = entry(Kind.LINK), entry(Kind.LINK, person="mbox|mailto:other@centre.example")
    assert key_of(Kind.LINK, link) == key_of(Kind.LINK, elsewhere) == (link["agent"],)
    key = (link["agent"],)
    assert stream_of(Kind.LINK, key, b"1") != stream_of(Kind.PERSON, key, b"1")
