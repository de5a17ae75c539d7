"""A transcript line, computed from its state under an attempt rule."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Literal, NamedTuple

from lrs.domain.time import Moment
from lrs.domain.training.attempt import Attempt, AttemptRule, Status, count, picked, read_attempt
from lrs.domain.training.attempt_state import AttemptResult, merit
from lrs.domain.training.evidence_log import attempts_until_pass
from lrs.domain.training.feedback import stars
from lrs.domain.training.hours import exceeds, time_spent
from lrs.domain.training.line_state import COURSE, ONLINE, SESSION, TEST, LineState
from lrs.domain.training.line_status import FINISHED, status_of
from lrs.domain.training.reference import Reference
from lrs.domain.training.score import StatedScore
from lrs.domain.training.sittings import Sitting, TimeSpent, all_sittings
from lrs.domain.training.validity import validity

Kind = Literal["classroom", "online", "blended", "test"]
KINDS: tuple[Kind, ...] = ("blended", "classroom", "online", "test")
MOST_EVIDENCE = 50


class NamedAgent(NamedTuple):
    """An agent key and a name; either may be missing."""

    key: str | None
    name: str | None


class NamedPlace(NamedTuple):
    """A place: an activity IRI with its title, or a text."""

    id: str
    title: dict[str, str] | None


class Line(NamedTuple):
    """One trainee's result in one course, under `rule`.

    `score` is the score of the picked attempt, `success` its verdict. `hours` is in whole seconds,
    over all attempts and sessions. `reached` is the time of the status. `tries` counts the failures
    before the first pass, and that pass; `minutes` is the time from the first activity to
    completion. `valid_until` is the last valid day (`lrs.domain.training.validity`). `evidence` are
    the positions of the statements that the line rests on, at most MOST_EVIDENCE, those of status,
    score and validity first; `voided` are the positions of the latest MOST_VOIDED of
    `voided_count` voided statements.
    """

    rule: AttemptRule
    kind: Kind | None
    status: Status
    success: bool | None
    first_activity: Moment
    last_activity: Moment
    completed: Moment | None
    attempts: int
    score: StatedScore | None
    best_score: StatedScore | None
    last_score: StatedScore | None
    first_score: StatedScore | None
    hours: int
    spells: tuple[TimeSpent, ...]
    hours_exceed_elapsed: bool
    success_contradicted: bool
    """Whether some statement says passed with `success` false, or failed with `success` true."""
    hours_cut: bool
    """Whether the line's state dropped some time, so that the true hours are more."""
    enrolled: bool
    started: bool
    sessions_attended: int
    sessions_missed: int
    reached: Moment
    tries: int | None
    minutes: int | None
    stars: tuple[int, ...]
    instructor: NamedAgent | None
    place: NamedPlace | None
    valid_until: date | None
    evidence: tuple[int, ...]
    voided: tuple[int, ...]
    voided_count: int


class LineSummary(NamedTuple):
    """The members of a Line that count in its course's statistics."""

    status: Status
    kind: Kind | None
    success: bool | None
    enrolled: bool
    started: bool
    sessions_attended: int
    sessions_missed: int
    attempts: int
    hours: int
    score: StatedScore | None
    first_score: StatedScore | None
    reached: Moment
    tries: int | None
    minutes: int | None
    stars: tuple[int, ...]
    """Feedback as points from 1 to 5."""
    instructor: NamedAgent | None


class _Reading(NamedTuple):
    """A state's attempts under a rule, and the status and time that follow from them."""

    first: Reference
    last: Reference
    attempts: list[Attempt]
    chosen: Attempt | None
    sittings: list[Sitting]
    present: list[Reference]
    status: Status
    ground: Reference
    """The statement that the status rests on."""
    spent: list[TimeSpent]


class _Scores(NamedTuple):
    """The results with the best, the last and the first score of all attempts."""

    best: AttemptResult | None
    last: AttemptResult | None
    first: AttemptResult | None


def summary(state: LineState, rule: AttemptRule = "best") -> LineSummary | None:
    """The part of a line that statistics need, at a third of the cost."""
    reading = _read(state, rule)
    return None if reading is None else _summary(state, reading)


def read_line(
    state: LineState, rule: AttemptRule = "best", months: int | None = None
) -> Line | None:
    """The line; None if no activity is left, for example when all statements were voided.

    `months` is for how many months the course is valid, if the catalogue states it.
    """
    reading = _read(state, rule)
    return None if reading is None else _line(state, rule, reading, months)


