"""A person's history event by event: what each event was about, and what it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

from lrs.domain.training.vocabulary import OutcomeKind
from lrs.service.replay.facts import UNKNOWN, FactsReader, PersonFacts, ReportChange, changes
from lrs.service.replay.scope import ExplanationScope
from replay.person_sources import PersonSources
from replay.timeline import PersonTimeline
from replay.touches import Touch, TouchKind, touches

_PERSONAL = frozenset(
    {
        TouchKind.STATEMENT,
        TouchKind.VOIDING,
        TouchKind.LINK,
        TouchKind.RECORD,
        TouchKind.EXEMPTION,
        TouchKind.REVOCATION,
    }
)


@dataclass(frozen=True, slots=True)
class HistoryStep:
    """An event that touched the person, and what it changed.

    `were_theirs` says whether any of the identifiers that it names was known to be the person's at
    that position; `kinds` and `courses` are what a statement says and of which courses, or those of
    the statements that it voids, as the catalogue had it then.
    """

    touch: Touch
    were_theirs: bool
    kinds: tuple[OutcomeKind, ...]
    courses: tuple[str, ...]
    changes: Sequence[ReportChange]


class PersonSteps:
    """Walks through a person's events up to the end of the sources, for verdicts on a day."""

    def __init__(self, sources: PersonSources, on: date) -> None:
        self._sources = sources
        self._timeline = PersonTimeline(sources)
        self._read = FactsReader(on)
        self.facts: PersonFacts = UNKNOWN
        """What there was to say after the last step."""

    def steps(self, scope: ExplanationScope, after: int = 0) -> Iterator[HistoryStep]:
        """The events after a position that belong to the scope, in the order of the log: those that
        name an identifier that was the person's then or is at the end, and all others that changed
        anything.
        """
        at_end = set(self._timeline.identity(self._sources.until).identifiers)
        if after:
            self.facts = self._read(self._timeline.at(min(after, self._sources.until)))
        for touch in touches(self._sources):
            if touch.position <= after:
                continue
            theirs = set(self._timeline.identity(touch.position).identifiers)
            step = self._step(touch, not theirs.isdisjoint(touch.identifiers))
            changed = scope.of(step.changes)
            named = touch.kind in _PERSONAL and not (theirs | at_end).isdisjoint(touch.identifiers)
            if changed or (named and scope.names(touch, step.courses)):
                yield replace(step, changes=changed)

    def _step(self, touch: Touch, were_theirs: bool) -> HistoryStep:
        before = self.facts
        self.facts = self._read(self._timeline.at(touch.position))
        outcomes = [
            outcome
            for position in touch.targets or (touch.position,)
            for outcome in self._timeline.outcomes_at(position)
            if outcome.trainee in touch.identifiers
        ]
        return HistoryStep(
            touch,
            were_theirs,
            tuple(dict.fromkeys(outcome.kind for outcome in outcomes)),
            tuple(dict.fromkeys(outcome.course for outcome in outcomes)),
            changes(before, self.facts),
        )
