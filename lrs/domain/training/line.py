"""What a transcript line says, read from its state under an attempt rule.

Its status, the first that holds (`lrs.domain.training.attempt` says which attempt the rule picks):

    passed, completed    of the picked attempt
    waived               the whole course was waived
    failed               of the picked attempt
    attended             was present at a sitting (`lrs.domain.training.sittings`)
    withdrawn            no enrolment stands, and nothing was done after the last withdrawal
    in progress          an attempt was begun, or a part of the course waived
    enrolled             an enrolment stands, or an absence was noted, as of those expected
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from operator import itemgetter
from typing import Literal, NamedTuple

from lrs.domain.certification.calendar import plus_months
from lrs.domain.moment import Moment
from lrs.domain.training.attempt import Attempt, AttemptRule, Status, count, picked, read
from lrs.domain.training.attempt_state import AttemptResult, merit
from lrs.domain.training.evidence_log import attempts_until_pass, renewals
from lrs.domain.training.feedback import stars
from lrs.domain.training.hours import exceeds, time_spent
from lrs.domain.training.line_state import COURSE, ONLINE, SESSION, TEST
from lrs.domain.training.score import Number
from lrs.domain.training.sittings import Sitting, TimeSpent, all_sittings
from lrs.domain.training.state_reducers import Reference, State

Kind = Literal["classroom", "online", "blended", "test"]
KINDS: tuple[Kind, ...] = ("blended", "classroom", "online", "test")
MOST_EVIDENCE = 50


class LineScore(NamedTuple):
    """As said; `scaled` runs from -1 to 1."""

    scaled: Number | None
    raw: Number | None
    min: Number | None
    max: Number | None


class NamedAgent(NamedTuple):
    """Who: an agent key, a name, either may be missing."""

    key: str | None
    name: str | None


class NamedPlace(NamedTuple):
    """Where: an activity IRI with its title, or a text."""

    id: str
    title: dict[str, str] | None


class Line(NamedTuple):
    """One trainee's standing in one course, under `rule`.

    `score` is that of the picked attempt, `success` its verdict. `hours` is in whole seconds over
    all attempts and sessions. `reached` is when the status was. `tries` are the failures before
    the first pass and that pass; `minutes` lie between first activity and completion.
    `valid_until` is a certificate's last day, else so many months after the course was completed
    last. `evidence` are positions of the statements that any of it rests on, at most MOST_EVIDENCE,
    those of status, score and validity first; `voided` are the latest of the `voided_count` taken
    away.
    """

    rule: AttemptRule
    kind: Kind | None
    status: Status
    success: bool | None
    first_activity: Moment
    last_activity: Moment
    completed: Moment | None
    attempts: int
    score: LineScore | None
    best_score: LineScore | None
    last_score: LineScore | None
    first_score: LineScore | None
    hours: int
    spells: tuple[TimeSpent, ...]
    hours_exceed_elapsed: bool
    success_contradicted: bool
    """Some statement says passed with `success` false, or failed with true."""
    hours_cut: bool
    """More parts, or more joining and leaving, than a line keeps: the true hours are more."""
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
    """What of a line counts in its course's statistics; the names are the Line's."""

    status: Status
    kind: Kind | None
    success: bool | None
    enrolled: bool
    started: bool
    sessions_attended: int
    sessions_missed: int
    attempts: int
    hours: int
    score: LineScore | None
    first_score: LineScore | None
    reached: Moment
    tries: int | None
    minutes: int | None
    stars: tuple[int, ...]
    """Feedback as points from 1 to 5."""
    instructor: NamedAgent | None


class _Reading(NamedTuple):
    """A state's attempts as a rule sees them, and what follows for the line."""

    attempts: list[Attempt]
    chosen: Attempt | None
    sittings: list[Sitting]
    present: list[Reference]
    status: Status
    ground: Reference
    """What the status rests on."""
    spent: list[TimeSpent]


