from __future__ import annotations

import pytest

from lrs.domain.aggregates.catalogue_entry import (
    KINDS,
    REFERENCES,
    SHAPES,
    EntryKind,
    key_of,
    references,
    stream_of,
)
from lrs.domain.events import DESCRIPTION_TYPES
from tests.support.entries import ANNA, COURSE, entry

OTHER = "https://learning.centre.example/course/fire-2019"


@pytest.mark.parametrize("kind", EntryKind)
def test_a_thing_is_known_by_its_key_alone(kind: EntryKind) -> None:
    """Whatever else is said of it, it is the same stream; another key is another stream."""
    key = key_of(kind, entry(kind))
    bare = {name: entry(kind)[name] for name in SHAPES[kind].key}
    assert key_of(kind, bare) == key
    assert stream_of(kind, key, b"") == stream_of(kind, key, b"")
    assert stream_of(kind, (*key[:-1], "other"), b"") != stream_of(kind, key, b"")


def test_no_two_kinds_share_a_stream() -> None:
    """An office and a post may have the same code; parts of a key do not run into each other."""
    assert len({stream_of(kind, ("1",), b"") for kind in EntryKind}) == len(EntryKind)
    assert stream_of(EntryKind.RATING, ("a", "b"), b"") != stream_of(
        EntryKind.RATING, ("ab", ""), b""
    )


def test_a_persons_stream_hangs_on_a_secret() -> None:
    """With it gone, nobody can compute the stream from what the person is known by."""
    streams = {
        stream_of(EntryKind.PERSON, (ANNA,), secret) for secret in (b"", b"1" * 32, b"2" * 32)
    }
    assert len(streams) == 3


def test_every_kind_has_an_event_of_its_own() -> None:
    """What the log's topics say is what is described."""
    assert set(KINDS) == set(DESCRIPTION_TYPES)
    assert len(KINDS) == len(EntryKind)


@pytest.mark.parametrize(
    ("kind", "named"),
    [
        (EntryKind.COURSE, {(EntryKind.SERVICE, ("вода",))}),
        (EntryKind.OFFICE, set()),
        (
            EntryKind.PROGRAMME,
            {
                (EntryKind.COURSE, (COURSE,)),
                (EntryKind.POST, ("P.1",)),
                (EntryKind.OFFICE, ("O-1",)),
            },
        ),
        (EntryKind.PERSON, {(EntryKind.OFFICE, ("O-1",)), (EntryKind.POST, ("P.1",))}),
        (EntryKind.LINK, set()),
        (EntryKind.EXEMPTION, {(EntryKind.PROGRAMME, ("windows",))}),
        (EntryKind.REVOCATION, {(EntryKind.PROGRAMME, ("windows",))}),
        (EntryKind.VISIT, {(EntryKind.OFFICE, ("O-1",))}),
        (EntryKind.RATING, {(EntryKind.OFFICE, ("O-1",))}),
    ],
)
def test_an_entry_names_others(
    kind: EntryKind, named: set[tuple[EntryKind, tuple[str, ...]]]
) -> None:
    """One or several by a member; a member that is left out names none."""
    assert set(references(kind, entry(kind))) == named
    bare = {name: v for name, v in entry(kind).items() if name not in REFERENCES.get(kind, {})}
    assert references(kind, bare) == []


def test_a_programme_names_the_courses_that_count_as_its_own() -> None:
    """Beside its own, as which they count."""
    equivalents = [{"course": OTHER, "counts_as": COURSE}]
    named = references(EntryKind.PROGRAMME, {"courses": [COURSE], "equivalents": equivalents})
    assert named == [(EntryKind.COURSE, (COURSE,)), (EntryKind.COURSE, (OTHER,))]


def test_a_link_is_about_the_identifier() -> None:
    """Linked to another person it is the same stream; a record of the identifier is another."""
    link, elsewhere = (
        entry(EntryKind.LINK),
        entry(EntryKind.LINK, person="mbox|mailto:other@centre.example"),
    )
    assert key_of(EntryKind.LINK, link) == key_of(EntryKind.LINK, elsewhere) == (link["agent"],)
    key = (link["agent"],)
    assert stream_of(EntryKind.LINK, key, b"1") != stream_of(EntryKind.PERSON, key, b"1")
