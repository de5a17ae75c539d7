"""One trainee's transcript line in one course, gathered from outcomes in any order.

The state is plain JSON. The same outcomes give the same state whatever their order - written with
sorted keys, the same bytes - so a line can be stored, continued and compared. It does not grow
with every outcome: it keeps extremes and counts, and one record per attempt, per session and
per tested part. `lrs.domain.line` reads from it what the line says.

    facts        {fact: how many}
    modes        which ways of training were seen: SESSION | ONLINE | TEST | COURSE
    first, last  references to the first and the last outcome
    attempts     {registration or "": attempt}
    sessions     {activity IRI, or "" for the course itself: session}
    waived       reference to the latest waiver of the whole course
    instructor   [instant, position, key, name] of the latest outcome that names one
    place        [instant, position, IRI or text, title]
    voided       {"count": how many, "latest": [position of a statement taken away]}

    attempt      first, last: references; done, satisfied: the first and last reference;
                 results: the graded outcomes that some rule may pick, by time;
                 tries: {part: verdicts}; spent: {part: [ms, *reference]}, the longest said;
                 at_first, excess: how far a stated duration reaches back (see `_reach`)
    session      enrolled, withdrawn, attended, absent, left: latest reference; came: earliest;
                 timed: [*reference, ms]; in, out: instants of joining and leaving

A reference is [instant in microseconds, position, UTC offset in minutes]: as lists, references
order by time, and by position where times are equal. The position stands for the statement: its
id, ten times as long, is the log's to tell.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable
from copy import deepcopy
from typing import Any

from lrs.domain.training import Outcome

State = dict[str, Any]
Reference = list[Any]
Result = list[Any]
"""[*reference, 1 if the course's own else 0, verdict, scaled, raw, min, max]"""

SESSION, ONLINE, TEST, COURSE = 1, 2, 4, 8

MOST_INSTANTS = 500
MOST_PARTS = 200
MOST_VOIDED = 20

_ELSEWHERE = frozenset({"planned", "certified", "rated"})
_ENROLMENT = frozenset({"enrolled", "withdrawn"})
_PRESENCE = frozenset({"came_in", "went_out", "attended", "absent"})
_VERDICTS = frozenset({"passed", "failed"})
_GRADES = frozenset({"passed", "failed", "scored"})
_COMPLETIONS = frozenset({"completed", "satisfied"})


def concerns(outcome: Outcome) -> bool:
    """Whether a transcript shows it: not a planned session, a certificate or feedback."""
    return outcome.fact not in _ELSEWHERE


def add(state: State, outcome: Outcome) -> State:
    """The state with one more outcome; `{}` is that of a line nothing is known of."""
    return gather(deepcopy(state), (outcome,))


def gather(state: State, outcomes: Iterable[Outcome]) -> State:
    """`add` for many: takes `state` over, changes it and returns it."""
    for outcome in outcomes:
        if outcome.fact not in _ELSEWHERE:
            _gather(state, outcome)
    return state


def mark(state: State, voided: Iterable[int]) -> State:
    """Notes that the statements at these positions were taken away, each told once.

    Takes `state` over, changes it and returns it.
    """
    marks = state.get("voided", {"count": 0, "latest": []})
    added = list(voided)
    latest = sorted([*marks["latest"], *added])[-MOST_VOIDED:]
    state["voided"] = {"count": marks["count"] + len(added), "latest": latest}
    return state


def without(state: State, voided: Iterable[int], remaining: Iterable[Outcome]) -> State:
    """The line folded anew from what remains; earlier marks of `state` stay (see `mark`)."""
    earlier = {"voided": state["voided"]} if "voided" in state else {}
    return mark(gather(earlier, remaining), voided)


def _gather(state: State, outcome: Outcome) -> None:
    fact = outcome.fact
    reference = [outcome.timestamp, outcome.position, outcome.offset]
    facts = state.setdefault("facts", {})
    facts[fact] = facts.get(fact, 0) + 1
    state["modes"] = state.get("modes", 0) | _mode(outcome)
    _span(state, reference)
    if outcome.instructor is not None or outcome.instructor_name is not None:
        _latest(state, "instructor", [*reference[:2], outcome.instructor, outcome.instructor_name])
    if outcome.place is not None:
        _latest(state, "place", [*reference[:2], outcome.place, outcome.place_title])
    if fact in _ENROLMENT:
        _latest(_session(state, outcome), fact, reference)
    elif fact in _PRESENCE:
        _attend(state, _session(state, outcome), outcome, reference)
    elif fact == "waived":
        if not outcome.part:
            _latest(state, "waived", reference)
    else:
        attempt = state.setdefault("attempts", {}).setdefault(outcome.attempt, {})
        _study(state, attempt, outcome, reference)


def _mode(outcome: Outcome) -> int:
    fact, kind = outcome.fact, outcome.kind
    if kind == "meeting" or fact in _PRESENCE:
        return SESSION
    if fact in _ENROLMENT or fact == "waived":
        return 0
    if kind == "assessment" or (kind == "" and fact in _GRADES):
        return TEST
    # that a course was completed or passed does not tell how it was taught
    return COURSE if kind == "course" and fact in _GRADES | _COMPLETIONS else ONLINE


def _session(state: State, outcome: Outcome) -> State:
    session: State = state.setdefault("sessions", {}).setdefault(outcome.part, {})
    return session


def _attend(state: State, session: State, outcome: Outcome, reference: Reference) -> None:
    match outcome.fact:
        case "attended":
            _latest(session, "attended", reference)
            if outcome.duration is not None:
                _latest(session, "timed", [*reference, outcome.duration])
        case "absent":
            _latest(session, "absent", reference)
        case "came_in":
            _earliest(session, "came", reference)
            _instant(state, session, "in", outcome.timestamp)
        case "went_out":
            _latest(session, "left", reference)
            _instant(state, session, "out", outcome.timestamp)


def _instant(state: State, session: State, name: str, instant: int) -> None:
    """Keeps the earliest instants: which these are does not depend on the order of arrival."""
    instants = session.setdefault(name, [])
    at = bisect_left(instants, instant)
    if at < len(instants) and instants[at] == instant:
        return
    instants.insert(at, instant)
    if len(instants) > MOST_INSTANTS:
        instants.pop()
        state["cut"] = True


def _study(state: State, attempt: State, outcome: Outcome, reference: Reference) -> None:
    if outcome.duration is not None:
        _spend(state, attempt, outcome, reference)
    _reach(attempt, outcome)
    _span(attempt, reference)
    fact, own = outcome.fact, not outcome.part
    if fact in _COMPLETIONS and own:
        done = attempt.setdefault("satisfied" if fact == "satisfied" else "done", [reference] * 2)
        done[:] = [min(done[0], reference), max(done[1], reference)]
    if fact in _GRADES:
        graded = own or outcome.kind not in ("module", "lesson")
    else:
        graded = fact in _COMPLETIONS and (own or outcome.kind == "assessment")
    if graded:
        _grade(attempt, outcome, reference)


def _spend(state: State, attempt: State, outcome: Outcome, reference: Reference) -> None:
    """The longest duration said of each part; beyond MOST_PARTS parts, the longest of them.

    `completed` and `passed` of one part both carry the time of the same sitting, so durations of
    one part in one attempt do not add up. The whole course's own figure is never dropped.
    """
    spent = attempt.setdefault("spent", {})
    said = [outcome.duration, *reference]
    spent[outcome.part] = max(spent.get(outcome.part, said), said)
    if len(spent) > MOST_PARTS:
        del spent[min((part for part in spent if part), key=lambda part: (spent[part], part))]
        state["cut"] = True


def _reach(attempt: State, outcome: Outcome) -> None:
    """Notes duration minus instant, in microseconds, of what states a duration.

    It exceeds the time passed since the attempt's first instant f if that difference is over -f.
    Outcomes at f itself are kept apart (`at_first`), since nothing is known to lie before them;
    when an earlier outcome turns up, they join the others (`excess`).
    """
    reach = None if outcome.duration is None else outcome.duration * 1000 - outcome.timestamp
    first = attempt["first"][0] if "first" in attempt else None
    if first is not None and outcome.timestamp > first:
        _greatest(attempt, "excess", reach)
    elif first is not None and outcome.timestamp == first:
        _greatest(attempt, "at_first", reach)
    else:
        _greatest(attempt, "excess", attempt.pop("at_first", None))
        _greatest(attempt, "at_first", reach)


def _grade(attempt: State, outcome: Outcome, reference: Reference) -> None:
    fact = outcome.fact
    verdict = fact == "passed" if fact in _VERDICTS else outcome.success
    if verdict is None and outcome.scaled is None and outcome.raw is None:
        return
    own = 0 if outcome.part else 1
    score = (outcome.scaled, outcome.raw, outcome.min, outcome.max)
    results = [*attempt.get("results", ()), [*reference, own, verdict, *score]]
    attempt["results"] = results if len(results) == 1 else _telling(results)
    if fact in _VERDICTS and not outcome.attempt:
        tries = attempt.setdefault("tries", {})
        tries[outcome.part] = tries.get(outcome.part, 0) + 1


def _telling(results: list[Result]) -> list[Result]:
    """The results that a rule may pick: the first, last and best score, first pass, last verdict.

    Of the course's own results and of its parts' apart. Extremes of extremes are the extremes of
    all, so pruning at every step loses nothing.
    """
    kept: dict[int, Result] = {}
    for own in (0, 1):
        group = sorted((r for r in results if r[3] == own), key=lambda r: (r[0], r[1]))
        scored = [r for r in group if has_score(r)]
        judged = [r for r in group if r[4] is not None]
        passed = [r for r in judged if r[4]]
        picked = [*scored[:1], *scored[-1:], *judged[-1:], *passed[:1]]
        picked += [max(scored, key=merit)] if scored else []
        kept |= {r[1]: r for r in picked}
    return sorted(kept.values(), key=lambda r: (r[0], r[1]))


def has_score(result: Result) -> bool:
    return result[5] is not None or result[6] is not None


def merit(result: Result) -> tuple[float, float, int, int]:
    """Orders results by score, the earlier first among equals; no score is least."""
    scaled = -2.0 if result[5] is None else result[5]
    raw = float("-inf") if result[6] is None else result[6]
    return scaled, raw, -result[0], -result[1]


def _span(record: State, reference: Reference) -> None:
    _earliest(record, "first", reference)
    _latest(record, "last", reference)


def _latest(record: State, name: str, value: list[Any]) -> None:
    if name not in record or record[name][:2] < value[:2]:
        record[name] = value


def _earliest(record: State, name: str, value: list[Any]) -> None:
    if name not in record or record[name][:2] > value[:2]:
        record[name] = value


def _greatest(record: State, name: str, value: int | None) -> None:
    if value is not None and (name not in record or record[name] < value):
        record[name] = value