def _line(state: LineState, rule: AttemptRule, reading: _Reading, months: int | None) -> Line:
    counted, scores = _summary(state, reading), _scores(reading)
    completed = reading.ground if reading.status in FINISHED else None
    valid_until, validity_grounds = validity(state, completed, months)
    return Line(
        rule=rule,
        kind=counted.kind,
        status=counted.status,
        success=counted.success,
        first_activity=reading.first.moment,
        last_activity=reading.last.moment,
        completed=completed.moment if completed else None,
        attempts=counted.attempts,
        score=counted.score,
        best_score=scores.best.score if scores.best else None,
        last_score=scores.last.score if scores.last else None,
        first_score=counted.first_score,
        hours=counted.hours,
        spells=tuple(reading.spent),
        hours_exceed_elapsed=exceeds(state),
        success_contradicted=state.contradicted is not None,
        hours_cut=state.hours_cut,
        enrolled=counted.enrolled,
        started=counted.started,
        sessions_attended=counted.sessions_attended,
        sessions_missed=counted.sessions_missed,
        reached=counted.reached,
        tries=counted.tries,
        minutes=counted.minutes,
        stars=counted.stars,
        instructor=counted.instructor,
        place=NamedPlace(state.place.id, state.place.title) if state.place else None,
        valid_until=valid_until,
        evidence=_evidence(state, reading, scores, validity_grounds),
        voided=tuple(state.voided),
        voided_count=state.voided_count,
    )


def _read(state: LineState, rule: AttemptRule) -> _Reading | None:
    if state.first is None or state.last is None:
        return None
    attempts = [read_attempt(attempt, rule) for attempt in state.attempts.values()]
    chosen = picked(attempts, rule)
    sittings = all_sittings(state.sessions.values())
    present = [one.present for one in sittings if one.present]
    status, ground = status_of(state, state.last, chosen, present)
    return _Reading(
        first=state.first,
        last=state.last,
        attempts=attempts,
        chosen=chosen,
        sittings=sittings,
        present=present,
        status=status,
        ground=ground,
        spent=time_spent(state, sittings),
    )


def _summary(state: LineState, reading: _Reading) -> LineSummary:
    chosen, finished = reading.chosen, reading.status in FINISHED
    scored = [a.scored[0] for a in reading.attempts if a.scored]
    first_scored = min(scored, key=lambda r: r.reference, default=None)
    instructor = state.instructor
    return LineSummary(
        status=reading.status,
        kind=_kind(state.modes),
        success=chosen.verdict if chosen else None,
        enrolled="enrolled" in state.counts,
        started=bool(reading.attempts or reading.present),
        sessions_attended=len(reading.present),
        sessions_missed=sum(one.missed for one in reading.sittings),
        attempts=count(state.attempts.values()),
        hours=sum(spell.milliseconds for spell in reading.spent) // 1000,
        score=chosen.score.score if chosen and chosen.score else None,
        first_score=first_scored.score if first_scored else None,
        reached=reading.ground.moment,
        tries=attempts_until_pass(state.evidence) if reading.status == "passed" else None,
        minutes=_minutes(reading.first, reading.ground) if finished else None,
        stars=stars(feedback.score for feedback in state.feedback.values()),
        instructor=NamedAgent(instructor.key, instructor.name) if instructor else None,
    )


def _scores(reading: _Reading) -> _Scores:
    scored = sorted((r for a in reading.attempts for r in a.scored), key=lambda r: r.reference)
    if not scored:
        return _Scores(None, None, None)
    return _Scores(max(scored, key=merit), scored[-1], scored[0])


def _evidence(
    state: LineState, reading: _Reading, scores: _Scores, validity_grounds: Iterable[Reference]
) -> tuple[int, ...]:
    """The positions of the statements that the line rests on, the most important first."""
    grounds = [
        *_verdict_grounds(state, reading),
        *validity_grounds,
        *(result.reference for result in scores if result),
        *_other_grounds(state, reading),
    ]
    return tuple(dict.fromkeys(ground.position for ground in grounds))[:MOST_EVIDENCE]


def _minutes(first: Reference, ground: Reference) -> int:
    return (ground.instant - first.instant) // 60_000_000


def _verdict_grounds(state: LineState, reading: _Reading) -> Iterator[Reference]:
    """The grounds of status, success, the counted score and a contradiction of success."""
    yield reading.ground
    if reading.chosen:
        results = (reading.chosen.judged, reading.chosen.score)
        yield from (result.reference for result in results if result)
    if state.contradicted:
        yield state.contradicted


def _other_grounds(state: LineState, reading: _Reading) -> Iterator[Reference]:
    """The grounds of hours, attempts, sittings, enrolment, instructor, place and dates."""
    for spell in reading.spent:
        yield from spell.grounds
    yield from (attempt.begun for attempt in reading.attempts)
    yield from (sitting.ground for sitting in reading.sittings)
    yield from (session.enrolled for session in state.sessions.values() if session.enrolled)
    yield from (stated.reference for stated in (state.instructor, state.place) if stated)
    yield reading.first
    yield reading.last


def _kind(modes: int) -> Kind | None:
    if modes & SESSION:
        return "blended" if modes & ONLINE else "classroom"
    if modes & (ONLINE | COURSE):
        return "online"
    return "test" if modes & TEST else None
