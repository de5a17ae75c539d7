"""Keys: made, listed, revoked, and checked on every request. They are events in the log."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import UUID, uuid4

from lrs.domain.aggregates.credential import Credential, KeyStatus, Scope, hashed, opens
from lrs.domain.errors import CredentialConflict, CredentialNotFound, Unauthenticated
from lrs.domain.events import CredentialCreated, CredentialRevoked
from lrs.ledger import Ledger, VersionTaken
from lrs.service.key_log import KeyLog, KeyRecord

REMEMBERED_FOR = 5.0
"""Seconds for which a checked key is not looked up again: how late a revocation may bite."""

REMEMBERED = 1_000
SECRET_BYTES = 32
_MICROSECOND = timedelta(microseconds=1)

# Checked instead of a key that does not exist, so that unknown and wrong take equal time.
_NOBODY = CredentialCreated(UUID(int=0), 1, "", (), "00" * 32, "00" * 32)


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


class CredentialService:
    """Keys on one ledger. `authority_homepage` is the account homePage of their authorities;
    `clock` says for how long a key is remembered, the ledger's when its time is over. `used` is
    told of each key that was found good, and of the instant.
    """

    def __init__(
        self,
        ledger: Ledger,
        authority_homepage: str,
        *,
        clock: Callable[[], float] = monotonic,
        used: Callable[[UUID, int], None] = lambda _key, _at: None,
    ) -> None:
        self._ledger = ledger
        self._keys = KeyLog(ledger, authority_homepage)
        self._clock = clock
        self._used = used
        self._checked: dict[bytes, tuple[float, Credential]] = {}
        self._looked: dict[UUID, float] = {}
        """Until when a key that was not revoked is not looked up again."""
        self._latest = 0
        self._lock = threading.Lock()

    def now(self) -> int:
        """The clock that ends keys, in microseconds. It never steps back in this process, and is
        never behind the last event of the log: an expired key stays expired.
        """
        self._latest = max(self._latest, self._ledger.now(), self._ledger.reader.head()[1])
        return self._latest

    def create(
        self,
        label: str,
        scopes: Collection[Scope],
        *,
        lasting: timedelta | None = None,
        until: int = 0,
        learner: str = "",
        activity: str = "",
        any_activity: bool = False,
        continues: Sequence[str] = (),
        quota: int = 0,
        by: str = "",
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
        key = NewKey(uuid4(), secret, label, tuple(sorted(scopes)), expires)
        salt = secrets.token_bytes(32)
        event = CredentialCreated(
            originator_id=key.id,
            originator_version=1,
            label=label,
            scopes=key.scopes,
            salt=salt.hex(),
            digest=hashed(salt, key.secret).hex(),
            expires=expires,
            learner=learner,
            activity=activity,
            any_activity=any_activity,
            continues=tuple(continues),
            quota=quota,
            by=by,
        )
        self._ledger.append([event])
        return key

    def revoke(self, id: UUID, by: str = "") -> None:
        """Make a key useless, for good. Raises CredentialNotFound; repeating it is no error."""
        if self._keys.one(id) is None:
            raise CredentialNotFound("credential-not-found")
        try:
            self._ledger.append([CredentialRevoked(originator_id=id, originator_version=2, by=by)])
        except VersionTaken:
            return

    def named(self, name: str) -> Credential:
        """The key of that name; else the one that is good and has the label. Raises
        CredentialNotFound, and CredentialConflict where several good keys have the label.
        """
        entries = self.entries()
        id = _stream_of(name)
        for entry in entries:
            if entry.credential.id == id:
                return entry.credential
        found = [one.credential for one in entries if _is_good(one, name)]
        if len(found) > 1:
            names = ", ".join(one.id.hex for one in found)
            raise CredentialConflict("label-ambiguous", names=names)
        if not found:
            raise CredentialNotFound("credential-not-found")
        return found[0]

    def require_free(self, label: str) -> None:
        """Raises CredentialConflict where a good key that is no learner's has the label."""
        for one in self.entries():
            if _is_good(one, label) and one.credential.launch is None:
                raise CredentialConflict("label-taken", name=one.credential.id.hex)

    def all(self) -> list[tuple[Credential, KeyStatus]]:
        """Every key ever made, oldest first, and how it stands."""
        return [(entry.credential, entry.standing) for entry in self.entries()]

    def entries(self) -> list[KeyRecord]:
        """Every key ever made, oldest first, with its past."""
        return self._keys.all(self.now())

    def check(self, name: str, secret: str) -> Credential:
        """The credential of a user name and password. Raises Unauthenticated: to whoever has the
        secret it tells that the key's time is over, to all others nothing more.

        A good key is remembered for REMEMBERED_FOR seconds; bad ones never, and unknown names
        cost what wrong secrets cost.
        """
        credential = self._opened(name, secret)
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
        if self._looked.get(by.id, 0.0) > self._clock():
            return
        made = self._keys.one(by.id)
        if made is not None and made.is_revoked:
            raise Unauthenticated("unauthenticated")
        with self._lock:
            self._looked[by.id] = self._clock() + REMEMBERED_FOR

    def operator(self, label: str) -> Credential:
        """Whoever runs commands on the machine itself: everything is allowed to them."""
        authority = self._keys.authority(label, label)
        return Credential(UUID(int=0), label, frozenset({Scope.ALL}), authority)

    def _opened(self, name: str, secret: str) -> Credential:
        """The credential of a key that is not revoked, whether or not its time is over."""
        proof = hashlib.sha256(f"{name}:{secret}".encode()).digest()
        kept = self._checked.get(proof)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        made = self._keys.one(_stream_of(name))
        good = opens(made.created if made else _NOBODY, secret)
        if made is None or not good or made.is_revoked:
            raise Unauthenticated("unauthenticated")
        credential = self._keys.credential(made.created, made.stored)
        self._remember(proof, credential)
        return credential

    def _require_time(self, by: Credential) -> None:
        if by.expires and by.is_over(self.now()):
            raise Unauthenticated("key-expired")

    def _remember(self, proof: bytes, credential: Credential) -> None:
        with self._lock:
            if len(self._checked) >= REMEMBERED:
                self._checked.clear()
                self._looked.clear()
            until = self._clock() + REMEMBERED_FOR
            self._checked[proof] = (until, credential)
            self._looked[credential.id] = until


def _is_good(entry: KeyRecord, label: str) -> bool:
    return entry.standing is KeyStatus.GOOD and entry.credential.label == label


def _stream_of(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return UUID(int=0)
