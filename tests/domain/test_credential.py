"""A key's state, what is decided on it, and what events make of it."""

from __future__ import annotations

from functools import reduce
from uuid import UUID

import pytest

from lrs.domain.aggregates.credential import (
    MODULE,
    Credential,
    CredentialState,
    KeyStatus,
    Scope,
    create,
    evolve,
    revoke,
)
from lrs.domain.errors import CredentialNotFound
from lrs.domain.events import CredentialCreated, CredentialRevoked

STREAM, SECRET, SALT = UUID(int=7), "5" * 64, b"s" * 32
NEW = CredentialState(STREAM)
ENDS = 1_900_000_000_000_000


def created(expires: int = 0) -> CredentialCreated:
    return create(STREAM, SECRET, SALT, "course module", MODULE, expires, by="root")


def after(*events: CredentialCreated | CredentialRevoked) -> CredentialState:
    return reduce(evolve, events, NEW)


def revoked(state: CredentialState) -> CredentialRevoked:
    event = revoke(state, "root")
    assert event is not None
    return event


def test_a_key_begins_its_stream() -> None:
    event = created()
    assert (event.originator_id, event.originator_version) == (STREAM, 1)
    assert (event.label, event.by) == ("course module", "root")
    assert event.scopes == tuple(sorted(MODULE))
    assert after(event) == CredentialState(STREAM, 1, event)


def test_the_secret_is_not_in_the_event() -> None:
    """A hash of it is, under a salt: the same secret gives another hash in another key."""
    event, other = created(), create(STREAM, SECRET, b"t" * 32, "course module", MODULE, 0)
    assert SECRET not in repr(event)
    assert event.digest != other.digest


def test_the_secret_alone_opens_the_key() -> None:
    assert after(created()).opens(SECRET)
    assert not after(created()).opens("6" * 64)
    assert not NEW.opens(SECRET)


@pytest.mark.parametrize(
    ("expires", "at", "status"),
    [
        (0, ENDS, KeyStatus.GOOD),
        (ENDS, ENDS - 1, KeyStatus.GOOD),
        (ENDS, ENDS, KeyStatus.EXPIRED),
        (ENDS, ENDS + 1, KeyStatus.EXPIRED),
    ],
)
def test_a_key_is_good_until_it_expires(expires: int, at: int, status: KeyStatus) -> None:
    """One that expires at 0 has no end."""
    assert after(created(expires)).status(at) is status


@pytest.mark.parametrize("expires", [0, ENDS])
def test_a_revoked_key_is_revoked_for_good(expires: int) -> None:
    """Whether or not its time is over."""
    state = after(created(expires))
    event = revoked(state)
    assert (event.originator_id, event.originator_version, event.by) == (STREAM, 2, "root")
    assert evolve(state, event).is_revoked
    assert evolve(state, event).status(ENDS) is KeyStatus.REVOKED


def test_revoking_again_is_no_event() -> None:
    state = after(created())
    assert revoke(evolve(state, revoked(state)), "root") is None


def test_a_key_that_nobody_created_is_not_revoked() -> None:
    with pytest.raises(CredentialNotFound):
        revoke(NEW, "root")


def test_a_key_that_nobody_created_is_not_good() -> None:
    """Nor one whose creation was erased."""
    assert NEW.status(0) is not KeyStatus.GOOD
    assert CredentialState(STREAM, 1).status(0) is not KeyStatus.GOOD


def test_what_a_key_is_handed_out_with_is_in_the_event() -> None:
    event = create(
        STREAM,
        SECRET,
        SALT,
        "launch",
        [Scope.STATE],
        ENDS,
        learner="mbox|mailto:a@b.org",
        activity="https://a/1",
        any_activity=True,
        continues=("ab" * 16,),
        quota=5,
    )
    assert (event.learner, event.activity) == ("mbox|mailto:a@b.org", "https://a/1")
    assert (event.any_activity, event.continues, event.quota) == (True, ("ab" * 16,), 5)
    assert (event.scopes, event.expires) == (("state",), ENDS)


def test_a_key_that_is_no_learners_has_no_learner() -> None:
    """Its requests are about nobody by themselves."""
    assert Credential(STREAM, "module", frozenset(MODULE), {}).learner == ""
