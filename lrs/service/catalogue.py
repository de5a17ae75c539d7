"""The catalogue: the commands that append events to change it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar
from uuid import UUID

from lrs.domain.aggregates.catalogue_entry import (
    EntryIdentity,
    EntryKind,
    EntryState,
    Key,
    describe,
    evolve,
    withdraw,
)
from lrs.domain.aggregates.credential import Credential, too_narrow
from lrs.domain.errors import EntryNotFound, InvalidEntry, Unavailable
from lrs.domain.events import Described, EntryWithdrawn
from lrs.domain.xapi.agent import JsonObject, authority_key
from lrs.ledger import Ledger, LoggedEvent
from lrs.projections import catalogue as projection
from lrs.projector import FreshReads
from lrs.service.catalogue_changes import (
    Change,
    ChangeStep,
    Stated,
    circular,
    concerned,
    contradictions,
    planned,
    step,
)
from lrs.service.catalogue_reader import CatalogueReader, EntryVersion, owner_of
from lrs.service.retry import retry_on_conflict, run_command

__all__ = ["CatalogueService", "Change", "ChangeStep", "EntryVersion", "Stated"]

T = TypeVar("T")


class CatalogueService(CatalogueReader[Ledger]):
    """The catalogue of one store. `timeout` limits a command with its retries, in seconds;
    `recheck` raises Unauthenticated for a key that is no longer valid.
    """

    def __init__(
        self,
        ledger: Ledger,
        reads: FreshReads,
        *,
        recheck: Callable[[Credential], None],
        timeout: float,
    ) -> None:
        super().__init__(ledger, reads)
        self._recheck = recheck
        self._timeout = timeout

    def plan(self, stated: Sequence[Stated], by: Credential) -> list[ChangeStep]:
        """What these entries would change, in their order. Raises Forbidden, and InvalidEntry for
        an entry that names another one that is neither in the catalogue nor in the input, that
        occurs twice, or whose link closes a circle.
        """
        _require_writing(by)
        return self._plan(stated)

    def faults(
        self, stated: Sequence[Stated], remains: Sequence[Stated], by: Credential
    ) -> list[InvalidEntry]:
        """The errors that `plan` would raise for these entries. Other entries of the same input are
        refused already; `remains` are the valid parts of those. Raises Forbidden.
        """
        _require_writing(by)
        return self._decide(stated, remains)[1]

    def describe(self, stated: Sequence[Stated], by: Credential) -> list[ChangeStep]:
        """Store the entries, all or none; an entry that is the same as before appends no event.
        Raises as `plan` does, and Unavailable or StorageFull.
        """
        _require_writing(by)
        who = authority_key(by.authority)

        def once() -> list[ChangeStep]:
            steps = self._plan(stated)
            self._recheck(by)
            self._record(self._events(steps, who))
            return steps

        return retry_on_conflict(once, self._timeout)

    def amend(
        self,
        kind: EntryKind,
        key: Key,
        change: Callable[[JsonObject | None], JsonObject],
        by: Credential,
    ) -> Change:
        """Replace an entry by what `change` makes of the current one (None if there is none). Other
        entries that it names may have been withdrawn since: this is not checked. Raises Forbidden,
        Unavailable or StorageFull.
        """
        _require_writing(by)
        who = authority_key(by.authority)

        def once() -> Change:
            state = self._load(self._streams([(kind, key)])).get((kind, key))
            changed = step(Stated(kind, change(state.entry if state else None)), state)
            self._record(self._events([changed], who))
            return changed.change

        return retry_on_conflict(once, self._timeout)

    def withdraw(self, kind: EntryKind, key: Key, reason: str, by: Credential) -> None:
        """Withdraw an entry. Raises EntryNotFound, Forbidden."""
        _require_writing(by)
        who = authority_key(by.authority)

        def decide() -> list[EntryWithdrawn]:
            streams = self._streams([(kind, key)])
            if not streams:
                raise EntryNotFound("entry-not-found")
            state = self._load(streams).get((kind, key))
            return [withdraw(state, streams[kind, key], reason, who)]

        run_command(self._ledger, decide, self._timeout)

    def _plan(self, stated: Sequence[Stated]) -> list[ChangeStep]:
        steps, faults = self._decide(stated, ())
        if faults:
            raise InvalidEntry.first_of(faults)
        return steps

    def _decide(
        self, stated: Sequence[Stated], remains: Sequence[Stated]
    ) -> tuple[list[ChangeStep], list[InvalidEntry]]:
        states = self._load(self._streams(concerned([*stated, *remains])))
        steps, faults = planned(stated, states), contradictions(stated, states, remains)
        if any(s.kind is EntryKind.LINK for s in stated):
            faults += circular(steps, self._all_links())
        return steps, faults

    def _load(self, streams: Mapping[EntryIdentity, UUID]) -> dict[EntryIdentity, EntryState]:
        """The state of each entry that ever existed, from the last event of its stream. So events
        count even if the read model has not folded them, or cannot.
        """
        latest = self._ledger.reader.latest_of(streams.values())
        return {thing: self._state(latest[s]) for thing, s in streams.items() if s in latest}

    def _state(self, logged: LoggedEvent) -> EntryState:
        event = self._ledger.decoded(logged)
        if isinstance(event, Described | EntryWithdrawn):
            return evolve(None, event)
        return EntryState(logged.originator_version, None)  # the event's content was erased

    def _all_links(self) -> dict[str, str]:
        """The current links, from the read model: finding a circle needs all of them."""
        name, (head, _) = projection.CatalogueProjection.NAME, self._ledger.reader.head()
        links, consistency = self._reads.query(name, projection.links)
        if consistency.is_paused and consistency.position < head:
            raise Unavailable("view-paused", projection=name)
        return links

    def _events(self, steps: Sequence[ChangeStep], who: str) -> list[Described]:
        steps = [step for step in steps if step.change is not Change.SAME]
        things = [(step.stated.kind, step.stated.key) for step in steps]
        self._ledger.owners.keys_for({owner for thing in things if (owner := owner_of(*thing))})
        streams = self._streams(things)
        events = [
            describe(step.state, thing[0], streams[thing], step.stated.entry, who)
            for thing, step in zip(things, steps, strict=True)
        ]
        return [event for event in events if event is not None]

    def _record(self, events: Sequence[Described | EntryWithdrawn]) -> None:
        if events:
            self._ledger.append(events)


def _require_writing(by: Credential) -> None:
    if not by.may_do_all():
        raise too_narrow(by, "`all`")
