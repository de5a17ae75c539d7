"""A key as an aggregate, and the rights of an authenticated key (xAPI 1.0.3 part 3, 4.2).

| command | event | refused with |
|---|---|---|
| create | CredentialCreated | |
| revoke | CredentialRevoked; none where the key is revoked already | CredentialNotFound |
"""

from __future__ import annotations

import hmac
from collections.abc import Collection
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import TypedDict, Unpack
from uuid import UUID

from lrs.domain.errors import CredentialNotFound, Forbidden, OutsideLaunch
from lrs.domain.events import CredentialCreated, CredentialRevoked
from lrs.domain.launch import Launch
from lrs.domain.xapi.agent import JsonObject


class Scope(StrEnum):
    """A right of a key (xAPI 1.0.3 part 3, 4.2)."""

    ALL = "all"
    ALL_READ = "all/read"
    STATEMENTS_WRITE = "statements/write"
    STATEMENTS_READ = "statements/read"
    STATEMENTS_READ_MINE = "statements/read/mine"
    STATE = "state"
    PROFILE = "profile"
    DEFINE = "define"


MODULE = (
    Scope.STATEMENTS_WRITE,
    Scope.STATEMENTS_READ_MINE,
    Scope.STATE,
    Scope.PROFILE,
    Scope.DEFINE,
)
"""The scopes of a module: with `define` the names of its activities appear on the Activities
resource.
"""


_CACHED_RIGHTS = {
    "_writes": {Scope.ALL, Scope.STATEMENTS_WRITE},
    "_defines": {Scope.ALL, Scope.DEFINE},
    "_does_all": {Scope.ALL},
}


class KeyStatus(StrEnum):
    """Whether a key may be used, else why not."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Credential:
    """An authenticated key: its id, its scopes, and the authority of its statements.

    `expires` is in microseconds since the epoch, 0 for a key that does not expire. `launch` limits
    the statements of a launch key; None for any other key. `continues` are the names of keys whose
    documents the key may use as its own. `quota` is the limit on the bytes of its documents and
    attachments, 0 for the limit in the settings.
    """

    id: UUID
    label: str
    scopes: frozenset[Scope]
    authority: JsonObject
    expires: int = 0
    launch: Launch | None = None
    continues: tuple[str, ...] = ()
    quota: int = 0
    # Cached: each request asks several times, and looking up an enum's members in sets is slow.
    _writes: bool = field(init=False, repr=False)
    _defines: bool = field(init=False, repr=False)
    _does_all: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, scopes in _CACHED_RIGHTS.items():
            object.__setattr__(self, name, not self.scopes.isdisjoint(scopes))
        if self.launch is not None:  # a learner has the key, so no scope gives all rights
            object.__setattr__(self, "_does_all", False)

    @property
    def learner(self) -> str:
        """The agent key of a launch key's learner; empty for any other key."""
        return "" if self.launch is None else self.launch.learner

    def may_access(self, agent: str) -> bool:
        """Whether the key may use documents of that agent (1.0.3 part 3, 4.2: a scope is limited to
        the actors associated with the key, where these are known). `agent` is an agent key, empty
        for a document about no agent.
        """
        return not (agent and self.launch) or agent == self.learner

    def wrote_first(self, keeper: str) -> bool:
        """Whether a State or Agent Profile document that the key named `keeper` created counts as
        this key's own. `keeper` is empty in events of earlier versions, which did not record it.

        A launch key may use all documents of its learner. No agent is associated with any other
        key, so its own documents stand for the agents of 4.2.
        """
        is_own = self.launch is not None or not keeper or keeper == self.id.hex
        return is_own or keeper in self.continues or self._does_all

    def may_change(self, activity: str) -> bool:
        """Whether the key may change documents of that activity (4.2: a scope is limited to the
        activities associated with the key, too). `activity` is an IRI, empty for a document about
        no activity.
        """
        launch = self.launch
        return not activity or launch is None or not launch.is_bound or launch.covers(activity)

    def is_over(self, at: int) -> bool:
        """Whether the key had expired at that instant, in microseconds since the epoch."""
        return 0 < self.expires <= at

    def may_write(self) -> bool:
        return self._writes

    def may_read(self) -> bool:
        return bool(self.scopes & {Scope.ALL, Scope.ALL_READ, Scope.STATEMENTS_READ})

    def may_read_mine(self) -> bool:
        """Whether the key may read statements, or at least those that it wrote itself."""
        return self.may_read() or Scope.STATEMENTS_READ_MINE in self.scopes

    def may_define(self) -> bool:
        """Whether names of agents and definitions of activities in its statements count."""
        return self._defines

    def may_keep(self, documents: Scope) -> bool:
        """Whether the key may write documents; `documents` is the scope STATE or PROFILE."""
        return bool(self.scopes & {Scope.ALL, documents})

    def may_see(self, documents: Scope) -> bool:
        """Whether the key may read documents; `documents` is the scope STATE or PROFILE."""
        return bool(self.scopes & {Scope.ALL, Scope.ALL_READ, documents})

    def may_see_all(self) -> bool:
        """Whether the key may read the documents of all keys."""
        return bool(self.scopes & {Scope.ALL, Scope.ALL_READ})

    def may_look_up(self) -> bool:
        """Whether the key may read the names of agents and the definitions of activities."""
        return self.may_read() or bool(self.scopes & {Scope.STATE, Scope.PROFILE, Scope.DEFINE})

    def may_report(self) -> bool:
        return self.launch is None and bool(self.scopes & {Scope.ALL, Scope.ALL_READ})

    def may_do_all(self) -> bool:
        """Whether the key may void any statement, and state another authority."""
        return self._does_all


