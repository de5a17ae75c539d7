"""Reads keys from the log: the state of each key's stream, and when its events were stored."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from uuid import UUID

from lrs.domain.aggregates.credential import CredentialState, evolve
from lrs.domain.events import CredentialCreated, CredentialRevoked
from lrs.ledger import Ledger, LoggedEvent

_TOPICS = (CredentialCreated.TOPIC, CredentialRevoked.TOPIC)


@dataclass(frozen=True, slots=True)
class LoggedKey:
    """A key's state, and when it was created and revoked (in microseconds since the epoch, 0 for
    never) and by which users of the operating system (empty if not recorded).
    """

    state: CredentialState
    created: int = 0
    created_by: str = ""
    revoked: int = 0
    revoked_by: str = ""


class KeyLog:
    """Reads keys from one ledger."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger

    def one(self, id: UUID) -> LoggedKey:
        """The key with that id. A key that was never created has the state before any event."""
        rows = self._ledger.reader.history(id)
        return self._folded(rows).get(id, LoggedKey(CredentialState(id)))

    def all(self) -> list[LoggedKey]:
        """All keys ever created, oldest first."""
        pages = self._ledger.reader.pages(_TOPICS)
        keys = self._folded(row for page in pages for row in page)
        return [key for key in keys.values() if key.state.created]

    def _folded(self, rows: Iterable[LoggedEvent]) -> dict[UUID, LoggedKey]:
        keys: dict[UUID, LoggedKey] = {}
        for row in rows:
            id = row.originator_id
            keys[id] = self._after(keys.get(id, LoggedKey(CredentialState(id))), row)
        return keys

    def _after(self, key: LoggedKey, row: LoggedEvent) -> LoggedKey:
        event = self._ledger.decoded(row)
        if isinstance(event, CredentialCreated):
            return LoggedKey(evolve(key.state, event), row.stored, event.by)
        if isinstance(event, CredentialRevoked):
            state = evolve(key.state, event)
            return replace(key, state=state, revoked=row.stored, revoked_by=event.by)
        # An erased event changes only the version.
        return replace(key, state=replace(key.state, version=row.originator_version))
