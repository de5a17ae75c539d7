"""Keys: created, listed, revoked, and checked on every request. They are events in the log."""

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
"""Seconds for which a checked key is not looked up again: how late a revocation may bite."""

REMEMBERED = 1_000
SECRET_BYTES = 32
_MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True, slots=True)
class NewKey:
    """A key as it is shown, once: the secret is not kept."""

    id: UUID
    secret: str
    label: str
    scopes: tuple[Scope, ...]
    expires: int = 0
    """In microseconds since the epoch; 0 for a key without an end."""

    @property
    def name(self) -> str:
        """The user name for Basic authentication."""
        return self.id.hex


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key in the list of all, whether it may be used, and its past."""

    credential: Credential
    status: KeyStatus
    past: LoggedKey


class CredentialService:
    """Keys on one ledger. `authority_homepage` is the account homePage of their authorities;
    `timeout` bounds a command with its repetitions, in seconds; `clock` says for how long a key is
    remembered, the ledger's when its time is over. `used` is told of each key that was found good,
    and of the instant.
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
        """Until when a key that was not revoked is not looked up again."""
        self._last_instant = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """The clock that ends keys, in microseconds. It never steps back in this process, and is
        never behind the last event of the log: an expired key stays expired.
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
        """Hand out a key with 256 random bits of secret, good for so long, until that instant, or
        without an end; with a `learner`, an agent key, it speaks for that person alone, and of that
        `activity` alone unless of any: lrs.domain.launch. `continues` are the names of keys whose
        documents it reaches as its own; `quota` is how many bytes of documents and attachments it
        may bring, 0 for what the settings say.
        """
        # In hex, as no command line takes that for an option; a "-" may begin other alphabets.
        secret = secrets.token_hex(SECRET_BYTES)
        expires = until if lasting is None else self.now() + lasting // _MICROSECOND
        salt = secrets.token_bytes(32)
        event = create(uuid4(), secret, salt, label, scopes, expires, **terms)
        self._ledger.append([event])
        return NewKey(event.originator_id, secret, label, tuple(sorted(scopes)), expires)

    def revoke(self, id: UUID, by: str = "") -> None:
        """Make a key useless, for good. Raises CredentialNotFound; repeating it is no error."""
        run_command(self._ledger, lambda: [revoke(self._keys.one(id).state, by)], self._timeout)

    def named(self, name: str) -> Credential:
        """The key of that name; else the one that is good and has the label. Raises
        CredentialNotFound, and CredentialConflict where several good keys have the label.
        """
        records, id = self.records(), _stream_of(name)
        for record in records:
            if record.credential.id == id:
                return record.credential
        found = [record.credential for record in records if _is_good(record, name)]
        if len(found) > 1:
            names = ", ".join(credential.id.hex for credential in found)
            raise CredentialConflict("label-ambiguous", names=names)
        if not found:
            raise CredentialNotFound("credential-not-found")
        return found[0]

    def require_free(self, label: str) -> None:
        """Raises CredentialConflict where a good key that is no learner's has the label."""
        for record in self.records():
            if _is_good(record, label) and record.credential.launch is None:
                raise CredentialConflict("label-taken", name=record.credential.id.hex)

    def all(self) -> list[tuple[Credential, KeyStatus]]:
        """Every key ever created, oldest first, and whether it may be used."""
        return [(record.credential, record.status) for record in self.records()]

    def records(self) -> list[KeyRecord]:
        """Every key ever created, oldest first, with its past."""
        now = self.now()
        return [
            KeyRecord(self._credential(created, key.created), key.state.status(now), key)
            for key in self._keys.all()
            if (created := key.state.created)
        ]

    def check(self, name: str, secret: str) -> Credential:
        """The credential of a user name and password. Raises Unauthenticated: to whoever has the
        secret it tells that the key's time is over, to all others nothing more.

        A good key is remembered for REMEMBERED_FOR seconds; bad ones never, and unknown names
        cost what wrong secrets cost.
        """
        credential = self._authenticated(name, secret)
        self._require_time(credential)
        self._used(credential.id, self._ledger.now())
        return credential

    def recheck(self, by: Credential) -> None:
        """Raises Unauthenticated where a key that was good when its request began is good no more:
        asked right before anything is stored, since a body may take long to come in.
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
        """Whoever runs commands on the machine itself: everything is allowed to them."""
        authority = self._authority(label, label)
        return Credential(UUID(int=0), label, frozenset({Scope.ALL}), authority)

    def _authenticated(self, name: str, secret: str) -> Credential:
        """The credential of a key that is not revoked, whether or not its time is over."""
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
        """What the key may do; a launch begins when the event was stored."""
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
        """Who vouches for what is sent with the key of that name."""
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
