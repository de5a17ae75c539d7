"""Keys: made, listed, revoked, and checked on every request. They are facts in the log."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import timedelta
from time import monotonic
from uuid import UUID, uuid4

from lrs.domain.agent import JsonObject
from lrs.domain.credential import Credential, Scope, Standing, hashed, opens
from lrs.domain.errors import CredentialNotFound, Unauthenticated
from lrs.domain.events import CredentialCreated, CredentialRevoked, Fact
from lrs.domain.launch import Launch
from lrs.ledger import AlreadyRecorded, Ledger
from lrs.ledger.rows import LoggedFact

REMEMBERED_FOR = 5.0
"""Seconds for which a checked key is not looked up again: how late a revocation may bite."""

REMEMBERED = 1_000
SECRET_BYTES = 32
PAGE = 500
_MICROSECOND = timedelta(microseconds=1)

_TOPICS = frozenset({CredentialCreated.TOPIC, CredentialRevoked.TOPIC})

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


class Credentials:
    """Keys on one ledger. `authority_homepage` is the account homePage of their authorities;
    `clock` says for how long a key is remembered, the ledger's when its time is over.
    """

    def __init__(
        self,
        ledger: Ledger,
        authority_homepage: str,
        *,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        self._ledger = ledger
        self._homepage = authority_homepage
        self._clock = clock
        self._checked: dict[bytes, tuple[float, Credential]] = {}
        self._lock = threading.Lock()

    def create(
        self,
        label: str,
        scopes: Collection[Scope],
        *,
        lasting: timedelta | None = None,
        learner: str = "",
        activity: str = "",
        any_activity: bool = False,
    ) -> NewKey:
        """Hand out a key with 256 random bits of secret, good for so long or without an end; with
        a `learner`, an agent key, it speaks for that person alone, and of that `activity` alone
        unless of any: lrs.domain.launch.
        """
        # In hex, as no command line takes that for an option; a "-" may begin other alphabets.
        secret = secrets.token_hex(SECRET_BYTES)
        expires = 0 if lasting is None else self._ledger.now() + lasting // _MICROSECOND
        key = NewKey(uuid4(), secret, label, tuple(sorted(scopes)), expires)
        salt = secrets.token_bytes(32)
        fact = CredentialCreated(
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
        )
        self._ledger.record([fact])
        return key

    def revoke(self, id: UUID) -> None:
        """Make a key useless, for good. Raises CredentialNotFound; repeating it is no error."""
        facts = self._ledger.stream(id)
        if not facts or not isinstance(facts[0], CredentialCreated):
            raise CredentialNotFound("credential-not-found")
        try:
            self._ledger.record([CredentialRevoked(originator_id=id, originator_version=2)])
        except AlreadyRecorded:
            return

    def all(self) -> list[tuple[Credential, Standing]]:
        """Every key ever made, oldest first, and how it stands."""
        now = self._ledger.now()
        facts = self._all_facts()
        revoked = {f.originator_id for _, f in facts if isinstance(f, CredentialRevoked)}
        made = [self._credential(f, at) for at, f in facts if isinstance(f, CredentialCreated)]

        def standing(credential: Credential) -> Standing:
            if credential.id in revoked:
                return Standing.REVOKED
            return Standing.EXPIRED if credential.is_over(now) else Standing.GOOD

        return [(credential, standing(credential)) for credential in made]

    def check(self, name: str, secret: str) -> Credential:
        """The credential of a user name and password. Raises Unauthenticated: to whoever has the
        secret it tells that the key's time is over, to all others nothing more.

        A good key is remembered for REMEMBERED_FOR seconds; bad ones never, and unknown names
        cost what wrong secrets cost.
        """
        credential = self._opened(name, secret)
        if credential.expires and credential.is_over(self._ledger.now()):
            raise Unauthenticated("key-expired")
        return credential

    def _opened(self, name: str, secret: str) -> Credential:
        """The credential of a key that is not revoked, whether or not its time is over."""
        proof = hashlib.sha256(f"{name}:{secret}".encode()).digest()
        kept = self._checked.get(proof)
        if kept is not None and kept[0] > self._clock():
            return kept[1]
        facts = self._decoded(self._ledger.reader.history(_stream_of(name)))
        made = ((at, fact) for at, fact in facts if isinstance(fact, CredentialCreated))
        at, created = next(made, (0, _NOBODY))
        good = opens(created, secret)
        revoked = any(isinstance(fact, CredentialRevoked) for _, fact in facts)
        if not good or revoked or created is _NOBODY:
            raise Unauthenticated("unauthenticated")
        credential = self._credential(created, at)
        self._remember(proof, credential)
        return credential

    def operator(self, label: str) -> Credential:
        """Whoever runs commands on the machine itself: everything is allowed to them."""
        authority: JsonObject = {
            "objectType": "Agent",
            "name": label,
            "account": {"homePage": self._homepage, "name": label},
        }
        return Credential(UUID(int=0), label, frozenset({Scope.ALL}), authority)

    def _remember(self, proof: bytes, credential: Credential) -> None:
        with self._lock:
            if len(self._checked) >= REMEMBERED:
                self._checked.clear()
            self._checked[proof] = (self._clock() + REMEMBERED_FOR, credential)

    def _all_facts(self) -> list[tuple[int, Fact | None]]:
        """Everything that was ever said of keys, in log order, each with its `stored`."""
        found: list[LoggedFact] = []
        after = 0
        while True:
            page = self._ledger.reader.following(after, _TOPICS, PAGE)
            found += page.facts
            if page.count < PAGE:
                return self._decoded(found)
            after = page.last

    def _decoded(self, rows: Iterable[LoggedFact]) -> list[tuple[int, Fact | None]]:
        return [(row.stored, self._ledger.decoded(row)) for row in rows]

    def _credential(self, created: CredentialCreated, stored: int) -> Credential:
        authority: JsonObject = {
            "objectType": "Agent",
            "name": created.label,
            "account": {"homePage": self._homepage, "name": created.originator_id.hex},
        }
        scopes = frozenset(Scope(scope) for scope in created.scopes)
        launch = Launch(
            created.learner, created.activity, created.any_activity, stored, created.expires
        )
        return Credential(
            created.originator_id,
            created.label,
            scopes,
            authority,
            created.expires,
            launch if created.learner else None,
        )


def _stream_of(name: str) -> UUID:
    try:
        return UUID(name)
    except ValueError:
        return UUID(int=0)
