"""What the log says of keys: when they were made and revoked, and what they are good for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from uuid import UUID

from lrs.domain.aggregates.credential import Credential, Scope, Standing
from lrs.domain.events import CredentialCreated, CredentialRevoked, Fact
from lrs.domain.launch import Launch
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import Ledger
from lrs.ledger.records import LoggedFact

_TOPICS = frozenset({CredentialCreated.TOPIC, CredentialRevoked.TOPIC})
_PAGE = 500

_Facts = list[tuple[int, Fact | None]]
"""Facts, each with its `stored`; None for one whose content is erased."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A key in the list of all: how it stands, when it was made and revoked and by which user of
    the operating system, empty where that was not kept. Times are in microseconds, 0 for never.
    """

    credential: Credential
    standing: Standing
    made: int
    made_by: str
    revoked: int = 0
    revoked_by: str = ""


@dataclass(frozen=True, slots=True)
class Made:
    """A key as its stream has it. `stored` is in microseconds since the epoch."""

    stored: int
    created: CredentialCreated
    is_revoked: bool


class KeyLog:
    """Reads keys from one ledger. `homepage` is the account homePage of their authorities."""

    def __init__(self, ledger: Ledger, homepage: str) -> None:
        self._ledger = ledger
        self._homepage = homepage

    def one(self, id: UUID) -> Made | None:
        """The key of that id, if there is one."""
        facts = self._decoded(self._ledger.reader.history(id))
        revoked = any(isinstance(fact, CredentialRevoked) for _, fact in facts)
        made = (Made(at, f, revoked) for at, f in facts if isinstance(f, CredentialCreated))
        return next(made, None)

    def all(self, now: int) -> list[Entry]:
        """Every key ever made, oldest first, as it stands at that instant."""
        facts = self._all_facts()
        revoked = {
            f.originator_id: (at, f.by) for at, f in facts if isinstance(f, CredentialRevoked)
        }
        return [
            self._entry(at, fact, revoked, now)
            for at, fact in facts
            if isinstance(fact, CredentialCreated)
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
        )

    def _entry(
        self,
        stored: int,
        created: CredentialCreated,
        revoked: Mapping[UUID, tuple[int, str]],
        now: int,
    ) -> Entry:
        credential = self.credential(created, stored)
        gone = revoked.get(credential.id)
        if gone is not None:
            return Entry(credential, Standing.REVOKED, stored, created.by, *gone)
        standing = Standing.EXPIRED if credential.is_over(now) else Standing.GOOD
        return Entry(credential, standing, stored, created.by)

    def _all_facts(self) -> _Facts:
        """Everything that was ever said of keys, in log order."""
        found: list[LoggedFact] = []
        after = 0
        while True:
            page = self._ledger.reader.following(after, _TOPICS, _PAGE)
            found += page.facts
            if page.count < _PAGE:
                return self._decoded(found)
            after = page.last

    def _decoded(self, rows: Iterable[LoggedFact]) -> _Facts:
        return [(row.stored, self._ledger.decoded(row)) for row in rows]
