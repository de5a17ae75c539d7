"""A key as an aggregate, and what an authenticated one may do (xAPI 1.0.3 part 3, 4.2).

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
    """What a key is good for."""

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
"""What a module needs: `define` has its activities' names appear on the Activities resource."""


_ASKED_OFTEN = {
    "_writes": {Scope.ALL, Scope.STATEMENTS_WRITE},
    "_defines": {Scope.ALL, Scope.DEFINE},
    "_does_all": {Scope.ALL},
}


class KeyStatus(StrEnum):
    """Whether a key may be used, and if not, why."""

    GOOD = "good"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class Credential:
    """An authenticated key: its id, its scopes, and the Agent its statements are vouched by.

    `expires` is in microseconds since the epoch, 0 for a key without an end. `launch` says what a
    learner's key may speak of; None for a key that is no learner's. `continues` are the names of
    keys whose documents are as its own. `quota` is how many bytes of documents and attachments it
    may bring, 0 for what the settings say.
    """

    id: UUID
    label: str
    scopes: frozenset[Scope]
    authority: JsonObject
    expires: int = 0
    launch: Launch | None = None
    continues: tuple[str, ...] = ()
    quota: int = 0
    # Asked several times in every request, and an enum's members are slow to find in sets.
    _writes: bool = field(init=False, repr=False)
    _defines: bool = field(init=False, repr=False)
    _does_all: bool = field(init=False, repr=False)

    def __post_init__(self) -> None:
        for name, scopes in _ASKED_OFTEN.items():
            object.__setattr__(self, name, not self.scopes.isdisjoint(scopes))
        if self.launch is not None:  # who holds it is a learner, whatever its scopes
            object.__setattr__(self, "_does_all", False)

    @property
    def learner(self) -> str:
        """The agent key of the person it was handed to; empty for a key that is no learner's."""
        return "" if self.launch is None else self.launch.learner

    def may_access(self, agent: str) -> bool:
        """Whether documents of that agent are within its reach (1.0.3 part 3, 4.2: a scope is
        limited to actors associated with the key, where that can be told). Empty for no agent's.
        """
        return not (agent and self.launch) or agent == self.learner

    def wrote_first(self, keeper: str) -> bool:
        """Whether a document of State or Agent Profile that this key stored first is as its own.
        Which agents belong to a key without a learner, only these tell; a learner's key has all of
        its learner's. `keeper` is empty where an earlier version of the program did not keep it.
        """
        own = self.launch is not None or not keeper or keeper == self.id.hex
        return own or keeper in self.continues or self._does_all

    def may_change(self, activity: str) -> bool:
        """Whether it may change documents of that activity (4.2: the scopes are limited to
        activities associated with the key, too). Empty for no activity's.
        """
        launch = self.launch
        return not activity or launch is None or not launch.is_bound or launch.covers(activity)

    def is_over(self, at: int) -> bool:
        """Whether its time was over at that instant."""
        return 0 < self.expires <= at

    def may_write(self) -> bool:
        return self._writes

    def may_read(self) -> bool:
        return bool(self.scopes & {Scope.ALL, Scope.ALL_READ, Scope.STATEMENTS_READ})

    def may_read_mine(self) -> bool:
        """Whether it may read at all, if only what it wrote itself."""
        return self.may_read() or Scope.STATEMENTS_READ_MINE in self.scopes

    def may_define(self) -> bool:
        """Whether its statements count for what activities and agents are called."""
        return self._defines

    def may_keep(self, documents: Scope) -> bool:
        """Whether it may write documents, those of STATE or of PROFILE."""
        return bool(self.scopes & {Scope.ALL, documents})

    def may_see(self, documents: Scope) -> bool:
        """Whether it may read documents, those of STATE or of PROFILE."""
        return bool(self.scopes & {Scope.ALL, Scope.ALL_READ, documents})

    def may_see_all(self) -> bool:
        """Whether it reads documents whoever keeps them."""
        return bool(self.scopes & {Scope.ALL, Scope.ALL_READ})

    def may_look_up(self) -> bool:
        """Whether it may ask what an agent is called and what an activity is."""
        return self.may_read() or bool(self.scopes & {Scope.STATE, Scope.PROFILE, Scope.DEFINE})

    def may_report(self) -> bool:
        return self.launch is None and bool(self.scopes & {Scope.ALL, Scope.ALL_READ})

    def may_do_all(self) -> bool:
        """The right to void any statement, and to pass on another's authority."""
        return self._does_all


def too_narrow(by: Credential, scopes: str) -> Forbidden:
    """What to raise where the key has none of these scopes; a learner is told of no wider key."""
    if by.launch is not None:
        return OutsideLaunch("launch-scope")
    return Forbidden("scope-too-narrow", scopes=scopes)


class KeyTerms(TypedDict, total=False):
    """What a key is handed out with beside its label, scopes and end; the members of the event that
    creates it say what each is.
    """

    learner: str
    activity: str
    any_activity: bool
    continues: tuple[str, ...]
    quota: int
    by: str


@dataclass(frozen=True, slots=True)
class CredentialState:
    """A key as its stream has it: the stream, the version of its last event, 0 before the first,
    what the key was created with, None where there is none, and whether it is revoked.
    """

    stream: UUID
    version: int = 0
    created: CredentialCreated | None = None
    is_revoked: bool = False

    def status(self, at: int) -> KeyStatus:
        """Whether the key may be used at that instant, in microseconds since the epoch."""
        if self.created is None or self.is_revoked:
            return KeyStatus.REVOKED
        is_over = 0 < self.created.expires <= at
        return KeyStatus.EXPIRED if is_over else KeyStatus.GOOD

    def opens(self, secret: str) -> bool:
        """Whether the secret is the key's; finding out takes as long where there is no key."""
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
    """The event that a key is handed out. Of the secret, which nobody keeps, it has a hash under
    the 32 random bytes of `salt`.
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
    """The event that a user of the operating system revokes the key; None where it is revoked."""
    if state.created is None:
        raise CredentialNotFound("credential-not-found")
    if state.is_revoked:
        return None
    return CredentialRevoked(state.stream, state.version + 1, by)


def _hashed(salt: bytes, secret: str) -> bytes:
    """HMAC-SHA-256: enough for a secret of 256 random bits, and fast on every request."""
    return hmac.digest(salt, secret.encode(), "sha256")
