from __future__ import annotations

from uuid import UUID

import pytest

from lrs.domain.aggregates.catalogue_entry import (
    KINDS,
    REFERENCES,
    SHAPES,
    EntryKind,
    EntryState,
    describe,
    evolve,
    key_of,
    references,
    stream_of,
    withdraw,
)
from lrs.domain.errors import EntryNotFound
from lrs.domain.events import DESCRIPTION_TYPES, Described, EntryWithdrawn
from lrs.domain.xapi.agent import JsonObject
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


STREAM = UUID(int=7)
NORTH, SOUTH = ({"code": "1", "title": {"ru": title}} for title in ("Север", "Юг"))


def after(*entries: JsonObject | None) -> EntryState | None:
    """The state of an office that was described so, None for withdrawn, in this order."""
    state: EntryState | None = None
    for said in entries:
        event: Described | EntryWithdrawn | None
        if said is None:
            event = withdraw(state, STREAM, "a mistake", "me")
        else:
            event = describe(state, EntryKind.OFFICE, STREAM, said, "me")
        if event is not None:
            state = evolve(state, event)
    return state


def test_a_description_replaces_the_one_before() -> None:
    assert after(NORTH) == EntryState(1, NORTH)
    assert after(NORTH, SOUTH) == EntryState(2, SOUTH)


def test_what_says_the_same_is_no_event() -> None:
    assert describe(after(NORTH), EntryKind.OFFICE, STREAM, NORTH, "me") is None
    assert after(NORTH, NORTH) == EntryState(1, NORTH)


def test_what_was_withdrawn_may_be_described_again() -> None:
    """The stream goes on counting; the same words are news then."""
    assert after(NORTH, None) == EntryState(2, None)
    assert after(NORTH, None, NORTH) == EntryState(3, NORTH)


@pytest.mark.parametrize("before", [(), (NORTH, None)])
def test_what_does_not_hold_cannot_be_withdrawn(before: tuple[JsonObject | None, ...]) -> None:
    with pytest.raises(EntryNotFound):
        withdraw(after(*before), STREAM, "a mistake", "me")


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


def test_an_entry_keeps_its_stream_from_version_to_version() -> None:
    """Its history would begin anew in another one."""
    course = stream_of(EntryKind.COURSE, ("https://centre.example.org/courses/fire",), b"")
    assert course == UUID("164668fc-998a-437f-bd42-79f8c67049ed")
    person = stream_of(EntryKind.PERSON, ("mbox|mailto:anna@example.org",), b"s" * 32)
    assert person == UUID("cfe080fa-e866-4617-9984-63e668c5ab3a")
