"""The state of one trainee's transcript line in one course, gathered from outcomes in any order.

The same outcomes give the same state in any order, so a line can be stored, continued and compared.
The state does not grow with every outcome: it keeps extremes and counts, and one record per
attempt, per session and per tested part. `lrs.domain.training.line` computes the line from it.

Certificates and feedback are no activity: without any activity no line is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import tzinfo
from typing import NamedTuple, TypeVar

from lrs.domain.training.attempt_state import COMPLETIONS, GRADES, AttemptState, study
from lrs.domain.training.course_resolution import Listings
from lrs.domain.training.evidence_log import EvidenceEntry, note_evidence
from lrs.domain.training.outcomes import Outcome, outcomes
from lrs.domain.training.reference import Reference, later, latest
from lrs.domain.training.score import StatedScore
from lrs.domain.training.sittings import SessionState, attend
from lrs.domain.training.statement_members import Title
from lrs.domain.training.vocabulary import Vocabulary
from lrs.domain.xapi.statement import RecordedStatement

K = TypeVar("K", int, str)

SESSION, ONLINE, TEST, COURSE = 1, 2, 4, 8
"""The ways of training, as bits."""

MOST_VOIDED = 20

_ENROLMENT = frozenset({"enrolled", "withdrawn"})
_TESTS = frozenset({"assessment", "attempt", "question"})
_PRESENCE = frozenset({"came_in", "went_out", "attended", "absent"})


class EarnedCertificate(NamedTuple):
    """A certificate earned, and its last valid day, as 2026-03-31, or None if none is stated."""

    reference: Reference
    expires: str | None


class Feedback(NamedTuple):
    """The trainee's rating of a course or of a session."""

    reference: Reference
    score: StatedScore


class StatedInstructor(NamedTuple):
    """The instructor by a statement: an agent key and a name; either may be missing."""

    reference: Reference
    key: str | None
    name: str | None


class StatedPlace(NamedTuple):
    """The place by a statement: an activity IRI with its title, or a text."""

    reference: Reference
    id: str
    title: Title | None


@dataclass(slots=True)
class LineState:
    """The state of one trainee's line in one course."""

    first: Reference | None = None
    last: Reference | None = None
    """The first and the last activity; None if there is none."""
    counts: dict[str, int] = field(default_factory=dict)
    """The number of activities by outcome kind."""
    modes: int = 0
    """The ways of training so far: SESSION | ONLINE | TEST | COURSE."""
    online_since: int | None = None
    """The first day of training online, in days since 1970-01-01."""
    attempts: dict[str, AttemptState] = field(default_factory=dict)
    """By registration; empty for statements without one."""
    sessions: dict[str, SessionState] = field(default_factory=dict)
    """By activity IRI, empty for the course itself."""
    evidence: list[EvidenceEntry] = field(default_factory=list)
    """The evidence for programmes, by time (see `lrs.domain.training.evidence_log`)."""
    waived: Reference | None = None
    """The latest waiver of the whole course."""
    certificate: EarnedCertificate | None = None
    """The latest certificate."""
    forfeited: Reference | None = None
    """The latest forfeiture of a certificate."""
    contradicted: Reference | None = None
    """The latest verdict whose `success` says the opposite."""
    feedback: dict[str, Feedback] = field(default_factory=dict)
    """The latest feedback, by activity IRI, empty for the course itself."""
    instructor: StatedInstructor | None = None
    place: StatedPlace | None = None
    voided: list[int] = field(default_factory=list)
    """The positions of the latest MOST_VOIDED statements that were voided."""
    voided_count: int = 0
    hours_cut: bool = False
    """Whether the line dropped parts, sittings, or instants of joining and leaving over a limit."""

    @property
    def is_empty(self) -> bool:
        """Whether the line had no outcome, not even a voided one."""
        return not (
            self.counts or self.feedback or self.certificate or self.forfeited or self.voided
        )


def concerns(outcome: Outcome) -> bool:
    """Whether the outcome belongs to its trainee's line: that of a planned session does not."""
    return outcome.kind != "planned"


def counting_outcomes(
    recorded: RecordedStatement, vocabulary: Vocabulary, listings: Listings, zone: tzinfo
) -> list[Outcome]:
    """Those of the statement's outcomes that belong to lines."""
    return [one for one in outcomes(recorded, vocabulary, listings, zone) if concerns(one)]


