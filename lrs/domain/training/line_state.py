"""One trainee's transcript line in one course, gathered from outcomes in any order.

The state is plain JSON. The same outcomes give the same state whatever their order - written with
sorted keys, the same bytes - so a line can be stored, continued and compared. It does not grow
with every outcome: it keeps extremes and counts, and one record per attempt, per session and
per tested part. `lrs.domain.training.line` reads from it what the line says.

    facts        {kind: how many}
    modes        which ways of training were seen: SESSION | ONLINE | TEST | COURSE
    online       the first day of training online, in days since 1970-01-01
    first, last  references to the first and the last outcome
    attempts     {registration or "": attempt}
    sessions     {activity IRI, or "" for the course itself: session}
    waived       reference to the latest waiver of the whole course
    marks        what counts toward a programme, by time (see `lrs.domain.training.evidence_log`)
    certificate  [*reference, last day or null] of the latest certificate earned
    forfeited    reference to the latest certificate taken back
    contradicted reference to the latest verdict whose `success` says the opposite
    rated        {activity IRI, or "" for the course itself: [*reference, scaled, raw, min, max]},
                 the latest feedback
    instructor   [instant, position, key, name] of the latest outcome that names one
    place        [instant, position, IRI or text, title]
    voided       {"count": how many, "latest": [position of a statement taken away]}

Certificates and feedback are no activity: where nothing else is known, no line is shown.

    attempt      first, last: references; done, satisfied: the first and last reference;
                 results: the graded outcomes that some rule may pick, by time;
                 tries: {part: verdicts}; spent: what was said of time (see
                 `lrs.domain.training.attempt_state`); at_first, excess: how far a stated duration
                 reaches back
    session      enrolled, withdrawn: latest reference; days: its sittings (see
                 `lrs.domain.training.sittings`)

A reference is [instant in microseconds, position, UTC offset in minutes]: as lists, references
order by time, and by position where times are equal. The position stands for the statement: its
id, ten times as long, is the log's to tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy

from lrs.domain.moment import day_number
from lrs.domain.training.attempt_state import COMPLETIONS, GRADES, study
from lrs.domain.training.evidence_log import WAIVED, note_evidence
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.sittings import attend
from lrs.domain.training.state_reducers import Reference, State, latest, span

SESSION, ONLINE, TEST, COURSE = 1, 2, 4, 8

MOST_VOIDED = 20

_ENROLMENT = frozenset({"enrolled", "withdrawn"})
_TESTS = frozenset({"assessment", "attempt", "question"})
_PRESENCE = frozenset({"came_in", "went_out", "attended", "absent"})


def concerns(outcome: Outcome) -> bool:
    """Whether it says something of its trainee: a planned session does not."""
    return outcome.kind != "planned"


def add(state: State, outcome: Outcome) -> State:
    """The state with one more outcome; `{}` is that of a line nothing is known of."""
    return gather(deepcopy(state), (outcome,))


def gather(state: State, outcomes: Iterable[Outcome]) -> State:
    """`add` for many: takes `state` over, changes it and returns it."""
    for outcome in outcomes:
        if outcome.kind == "rated":
            _rate(state, outcome)
        elif outcome.kind == "certified":
            latest(state, "certificate", [*_reference(outcome), outcome.expires])
        elif outcome.kind == "forfeited":
            latest(state, "forfeited", _reference(outcome))
        elif outcome.kind != "planned":
            _gather(state, outcome)
    return state


def mark(state: State, voided: Iterable[int]) -> State:
    """Notes that the statements at these positions were taken away, each told once.

    Takes `state` over, changes it and returns it.
    """
    marks = state.get("voided", {"count": 0, "latest": []})
    added = list(voided)
    newest = sorted([*marks["latest"], *added])[-MOST_VOIDED:]
    state["voided"] = {"count": marks["count"] + len(added), "latest": newest}
    return state


def _rate(state: State, outcome: Outcome) -> None:
    said = [outcome.scaled, outcome.raw, outcome.min, outcome.max]
    latest(state.setdefault("rated", {}), outcome.part, [*_reference(outcome), *said])


def _reference(outcome: Outcome) -> Reference:
    return [outcome.timestamp, outcome.position, outcome.offset]


def _gather(state: State, outcome: Outcome) -> None:
    kind = outcome.kind
    reference = _reference(outcome)
    facts = state.setdefault("facts", {})
    facts[kind] = facts.get(kind, 0) + 1
    mode = _mode(outcome)
    state["modes"] = state.get("modes", 0) | mode
    if mode == ONLINE:
        day = day_number(reference)
        if state.get("online", day) >= day:
            state["online"] = day
    span(state, reference)
    if outcome.instructor is not None or outcome.instructor_name is not None:
        latest(state, "instructor", [*reference[:2], outcome.instructor, outcome.instructor_name])
    if outcome.place is not None:
        latest(state, "place", [*reference[:2], outcome.place, outcome.place_title])
    if kind in _ENROLMENT:
        latest(_session(state, outcome), kind, reference)
    elif kind in _PRESENCE:
        attend(state, _session(state, outcome), outcome, reference)
    elif kind == "waived":
        if not outcome.part:
            latest(state, "waived", reference)
            note_evidence(state, WAIVED, reference)
    else:
        attempt = state.setdefault("attempts", {}).setdefault(outcome.attempt, {})
        study(state, attempt, outcome, reference)


def _mode(outcome: Outcome) -> int:
    kind, activity = outcome.kind, outcome.activity_kind
    if activity == "meeting" or kind in _PRESENCE:
        return SESSION
    if kind in _ENROLMENT or kind == "waived":
        return 0
    if activity in _TESTS or (activity == "" and kind in GRADES):
        return TEST
    # that a course was completed or passed does not tell how it was taught
    return COURSE if activity == "course" and kind in GRADES | COMPLETIONS else ONLINE


def _session(state: State, outcome: Outcome) -> State:
    session: State = state.setdefault("sessions", {}).setdefault(outcome.part, {})
    return session
