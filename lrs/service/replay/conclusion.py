"""The end of an explanation: the verdicts, what they are based on, and what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from lrs.domain.certification.shortfall import Shortfall, shortfall
from lrs.projections.training import certifications
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.courses import Course
from lrs.projections.training.transcripts import TranscriptEntry
from lrs.service.replay.facts import FactsReader
from lrs.service.replay.scope import ExplanationScope
from lrs.service.reports.rulings import RecordedVerdict
from lrs.service.reports.verdicts import Certified
from replay.timeline import PersonAsOf, PersonTimeline

_SATISFIED = ("certified", "exempt")


@dataclass(frozen=True, slots=True)
class MissingCourse:
    """A course that is still to be achieved, the courses that count as it, and the person's lines
    in any of them.
    """

    course: Course
    equivalents: Sequence[Course]
    entries: Sequence[TranscriptEntry]


@dataclass(frozen=True, slots=True)
class ExplainedVerdict:
    """A verdict for the day `on`, and what is missing for the next certificate where none holds or
    one is due.
    """

    on: date
    standing: RecordedVerdict
    lack: Shortfall | None
    missing: Sequence[MissingCourse]


@dataclass(frozen=True, slots=True)
class Conclusion:
    """All verdicts of the day, those that were asked about, and the line that was, if one was."""

    certified: Certified
    verdicts: Sequence[ExplainedVerdict]
    entry: TranscriptEntry | None

    @property
    def grounds(self) -> list[int]:
        """The positions of the statements that these verdicts and lines are based on."""
        found = {at for one in self.verdicts for at in one.standing.verdict.evidence}
        lines = [entry for one in self.verdicts for what in one.missing for entry in what.entries]
        for entry in (*lines, self.entry):
            found.update(entry.line.evidence if entry else ())
        return sorted(found)


def conclude(
    timeline: PersonTimeline, then: PersonAsOf, position: int, on: date, scope: ExplanationScope
) -> Conclusion:
    """What is to be said of the person as of the position, for the day `on`."""
    return _Concluding(timeline, then, position, on).conclusion(scope)


class _Concluding:
    def __init__(self, timeline: PersonTimeline, then: PersonAsOf, position: int, on: date) -> None:
        self._timeline, self._then, self._position, self._on = timeline, then, position, on
        self._reader = FactsReader(on)
        self._facts = self._reader(then)

    def conclusion(self, scope: ExplanationScope) -> Conclusion:
        certified = self._reader.certified(self._then)
        asked = [one for one in certified.standings if scope.takes_in(one.programme.code)]
        entry = self._facts.lines.get(scope.course.iri) if scope.course else None
        return Conclusion(certified, [self._explained(one) for one in asked], entry)

    def _explained(self, standing: RecordedVerdict) -> ExplainedVerdict:
        if standing.verdict.status in _SATISFIED:
            return ExplainedVerdict(self._on, standing, None, ())
        lack = self._lack(standing.programme)
        missing = [self._missing(one.iri, one.equivalents) for one in lack.missing] if lack else []
        return ExplainedVerdict(self._on, standing, lack, missing)

    def _missing(self, iri: str, equivalents: Sequence[str]) -> MissingCourse:
        found = (self._facts.lines.get(one) for one in (iri, *equivalents))
        return MissingCourse(
            self._course(iri), [*map(self._course, equivalents)], [one for one in found if one]
        )

    def _course(self, iri: str) -> Course:
        return self._timeline.course(iri, self._position) or Course(0, iri, {})

    def _lack(self, programme: ProgrammeRules) -> Shortfall | None:
        then = self._then
        states = {course.iri: state for course, state in then.lines}
        earned = self._reader.certified.earned(then).get(programme.code)
        return shortfall(
            programme.versions,
            certifications.marks_of(states),
            earned.grants if earned else (),
            then.revoked(programme.code),
            self._on,
            {one: certifications.marks_of(then.vouched[one]) for one in programme.authorities},
        )
