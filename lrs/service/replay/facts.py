"""What reports say of a person at a position, and what of it one event changed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from lrs.domain.certification.verdict import Clearance, Verdict
from lrs.domain.time import Moment
from lrs.domain.training.attempt import Status
from lrs.domain.training.line import Line, read_line
from lrs.domain.training.line_state import LineState
from lrs.domain.training.score import StatedScore
from lrs.projections.training.catalogue_cache import ProgrammeRules
from lrs.projections.training.courses import Course
from lrs.projections.training.transcripts import TranscriptEntry
from lrs.service.reports.rulings import RecordedVerdict
from lrs.service.reports.verdicts import Certified, CertifiedThen
from replay.timeline import PersonAsOf


class LineFacts(NamedTuple):
    """What of a transcript line counts as a change; the names are the Line's."""

    status: Status
    reached: Moment
    completed: Moment | None
    attempts: int
    score: StatedScore | None
    success: bool | None
    hours: int
    sessions_attended: int
    sessions_missed: int
    valid_until: date | None


class LineChange(NamedTuple):
    """A line before an event and after; None where there was none, or none is left."""

    course: Course
    before: LineFacts | None
    after: LineFacts | None


class VerdictChange(NamedTuple):
    """A verdict before an event and after; None where there was nothing to say."""

    programme: ProgrammeRules
    before: Verdict | None
    after: Verdict | None


class ClearanceChange(NamedTuple):
    """Whether the person may serve visitors, before an event and after."""

    before: Clearance
    after: Clearance


ReportChange = LineChange | VerdictChange | ClearanceChange
CHANGE_KINDS: Mapping[str, type[ReportChange]] = {
    "line": LineChange,
    "verdict": VerdictChange,
    "may serve": ClearanceChange,
}
"""What replies call the kinds of changes."""


@dataclass(frozen=True, slots=True)
class PersonFacts:
    """The lines by course IRI, the verdicts on a day by programme code, and the clearance."""

    lines: Mapping[str, TranscriptEntry]
    verdicts: Mapping[str, RecordedVerdict]
    clearance: Clearance


UNKNOWN = PersonFacts({}, {}, Clearance(None))
"""What there is to say of a person whom nothing names."""


class FactsReader:
    """Reads what was known of one person, for verdicts on a day, at one position after another:
    lines that did not change are not read again.
    """

    def __init__(self, on: date) -> None:
        self.certified = CertifiedThen(on)
        self._lines: dict[str, tuple[Course, LineState, TranscriptEntry | None]] = {}

    def __call__(self, then: PersonAsOf | None) -> PersonFacts:
        """What there was to say of the person as of a position."""
        if then is None:
            return UNKNOWN
        return facts_of(self._entries(then), self.certified(then))

    def _entries(self, then: PersonAsOf) -> Iterator[TranscriptEntry]:
        for course, state in then.lines:
            last = self._lines.get(course.iri)
            if last is None or last[1] is not state or last[0] != course:
                line = read_line(state, course.rule, course.months)
                entry = TranscriptEntry(course, line) if line else None
                last = self._lines[course.iri] = course, state, entry
            if last[2] is not None:
                yield last[2]


def facts_of(entries: Iterable[TranscriptEntry], certified: Certified) -> PersonFacts:
    """What a transcript and the verdicts of the same moment say."""
    verdicts = {one.programme.code: one for one in certified.standings}
    return PersonFacts({one.course.iri: one for one in entries}, verdicts, certified.clearance)


def changes(before: PersonFacts, after: PersonFacts) -> list[ReportChange]:
    """What is not the same: lines, then verdicts, each in the order of their keys, then whether the
    person may serve visitors.
    """
    found: list[ReportChange] = []
    for iri in sorted(before.lines.keys() | after.lines.keys()):
        old, new = before.lines.get(iri), after.lines.get(iri)
        shown = new or old
        if shown and old is not new and line_facts(old) != line_facts(new):
            found.append(LineChange(shown.course, line_facts(old), line_facts(new)))
    for code in sorted(before.verdicts.keys() | after.verdicts.keys()):
        was, now = before.verdicts.get(code), after.verdicts.get(code)
        judged = now or was
        if judged and (was and was.verdict) != (now and now.verdict):
            found.append(VerdictChange(judged.programme, was and was.verdict, now and now.verdict))
    if before.clearance != after.clearance:
        found.append(ClearanceChange(before.clearance, after.clearance))
    return found


def line_facts(entry: TranscriptEntry | None) -> LineFacts | None:
    """What of the line counts as a change."""
    return None if entry is None else facts_in(entry.line)


def facts_in(line: Line) -> LineFacts:
    """The same of a line."""
    return LineFacts(
        status=line.status,
        reached=line.reached,
        completed=line.completed,
        attempts=line.attempts,
        score=line.score,
        success=line.success,
        hours=line.hours,
        sessions_attended=line.sessions_attended,
        sessions_missed=line.sessions_missed,
        valid_until=line.valid_until,
    )