def too_narrow(by: Credential, scopes: str) -> Forbidden:
    """The error for a key with none of these scopes; a launch key's does not name other scopes."""
    if by.launch is not None:
        return OutsideLaunch("launch-scope")
    return Forbidden("scope-too-narrow", scopes=scopes)


class KeyTerms(TypedDict, total=False):
    """The members of CredentialCreated beside label, scopes and expiry, as documented there."""

    learner: str
    activity: str
    any_activity: bool
    continues: tuple[str, ...]
    quota: int
    by: str


@dataclass(frozen=True, slots=True)
class CredentialState:
    """A key by its stream: the stream's id, the version of its last event (0 before the first), the
    event that created the key (None if there is none), and whether the key is revoked.
    """

    stream: UUID
    version: int = 0
    created: CredentialCreated | None = None
    is_revoked: bool = False

    def status(self, at: int) -> KeyStatus:
        """Whether the key may be used at that instant, in microseconds since the epoch."""
        if self.created is None or self.is_revoked:
            return KeyStatus.REVOKED
        is_expired = 0 < self.created.expires <= at
        return KeyStatus.EXPIRED if is_expired else KeyStatus.GOOD

    def opens(self, secret: str) -> bool:
        """Whether the secret is the key's. The check takes as long if there is no key, so that its
        duration does not reveal which keys exist.
        """
        salt = self.created.salt if self.created else "00" * 32
        digest = self.created.digest if self.created else "00" * 32
        is_same = hmac.compare_digest(_hashed(bytes.fromhex(salt), secret), bytes.fromhex(digest))
        return is_same and self.created is not None


def evolve(state: CredentialState, event: CredentialCreated | CredentialRevoked) -> CredentialState:
    """The state after one more event of the stream."""
    if isinstance(event, CredentialCreated):
        return CredentialState(state.stream, event.originator_version, event)
    return replace(state, version=event.originator_version, is_revoked=True)


def create(
    stream: UUID,
    secret: str,
    salt: bytes,
    label: str,
    scopes: Collection[Scope],
    expires: int,
    **terms: Unpack[KeyTerms],
) -> CredentialCreated:
    """The event of a key's creation. Of the secret it holds only the hash, keyed with the 32 random
    bytes of `salt`. `expires` is in microseconds since the epoch, 0 for a key that does not expire.
    """
    return CredentialCreated(
        originator_id=stream,
        originator_version=1,
        label=label,
        scopes=tuple(sorted(scopes)),
        salt=salt.hex(),
        digest=_hashed(salt, secret).hex(),
        expires=expires,
        **terms,
    )


def revoke(state: CredentialState, by: str) -> CredentialRevoked | None:
    """The event of the key's revocation; None if it is revoked already. CredentialNotFound if there
    is no key. `by` is the operating-system user.
    """
    if state.created is None:
        raise CredentialNotFound("credential-not-found")
    if state.is_revoked:
        return None
    return CredentialRevoked(state.stream, state.version + 1, by)


def _hashed(salt: bytes, secret: str) -> bytes:
    """HMAC-SHA-256: strong enough for a secret of 256 random bits, and fast, since each request
    computes it.
    """
    return hmac.digest(salt, secret.encode(), "sha256")