def summary(state: State, rule: AttemptRule = "best") -> LineSummary | None:
    """The part of `view` that statistics need, at a third of the cost."""
    return _gist(state, _read(state, rule)) if "first" in state else None


def read_line(state: State, rule: AttemptRule = "best", months: int | None = None) -> Line | None:
    """What the line says; None when nothing is left to say, as when all of it was voided.

    `months` is how long the course is good for, if the catalogue says so.
    """
    if "first" not in state:
        return None
    reading = _read(state, rule)
    said = _gist(state, reading)
    scored = sorted((r for a in reading.attempts for r in a.scored), key=_WHEN)
    scores = (max(scored, key=merit), scored[-1], scored[0]) if scored else ()
    marks = state.get("voided", _NO_MARKS)
    completed = reading.ground if reading.status in _FINISHED else None
    valid_until, keeping = _validity(state, completed, months)
    grounds = [*_verdicts(reading, state), *keeping, *scores, *_grounds(state, reading)]
    return Line(
        rule=rule,
        kind=said.kind,
        status=said.status,
        success=said.success,
        first_activity=_moment(state["first"]),
        last_activity=_moment(state["last"]),
        completed=_moment(completed) if completed else None,
        attempts=said.attempts,
        score=said.score,
        best_score=_score(scores[0]) if scores else None,
        last_score=_score(scores[1]) if scores else None,
        first_score=said.first_score,
        hours=said.hours,
        spells=tuple(reading.spent),
        hours_exceed_elapsed=exceeds(state),
        success_contradicted="contradicted" in state,
        hours_cut=state.get("cut", False),
        enrolled=said.enrolled,
        started=said.started,
        sessions_attended=said.sessions_attended,
        sessions_missed=said.sessions_missed,
        reached=said.reached,
        tries=said.tries,
        minutes=said.minutes,
        stars=said.stars,
        instructor=said.instructor,
        place=NamedPlace(*state["place"][2:]) if "place" in state else None,
        valid_until=valid_until,
        evidence=tuple(dict.fromkeys(map(_POSITION, grounds)))[:MOST_EVIDENCE],
        voided=tuple(marks["latest"]),
        voided_count=marks["count"],
    )


def _read(state: State, rule: AttemptRule) -> _Reading:
    attempts = [read(a, rule) for a in state.get("attempts", _NONE).values()]
    chosen = picked(attempts, rule)
    sittings = all_sittings(state)
    present = [one.present for one in sittings if one.present]
    status, ground = _status(state, chosen, present)
    return _Reading(
        attempts, chosen, sittings, present, status, ground, time_spent(state, sittings)
    )


def _gist(state: State, reading: _Reading) -> LineSummary:
    chosen = reading.chosen
    first = min((r for a in reading.attempts for r in a.scored[:1]), default=None)
    return LineSummary(
        status=reading.status,
        kind=_kind(state.get("modes", 0)),
        success=chosen.verdict if chosen else None,
        enrolled="enrolled" in state["facts"],
        started=bool(reading.attempts or reading.present),
        sessions_attended=len(reading.present),
        sessions_missed=sum(one.missed for one in reading.sittings),
        attempts=count(state),
        hours=sum(s.milliseconds for s in reading.spent) // 1000,
        score=_score(chosen.score) if chosen else None,
        first_score=_score(first),
        reached=_moment(reading.ground),
        tries=attempts_until_pass(state) if reading.status == "passed" else None,
        minutes=_minutes(state["first"], reading.ground) if reading.status in _FINISHED else None,
        stars=stars(state),
        instructor=NamedAgent(*state["instructor"][2:]) if "instructor" in state else None,
    )


