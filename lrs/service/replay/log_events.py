"""One event of the log: what it says, what it changed, and what changed it later."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from uuid import UUID

from lrs.domain.errors import EventNotFound
from lrs.domain.events import CredentialRevoked, DocumentDeleted, StatementStored
from lrs.domain.training.outcomes import Outcome
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import Ledger, LoggedEvent
from lrs.service.projection_admin import ProjectionAdmin
from lrs.service.replay.author import Author, author_of_event, author_of_statement
from lrs.service.replay.event_content import content_of, found_by
from lrs.service.replay.event_effects import (
    MOST_PEOPLE,
    DescribedEntry,
    PersonEffect,
    described_entry,
    effect_on,
    outcomes_of,
    people_named,
    voided_by,
)
from lrs.service.replay.explain import ExplainedStep, Explanations, named_in, titles_of
from lrs.service.replay.later import (
    LaterChange,
    links_after,
    meanings_after,
    pruning_of,
    references_to,
    versions_after,
)
from lrs.service.reports.person_reading import sources_of
from lrs.service.reports.snapshot import ReportAnswer, ReportSnapshot, SnapshotReader


@dataclass(frozen=True, slots=True)
class ReadModelState:
    """Whether a projection has folded the event: `folded`, `waiting`, or `quarantined` with the
    reason.
    """

    projection: str
    state: str
    reason: str = ""


@dataclass(frozen=True, slots=True)
class LaterEvent:
    """What changed the event later, when that was stored, its statement's id, and who said it."""

    change: LaterChange
    stored: int
    statement: str | None
    by: Author | None


@dataclass(frozen=True, slots=True)
class EventReport:
    """An event as the log holds it: `content` is None where it is erased. `people` are those whom
    it is about, MOST_PEOPLE at most of `people_named`, each with what it changed.
    """

    logged: LoggedEvent
    commitment: bytes
    by: Author | None
    content: JsonObject | None
    of: JsonObject | None
    """The document that was deleted, or the key that was revoked."""
    found_by: JsonObject | None
    """How the index of statements finds it."""
    entry: DescribedEntry | None
    people: Sequence[tuple[PersonEffect, ExplainedStep | None]]
    people_named: int
    read_models: Sequence[ReadModelState]
    later: Sequence[LaterEvent]
    ids: Mapping[int, str]
    titles: Mapping[str, Mapping[str, str]]

    @property
    def is_erased(self) -> bool:
        """Whether the content of the event is erased."""
        return self.logged.state is None


class LogEvents:
    """Looks at single events of the log."""

    def __init__(
        self,
        reader: SnapshotReader,
        ledger: Ledger,
        explanations: Explanations,
        projections: ProjectionAdmin,
    ) -> None:
        self._reader = reader
        self._ledger = ledger
        self._explanations = explanations
        self._projections = projections

    def show(self, event: UUID | int, on: date) -> ReportAnswer[EventReport]:
        """The statement of that id, or the event at that position, with verdicts on a day. Raises
        EventNotFound.
        """
        logged = self._logged(event)
        with self._reader.snapshot(names=True) as reading:
            return reading.answer(self._report(reading, logged, on))

    def _logged(self, event: UUID | int) -> LoggedEvent:
        log = self._ledger.reader
        if isinstance(event, UUID):
            found = next(iter(log.history(event)), None)
            if found is None or found.topic != StatementStored.TOPIC:
                raise EventNotFound("event-not-found")
            return found
        at = log.events_at([event]).get(event)
        if at is None:
            raise EventNotFound("event-not-found")
        return at

    def _report(self, reading: ReportSnapshot, logged: LoggedEvent, on: date) -> EventReport:
        ledger, position = self._ledger, logged.position
        statement = ledger.reader.at([position]).get(position)
        recorded = statement.recorded() if statement else None
        entry, event = described_entry(ledger, logged), ledger.decoded(logged)
        own = outcomes_of(reading, recorded)
        found = own or outcomes_of(reading, voided_by(ledger, recorded) if recorded else None)
        named = people_named(found, entry)
        effects = [effect_on(reading, ledger, key, position, on) for key in named[:MOST_PEOPLE]]
        steps = [one.step for one in effects if one.step]
        explained = iter(self._explanations.explained(steps))
        titles = (titles_of(one.timeline, [one.step], position) for one in effects if one.step)
        is_statement = logged.topic == StatementStored.TOPIC
        later = chain(
            references_to(reading.connection, ledger, logged, recorded) if is_statement else (),
            self._later_of_people(reading, own, position),
            () if is_statement else versions_after(ledger, logged),
            pruning_of(ledger, logged),
        )
        by = author_of_statement(recorded.authority) if recorded else author_of_event(event)
        return EventReport(
            logged=logged,
            commitment=ledger.reader.commitment_at(position) or b"",
            by=by,
            content=content_of(event, statement),
            of=self._of(logged),
            found_by=found_by(recorded) if recorded else None,
            entry=entry,
            people=[(one, next(explained) if one.step else None) for one in effects],
            people_named=len(named),
            read_models=self._read_models(logged),
            later=self._explained(later),
            ids=ledger.reader.ids_at(named_in(steps)),
            titles={iri: title for found in titles for iri, title in found.items()},
        )

    def _later_of_people(
        self, reading: ReportSnapshot, found: Sequence[Outcome], position: int
    ) -> Iterable[LaterChange]:
        """How a statement came to be another person's, or to mean something else."""
        until = reading.consistency.position
        for key in people_named(found, None)[:MOST_PEOPLE]:
            sources = sources_of(reading, self._ledger.reader, key, until)
            yield from links_after(sources, key, position)
        yield from meanings_after(reading.connection, found, position, until)

    def _of(self, logged: LoggedEvent) -> JsonObject | None:
        if logged.topic not in (DocumentDeleted.TOPIC, CredentialRevoked.TOPIC):
            return None
        history = self._ledger.reader.history(logged.originator_id)
        before = [one for one in history if one.position < logged.position]
        return content_of(self._ledger.decoded(before[-1]), None) if before else None

    def _read_models(self, logged: LoggedEvent) -> list[ReadModelState]:
        admin, position = self._projections, logged.position
        reasons = {
            one.event.projection: one.event.error
            for one in admin.quarantined()
            if one.event.position == position
        }
        at = {one.name: one.position for one in admin.all()}
        return [
            ReadModelState(name, "quarantined", reasons[name])
            if name in reasons
            else ReadModelState(name, "folded" if at[name] >= position else "waiting")
            for name in admin.folding(logged.topic)
        ]

    def _explained(self, later: Iterable[LaterChange]) -> list[LaterEvent]:
        found = sorted(later, key=lambda one: one.position)
        log, positions = self._ledger.reader, sorted({one.position for one in found})
        events, authorities = log.events_at(positions), log.authorities_at(positions)
        return [
            self._later_event(one, events[one.position], authorities.get(one.position))
            for one in found
        ]

    def _later_event(
        self, change: LaterChange, logged: LoggedEvent, authority: JsonObject | None
    ) -> LaterEvent:
        if logged.topic == StatementStored.TOPIC:
            by = author_of_statement(authority) if authority else None
            return LaterEvent(change, logged.stored, str(logged.originator_id), by)
        return LaterEvent(
            change, logged.stored, None, author_of_event(self._ledger.decoded(logged))
        )
