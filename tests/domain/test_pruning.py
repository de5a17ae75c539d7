"""Which bytes nobody needs any more, and which may be missing: from events alone."""

from __future__ import annotations

from uuid import UUID

import pytest

from lrs.domain.events import DocumentBytesPruned, DocumentDeleted, DocumentStored
from lrs.domain.pruning import DocumentChange, Need, Presence, faults, needs, presences
from lrs.domain.xapi.document import DocumentKind


def stored(sha2: str, kind: DocumentKind = DocumentKind.STATE, size: int = 3) -> DocumentStored:
    return DocumentStored(UUID(int=1), 1, kind.value, sha2, "", size)


DELETED = DocumentDeleted(UUID(int=1), 2)


def test_a_version_needs_its_bytes_until_it_is_superseded() -> None:
    """Since the last of those events they are needed by one less."""
    one, two = stored("one"), stored("two")
    changes = [
        DocumentChange(1, 10, one, None),
        DocumentChange(2, 20, two, one),
        DocumentChange(3, 30, DELETED, two),
    ]
    assert needs(changes[:1]) == {"one": Need(1)}
    assert needs(changes) == {"one": Need(0, 20), "two": Need(0, 30)}


def test_the_same_bytes_again_are_needed_once() -> None:
    one = stored("one")
    assert needs([DocumentChange(1, 10, one, None), DocumentChange(2, 20, one, one)]) == {
        "one": Need(1, 20)
    }


@pytest.mark.parametrize("kind", [DocumentKind.AGENT_PROFILE, DocumentKind.ACTIVITY_PROFILE])
def test_profiles_need_theirs_for_ever(kind: DocumentKind) -> None:
    one = stored("one", kind)
    assert needs([DocumentChange(1, 10, one, None), DocumentChange(2, 20, DELETED, one)]) == {
        "one": Need(1)
    }


def test_what_is_erased_takes_nothing_back() -> None:
    """Nobody knows which bytes it named: they stay."""
    assert needs([DocumentChange(2, 20, DELETED, None)]) == {}


@pytest.mark.parametrize(
    ("pruned", "sizes", "presence"),
    [
        ((), {"a": 3}, Presence.THERE),
        ((5,), {}, Presence.PRUNED),
        ((5,), {"a": 3}, Presence.THERE),
        ((4,), {}, Presence.MISSING),
        ((), {}, Presence.MISSING),
        ((), {"a": 2}, Presence.ALTERED),
        ((5,), {"a": 2}, Presence.ALTERED),
    ],
)
def test_only_an_event_accounts_for_bytes_that_are_not_there(
    pruned: tuple[int, ...], sizes: dict[str, int], presence: Presence
) -> None:
    """One that names that version; bytes of a pruned one may be there again for another's sake."""
    events = {9: DocumentBytesPruned(UUID(int=2), 1, pruned, 3, 100)} if pruned else {}
    found = presences({5: stored("a")}, events, sizes)
    assert found == {5: presence}
    assert list(faults(found)) == ([5] if presence.value in ("missing", "altered") else [])


def test_an_event_accounts_for_nothing_that_comes_later() -> None:
    """It names positions before its own; another one is a mistake or a forgery."""
    events = {4: DocumentBytesPruned(UUID(int=2), 1, (5,), 3, 100)}
    assert presences({5: stored("a")}, events, {}) == {5: Presence.MISSING}
