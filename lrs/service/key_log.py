"""What the log says of keys: when they were made and revoked, and what they are good for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from lrs.domain.aggregates.credential import Credential, KeyStatus, Scope
from lrs.domain.events import CredentialCreated, CredentialRevoked, Event
from lrs.domain.launch import Launch
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import Ledger
from lrs.ledger.records import LoggedEvent

_TOPICS = frozenset({CredentialCreated.TOPIC, CredentialRevoked.TOPIC})
_PAGE = 500

_Facts = list[tuple[int, Event | None]]
"""Events, each with its `stored`; None for one whose content is erased."""


@dataclass(frozen=True, slots=True)
class KeyRecord:
    """A key in the list of all: how it stands, when it was made and revoked and by which user of
    the operating system, empty where that was not kept. Times are in microseconds, 0 for never.
    """

    credential: Credential
    standing: KeyStatus
    made: int
    created_by: str
    revoked: int = 0
    revoked_by: str = ""


@dataclass(frozen=True, slots=True)
class CreatedKey:
    """A key as its stream has it. `stored` is in microseconds since the epoch."""

    stored: int
    created: CredentialCreated
    is_revoked: bool


class KeyLog:
    """Reads keys from one ledger. `homepage` is the account homePage of their authorities."""

    def __init__(self, ledger: Ledger, homepage: str) -> None:
        self._ledger = ledger
        self._homepage = homepage

    def one(self, id: UUID) -> CreatedKey | None:
        """The key of that id, if there is one."""
        events = self._decoded(self._ledger.reader.history(id))
        revoked = any(isinstance(event, CredentialRevoked) for _, event in events)
        made = (CreatedKey(at, f, revoked) for at, f in events if isinstance(f, CredentialCreated))
        return next(made, None)

    def all(self, now: int) -> list[KeyRecord]:
        """Every key ever made, oldest first, as it stands at that instant."""
        events = self._all_events()
        revoked = {
            f.originator_id: (at, f.by) for at, f in events if isinstance(f, CredentialRevoked)
        }
        return [
            self._entry(at, event, revoked, now)
            for at, event in events
            if isinstance(event, CredentialCreated)
        ]

    def authority(self, label: str, name: str) -> JsonObject:
        """Who vouches for what is sent with the key of that name."""
        account = {"homePage": self._homepage, "name": name}
        return {"objectType": "Agent", "name": label, "account": account}

    def credential(self, created: CredentialCreated, stored: int) -> Credential:
        launch = Launch(
            created.learner, created.activity, created.any_activity, stored, created.expires
        )
        return Credential(
            created.originator_id,
            created.label,
            frozenset(Scope(scope) for scope in created.scopes),
            self.authority(created.label, created.originator_id.hex),
            created.expires,
            launch if created.learner else None,
            created.continues,
            created.quota,
        )

    def _entry(
        self,
        stored: int,
        created: CredentialCreated,
        revoked: Mapping[UUID, tuple[int, str]],
        now: int,
    ) -> KeyRecord:
        credential = self.credential(created, stored)
        gone = revoked.get(credential.id)
        if gone is not None:
            return KeyRecord(credential, KeyStatus.REVOKED, stored, created.by, *gone)
        standing = KeyStatus.EXPIRED if credential.is_over(now) else KeyStatus.GOOD
        return KeyRecord(credential, standing, stored, created.by)

    def _all_events(self) -> _Facts:
        """Everything that was ever said of keys, in log order."""
        found: list[LoggedEvent] = []
        after = 0
        while True:
            page = self._ledger.reader.following(after, _TOPICS, _PAGE)
            found += page.other_events
            if page.count < _PAGE:
                return self._decoded(found)
            after = page.last

    def _decoded(self, rows: Iterable[LoggedEvent]) -> _Facts:
        return [(row.stored, self._ledger.decoded(row)) for row in rows]