def fold_lines(history: Iterable[tuple[K, int, Outcome | None]]) -> dict[K, LineState]:
    """The states of lines, by the key of the line. `history` has, for each outcome, the key of its
    line, the position of its statement, and the outcome, or None if the statement was voided.

    A Group may list two identifiers of one person, so only the first outcome of a statement counts
    in a line.
    """
    lines: dict[K, LineState] = {}
    counted: set[tuple[K, int]] = set()
    for line, position, outcome in history:
        if (line, position) in counted:
            continue
        counted.add((line, position))
        state = lines.get(line)
        if state is None:
            state = lines[line] = LineState()
        if outcome is None:
            note_voided(state, [position])
        else:
            gather(state, [outcome])
    return lines


def gather(state: LineState, outcomes: Iterable[Outcome]) -> LineState:
    """Adds outcomes to the state, which is changed and returned."""
    for outcome in outcomes:
        reference = Reference(outcome.timestamp, outcome.position, outcome.offset)
        match outcome.kind:
            case "rated":
                rated = Feedback(reference, outcome.score)
                state.feedback[outcome.part] = latest(state.feedback.get(outcome.part), rated)
            case "certified":
                earned = EarnedCertificate(reference, outcome.expires)
                state.certificate = latest(state.certificate, earned)
            case "forfeited":
                state.forfeited = later(state.forfeited, reference)
            case "planned":
                pass
            case _:
                _gather_activity(state, outcome, reference)
    return state


def note_voided(state: LineState, positions: Iterable[int]) -> LineState:
    """Notes voided statements, by their positions, in the state, which is changed and returned.
    Each statement must be noted once.
    """
    added = list(positions)
    state.voided = sorted([*state.voided, *added])[-MOST_VOIDED:]
    state.voided_count += len(added)
    return state


def _gather_activity(state: LineState, outcome: Outcome, reference: Reference) -> None:
    kind = outcome.kind
    state.counts[kind] = state.counts.get(kind, 0) + 1
    _note_mode(state, _mode(outcome), reference)
    if state.first is None or reference < state.first:
        state.first = reference
    state.last = later(state.last, reference)
    if outcome.instructor is not None or outcome.instructor_name is not None:
        taught = StatedInstructor(reference, outcome.instructor, outcome.instructor_name)
        state.instructor = latest(state.instructor, taught)
    if outcome.place is not None:
        stated = StatedPlace(reference, outcome.place, outcome.place_title)
        state.place = latest(state.place, stated)
    if kind in _ENROLMENT:
        _enrol(_session(state, outcome.part), outcome, reference)
    elif kind in _PRESENCE:
        cut = attend(_session(state, outcome.part), outcome, reference)
        state.hours_cut = state.hours_cut or cut
    elif kind == "waived":
        if not outcome.part:
            state.waived = later(state.waived, reference)
            note_evidence(state.evidence, EvidenceEntry(reference, "waived"))
    else:
        _study(state, outcome, reference)


def _note_mode(state: LineState, mode: int, reference: Reference) -> None:
    state.modes |= mode
    if mode == ONLINE and (state.online_since is None or reference.day < state.online_since):
        state.online_since = reference.day


def _mode(outcome: Outcome) -> int:
    kind, activity = outcome.kind, outcome.activity_kind
    if activity == "meeting" or kind in _PRESENCE:
        return SESSION
    if kind in _ENROLMENT or kind == "waived":
        return 0
    if activity in _TESTS or (activity == "" and kind in GRADES):
        return TEST
    # completing or passing a course does not show how it was taught
    return COURSE if activity == "course" and kind in GRADES | COMPLETIONS else ONLINE


def _session(state: LineState, part: str) -> SessionState:
    session = state.sessions.get(part)
    if session is None:
        session = state.sessions[part] = SessionState()
    return session


def _enrol(session: SessionState, outcome: Outcome, reference: Reference) -> None:
    if outcome.kind == "enrolled":
        session.enrolled = later(session.enrolled, reference)
    else:
        session.withdrawn = later(session.withdrawn, reference)


def _study(state: LineState, outcome: Outcome, reference: Reference) -> None:
    attempt = state.attempts.get(outcome.attempt)
    if attempt is None:
        attempt = state.attempts[outcome.attempt] = AttemptState(reference, reference)
    cut, entry = study(attempt, outcome, reference)
    state.hours_cut = state.hours_cut or cut
    if entry is not None:
        note_evidence(state.evidence, entry)
    if outcome.contradicts_itself:
        state.contradicted = later(state.contradicted, reference)