def _minutes(first: Reference, ground: Reference) -> int:
    return int((ground[0] - first[0]) // 60_000_000)


def _verdicts(reading: _Reading, state: State) -> list[Reference]:
    """What status, success, the counted score and a contradiction of success rest on."""
    chosen = reading.chosen
    picked_ = (chosen.judged, chosen.score) if chosen else ()
    return [reading.ground, *(one for one in (*picked_, state.get("contradicted")) if one)]


def _grounds(state: State, reading: _Reading) -> Iterator[Reference]:
    """What hours, attempts, sittings, enrolment, instructor, place and dates rest on."""
    for spell in reading.spent:
        yield from spell.grounds
    yield from (attempt.begun for attempt in reading.attempts)
    yield from (one.ground for one in reading.sittings)
    yield from (s["enrolled"] for s in state.get("sessions", _NONE).values() if "enrolled" in s)
    yield from (state[name] for name in ("instructor", "place", "first", "last") if name in state)


def _validity(
    state: State, completed: Reference | None, months: int | None
) -> tuple[date | None, list[Reference]]:
    """A certificate's last day; but what was done again after it counts from its own day. Nothing
    that was done before a certificate was taken back is good for longer than that day. And what
    that rests on.
    """
    done = [completed, *renewals(state)] if completed else []
    certificate = state.get("certificate")
    earned = [certificate] if certificate else []
    forfeited = state.get("forfeited", [])
    if forfeited > (certificate or [])[:3]:
        kept = {k: v for k, v in state.items() if k not in ("certificate", "forfeited")}
        until, grounds = _validity(kept, completed, months)
        grounds += [*earned, forfeited]
        if any(reference[0] > forfeited[0] for reference in done):
            return until, grounds
        day = _moment(forfeited).day
        return min(day, until or day), grounds
    latest = max(done, key=itemgetter(0), default=None)
    if certificate and certificate[3]:
        newer = latest is not None and months is not None and latest[0] > certificate[0]
        if not newer:
            return date.fromisoformat(certificate[3]), earned
    if latest is None or months is None:
        return None, earned
    return plus_months(_moment(latest).day, months), [latest, *earned]


_FINISHED = ("passed", "completed")
_NONE: State = {}
_NO_MARKS: State = {"count": 0, "latest": ()}
_WHEN, _POSITION = itemgetter(0, 1), itemgetter(1)


def _status(
    state: State, chosen: Attempt | None, present: list[Reference]
) -> tuple[Status, Reference]:
    reached = chosen.status if chosen else None
    if chosen and reached in ("passed", "completed"):
        return chosen.status, chosen.ground
    if "waived" in state:
        return "waived", state["waived"]
    if chosen and reached == "failed":
        return chosen.status, chosen.ground
    if present:
        return "attended", max(present)
    enrolled, withdrawn = _enrolment(state)
    if enrolled is None and withdrawn and not _studied_after(state, withdrawn):
        return "withdrawn", withdrawn
    if chosen:
        return "in progress", chosen.ground
    if "waived" in state["facts"]:
        return "in progress", state["last"]
    return "enrolled", enrolled or state["last"]


def _enrolment(state: State) -> tuple[Reference | None, Reference | None]:
    """The latest standing enrolment and the latest withdrawal.

    Withdrawing from the course (its record is that of "") ends the enrolments into its sessions;
    withdrawing from a session ends that one only, so whoever moved to another stays enrolled.
    """
    sessions = state.get("sessions", {})
    whole = sessions.get("", {}).get("withdrawn", [])
    standing = [
        s["enrolled"]
        for s in sessions.values()
        if "enrolled" in s and s["enrolled"] > max(s.get("withdrawn", []), whole)
    ]
    withdrawn = [s["withdrawn"] for s in sessions.values() if "withdrawn" in s]
    return max(standing, default=None), max(withdrawn, default=None)


def _studied_after(state: State, reference: Reference) -> bool:
    return any(a["last"] > reference for a in state.get("attempts", {}).values())


def _kind(modes: int) -> Kind | None:
    if modes & SESSION:
        return "blended" if modes & ONLINE else "classroom"
    if modes & (ONLINE | COURSE):
        return "online"
    return "test" if modes & TEST else None


def _score(result: AttemptResult | None) -> LineScore | None:
    return LineScore(*result[5:9]) if result else None


def _moment(reference: Reference) -> Moment:
    return Moment(reference[0], reference[2])
