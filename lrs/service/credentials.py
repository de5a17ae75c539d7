"""Keys, which are events in the log: creating, listing, revoking and checking them."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from typing import Unpack
from uuid import UUID, uuid4

from lrs.domain.aggregates.credential import (
    Credential,
    KeyStatus,
    KeyTerms,
    Scope,
    create,
    revoke,
)
from lrs.domain.errors import CredentialConflict, CredentialNotFound, Unauthenticated
from lrs.domain.events import CredentialCreated
from lrs.domain.launch import Launch
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import Ledger
from lrs.service.key_log import KeyLog, LoggedKey
from lrs.service.retry import run_command

REMEMBERED_FOR = 5.0
"""Seconds for which a checked key is not looked up again, so a revocation may take as long."""

REMEMBERED = 1_000
"""The most checked keys that are remembered."""

SECRET_BYTES = 32
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A new key with its secret, which is shown once and not stored."""

    id: UUID
    secret: str
    label: str
    scopes: tuple[Scope, ...]
    expires: int = 0
    """In microseconds since the epoch; 0 for a key that does not expire."""

    @property
    def name(self) -> str:
        """The user name for Basic authentication."""
        return self.id.hex


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key, its status, and its history in the log."""

    credential: Credential
    status: KeyStatus
    past: LoggedKey


class CredentialService:
    """The keys of one ledger. `authority_homepage` is the account homePage of their authorities;
    `timeout` limits a command with its retries, in seconds. `clock` (in seconds) measures how long
    a checked key is remembered; the ledger's clock decides whether a key has expired. `used` is
    called with each key that was valid, and the instant.
    """

    def __init__(
        self,
        ledger: Ledger,
        authority_homepage: str,
        *,
        timeout: float = 4.0,
        clock: Callable[[], float] = monotonic,
        used: Callable[[UUID, int], None] = lambda _key, _at: None,
    ) -> None:
        self._ledger = ledger
        self._keys = KeyLog(ledger)
        self._homepage = authority_homepage
        self._timeout = timeout
        self._clock = clock
        self._used = used
        self._checked: dict[bytes, tuple[float, Credential]] = {}
        self._rechecked: dict[UUID, float] = {}
        """Until when, by `clock`, a key that was not revoked is not looked up again."""
        self._last_instant = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """The time that decides whether keys have expired, in microseconds. It never goes back in
        this process and is never before the log's last event, so an expired key stays expired.
        """
        _, stored = self._ledger.reader.head()
        self._last_instant = max(self._last_instant, self._ledger.now(), stored)
        return self._last_instant

    def create(
        self,
        label: str,
        scopes: Collection[Scope],
        *,
        lasting: timedelta | None = None,
        until: int = 0,
        **terms: Unpack[KeyTerms],
    ) -> NewKey:
        """Create a key with a secret of 256 random bits. It is valid for the time `lasting`, or up
        to the instant `until`, or without limit. The other terms are those of KeyTerms.
        """
        # In hex, because a secret in another alphabet may begin with "-", like an option.
        secret = secrets.token_hex(SECRET_BYTES)
        expires = until if lasting is None else self.now() + lasting // _MICROSECOND
        salt = secrets.token_bytes(32)
        event = create(uuid4(), secret, salt, label, scopes, expires, **terms)
        self._ledger.append([event])
        return NewKey(event.originator_id, secret, label, tuple(sorted(scopes)), expires)

    def revoke(self, id: UUID, by: str = "") -> None:
        """Revoke a key for ever. Raises CredentialNotFound. Revoking it again is no error."""
        run_command(self._ledger, lambda: [revoke(self._keys.one(id).state, by)], self._timeout)

    def named(self, name: str) -> Credential:
        """The key with that name, else the valid key with that label. Raises CredentialNotFound,
        and CredentialConflict if several valid keys have the label.
        """
        records, id = self.records(), _stream_of(name)
        for record in records:
            if record.credential.id == id:
                return record.credential
        labelled = [record.credential for record in records if _is_good(record, name)]
        if len(labelled) > 1:
            names = ", ".join(credential.id.hex for credential in labelled)
            raise CredentialConflict("label-ambiguous", names=names)
        if not labelled:
            raise CredentialNotFound("credential-not-found")
        return labelled[0]

    def require_free(self, label: str) -> None:
        """Raises CredentialConflict if a valid key that is not a learner's has the label."""
        for record in self.records():
            if _is_good(record, label) and record.credential.launch is None:
                raise CredentialConflict("label-taken", name=record.credential.id.hex)

    def all(self) -> list[tuple[Credential, KeyStatus]]:
        """All keys ever created with their status, oldest first."""
        return [(record.credential, record.status) for record in self.records()]

    def records(self) -> list[KeyRecord]:
        """All keys ever created with status and history, oldest first."""
        now = self.now()
        return [
            KeyRecord(self._credential(created, key.created), key.state.status(now), key)
            for key in self._keys.all()
            if (created := key.state.created)
        ]

    def check(self, name: str, secret: str) -> Credential:
        """The credential for a user name and password. Raises Unauthenticated. Only a client with
        the right secret learns that the key has expired.

        A valid key is remembered for REMEMBERED_FOR seconds, an invalid one never. An unknown name
        takes as long as a wrong secret.
        """
        credential = self._authenticated(name, secret)
        self._require_time(credential)
        self._used(credential.id, self._ledger.now())
        return credential

    def recheck(self, by: Credential) -> None:
        """Raises Unauthenticated if the key has become invalid since its request began. Called
        right before anything is stored, since a body may take long to arrive.
        """
        if by.id.int == 0:  # an operator's command has no key
            return
        self._require_time(by)
        if self._rechecked.get(by.id, 0.0) > self._clock():
            return
        if self._keys.one(by.id).state.is_revoked:
            raise Unauthenticated("unauthenticated")
        with self._lock:
            self._rechecked[by.id] = self._clock() + REMEMBERED_FOR

    def operator(self, label: str) -> Credential:
        """The credential of an operator who runs commands on the machine: it allows everything."""
        authority = self._authority(label, label)
        return Credential(UUID(int=0), label, frozenset({Scope.ALL}), authority)

    def _authenticated(self, name: str, secret: str) -> Credential:
        """The credential of a key that is not revoked; it may have expired."""
        proof = hashlib.sha256(f"{name}:{secret}".encode()).digest()
        remembered = self._checked.get(proof)
        if remembered is not None and remembered[0] > self._clock():
            return remembered[1]
        key = self._keys.one(_stream_of(name))
        created = key.state.created
        if not key.state.opens(secret) or created is None or key.state.is_revoked:
            raise Unauthenticated("unauthenticated")
        credential = self._credential(created, key.created)
        self._remember(proof, credential)
        return credential

    def _credential(self, created: CredentialCreated, stored: int) -> Credential:
        """The credential of a key; its launch begins when the event was stored."""
        launch = Launch(
            created.learner, created.activity, created.any_activity, stored, created.expires
        )
        return Credential(
            created.originator_id,
            created.label,
            frozenset(map(Scope, created.scopes)),
            self._authority(created.label, created.originator_id.hex),
            created.expires,
            launch if created.learner else None,
            created.continues,
            created.quota,
        )

    def _authority(self, label: str, name: str) -> JsonObject:
        """The authority of statements that are sent with the key of that name."""
        account = {"homePage": self._homepage, "name": name}
        return {"objectType": "Agent", "name": label, "account": account}

    def _require_time(self, by: Credential) -> None:
        if by.expires and by.is_over(self.now()):
            raise Unauthenticated("key-expired")

    def _remember(self, proof: bytes, credential: Credential) -> None:
        with self._lock:
            if len(self._checked) >= REMEMBERED:
                self._checked.clear()
                self._rechecked.clear()
            until = self._clock() + REMEMBERED_FOR
            self._checked[proof] = (until, credential)
            self._rechecked[credential.id] = until


def _is_good(record: KeyRecord, label: str) -> bool:
    return record.status is KeyStatus.GOOD and record.credential.label == label


def _stream_of(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return UUID(int=0)
