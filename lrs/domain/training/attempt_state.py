"""What an attempt gathers from the outcomes of studying: grades, completions and time spent.

The shape of its state stands in `lrs.domain.training.line_state`.
"""

from __future__ import annotations

from typing import Any

from lrs.domain.training.evidence_log import COMPLETED, FAILED, PASSED, SCORED, note_evidence
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.spending import spend
from lrs.domain.training.state_reducers import Reference, State, greatest, latest, span

AttemptResult = list[Any]
"""[*reference, 1 if the course's own else 0, verdict, scaled, raw, min, max]"""

_VERDICTS = frozenset({"passed", "failed"})
GRADES = frozenset({"passed", "failed", "scored"})
COMPLETIONS = frozenset({"completed", "satisfied"})
_UNGRADED = frozenset({"module", "lesson", "question"})
"""Parts whose verdict and score are none of the course."""
_GRADED = frozenset({"assessment", "attempt", "content"})
"""Parts whose completion may carry a verdict and a score of the course."""


def study(state: State, attempt: State, outcome: Outcome, reference: Reference) -> None:
    if outcome.duration is not None:
        spend(state, attempt, outcome, reference)
    _reach(attempt, outcome)
    span(attempt, reference)
    kind, own = outcome.kind, not outcome.part
    if kind in COMPLETIONS and own:
        done = attempt.setdefault("satisfied" if kind == "satisfied" else "done", [reference] * 2)
        done[:] = [min(done[0], reference), max(done[1], reference)]
    if outcome.success is (kind == "failed") and kind in _VERDICTS:
        latest(state, "contradicted", reference)
    if kind in GRADES:
        graded = own or outcome.activity_kind not in _UNGRADED
    else:
        graded = kind in COMPLETIONS and (own or outcome.activity_kind in _GRADED)
    if graded:
        _grade(attempt, outcome, reference)
        what = _weight(outcome)
        if what:
            note_evidence(state, what, reference, outcome.attempt, outcome.scaled, own=own)


def _weight(outcome: Outcome) -> str:
    """What a graded outcome counts as toward a programme; often nothing."""
    verdict = outcome.kind == "passed" if outcome.kind in _VERDICTS else outcome.success
    if verdict is not None:
        return PASSED if verdict else FAILED
    if not outcome.part and outcome.kind in COMPLETIONS:
        return PASSED if outcome.kind == "satisfied" else COMPLETED
    return "" if outcome.scaled is None else SCORED


def _reach(attempt: State, outcome: Outcome) -> None:
    """Notes duration minus instant, in microseconds, of what states a duration.

    It exceeds the time passed since the attempt's first instant f if that difference is over -f.
    Outcomes at f itself are kept apart (`at_first`), since nothing is known to lie before them;
    when an earlier outcome turns up, they join the others (`excess`).
    """
    reach = None if outcome.duration is None else outcome.duration * 1000 - outcome.timestamp
    first = attempt["first"][0] if "first" in attempt else None
    if first is not None and outcome.timestamp > first:
        greatest(attempt, "excess", reach)
    elif first is not None and outcome.timestamp == first:
        greatest(attempt, "at_first", reach)
    else:
        greatest(attempt, "excess", attempt.pop("at_first", None))
        greatest(attempt, "at_first", reach)


def _grade(attempt: State, outcome: Outcome, reference: Reference) -> None:
    kind = outcome.kind
    verdict = kind == "passed" if kind in _VERDICTS else outcome.success
    if verdict is None and outcome.scaled is None and outcome.raw is None:
        return
    own = 0 if outcome.part else 1
    score = (outcome.scaled, outcome.raw, outcome.min, outcome.max)
    results = [*attempt.get("results", ()), [*reference, own, verdict, *score]]
    attempt["results"] = results if len(results) == 1 else _telling(results)
    judged = kind in _VERDICTS or (outcome.activity_kind == "attempt" and verdict is not None)
    if judged and not outcome.attempt:
        tries = attempt.setdefault("tries", {})
        tries[outcome.part] = tries.get(outcome.part, 0) + 1


def _telling(results: list[AttemptResult]) -> list[AttemptResult]:
    """The results that a rule may pick: the first, last and best score, first pass, last verdict.

    Of the course's own results and of its parts' apart. Extremes of extremes are the extremes of
    all, so pruning at every step loses nothing.
    """
    kept: dict[int, AttemptResult] = {}
    for own in (0, 1):
        group = sorted((r for r in results if r[3] == own), key=lambda r: (r[0], r[1]))
        scored = [r for r in group if has_score(r)]
        judged = [r for r in group if r[4] is not None]
        passed = [r for r in judged if r[4]]
        picked = [*scored[:1], *scored[-1:], *judged[-1:], *passed[:1]]
        picked += [max(scored, key=merit)] if scored else []
        kept |= {r[1]: r for r in picked}
    return sorted(kept.values(), key=lambda r: (r[0], r[1]))


def has_score(result: AttemptResult) -> bool:
    return result[5] is not None or result[6] is not None


def merit(result: AttemptResult) -> tuple[float, float, int, int]:
    """Orders results by score, the earlier first among equals; no score is least."""
    scaled = -2.0 if result[5] is None else result[5]
    raw = float("-inf") if result[6] is None else result[6]
    return scaled, raw, -result[0], -result[1]
