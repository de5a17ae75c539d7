"""Whom an event of the log is about, and what it changed for each of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lrs.domain.aggregates.catalogue_entry import KINDS, EntryKind
from lrs.domain.events import Described, EntryWithdrawn
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.statement import RecordedStatement, is_voiding, target_of
from lrs.ledger import Ledger, LoggedEvent
from lrs.projections.training import people
from lrs.projections.training.first_mentions import PEOPLE
from lrs.projections.training.people import Trainee
from lrs.service.replay.scope import ExplanationScope
from lrs.service.replay.steps import HistoryStep, PersonSteps
from lrs.service.reports.person_reading import sources_of
from lrs.service.reports.snapshot import ReportSnapshot
from replay.timeline import PersonTimeline

MOST_PEOPLE = 20
"""So many of those whom a statement names are walked through: a Group may list hundreds."""


@dataclass(frozen=True, slots=True)
class DescribedEntry:
    """What an event of the catalogue is about: what was said before, None if nothing held, and what
    the event says, None where it withdraws it.
    """

    kind: EntryKind
    before: JsonObject | None
    after: JsonObject | None

    @property
    def entry(self) -> JsonObject:
        """The entry that the event describes or withdraws."""
        return self.after or self.before or {}


@dataclass(frozen=True, slots=True)
class PersonEffect:
    """A person whom an event is about, by the identifier that it names, and what it changed; None
    where it did not touch their training.
    """

    identifier: str
    trainee: Trainee | None
    step: HistoryStep | None
    timeline: PersonTimeline


def described_entry(ledger: Ledger, logged: LoggedEvent) -> DescribedEntry | None:
    """The entry of an event of the catalogue; None for other events."""
    event = ledger.decoded(logged)
    if not isinstance(event, Described | EntryWithdrawn):
        return None
    before: JsonObject | None = None
    kind = KINDS.get(type(event)) if isinstance(event, Described) else None
    for earlier in ledger.reader.history(logged.originator_id):
        if earlier.position >= logged.position:
            break
        earlier_event = ledger.decoded(earlier)
        before = earlier_event.entry if isinstance(earlier_event, Described) else None
        kind = KINDS[type(earlier_event)] if isinstance(earlier_event, Described) else kind
    if kind is None:
        return None
    return DescribedEntry(kind, before, event.entry if isinstance(event, Described) else None)


def outcomes_of(reading: ReportSnapshot, recorded: RecordedStatement | None) -> list[Outcome]:
    """What a statement says of anybody's training, whatever the catalogue says of its course."""
    if recorded is None:
        return []
    return outcomes(recorded, reading.words, zone=reading.zone)


def voided_by(ledger: Ledger, recorded: RecordedStatement) -> RecordedStatement | None:
    """The statement that a voiding statement names, if it is stored."""
    target = target_of(recorded.statement) if is_voiding(recorded.statement) else None
    if target is None:
        return None
    return next((one.recorded() for one in ledger.reader.statements([target])), None)


def people_named(outcomes: Sequence[Outcome], entry: DescribedEntry | None) -> list[str]:
    """The identifiers of those whom an event is about."""
    if entry is not None:
        return [entry.entry[name] for name in PEOPLE.get(entry.kind, ())]
    return list(dict.fromkeys(outcome.trainee for outcome in outcomes))


def effect_on(
    reading: ReportSnapshot, ledger: Ledger, key: str, position: int, on: date
) -> PersonEffect:
    """What the event at the position changed for the person, for verdicts on a day."""
    sources = sources_of(reading, ledger.reader, key, position)
    steps = PersonSteps(sources, on).steps(ExplanationScope(), position - 1)
    step = next((one for one in steps if one.touch.position == position), None)
    timeline = PersonTimeline(sources)
    then = timeline.at(position)
    trainee = then.trainee if then else people.person_by_key(reading.connection, key)
    return PersonEffect(key, trainee, step, timeline)
