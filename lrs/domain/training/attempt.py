"""The status of an attempt, and the attempt that a rule picks.

An attempt's status is the first row that applies. A verdict on the course itself takes precedence
over verdicts on its tests; passing a module or a lesson is no verdict on its course.

    passed        the verdict under the rule is a pass
    completed     the course was declared satisfied
    failed        the verdict under the rule is a failure
    completed     the course was completed
    in progress   otherwise

A rule picks one attempt, and within an attempt one verdict and one score:

    rule    attempt                                     verdict                  score
    best    passed > completed > failed > in progress,  a pass if there is one,  highest
            then highest score, then earliest           else the last
    last    begun last                                  last                     last
    first   passed earliest; if none, begun last        first pass, else last    that verdict's,
                                                                                 else the first

Without registrations attempts cannot be distinguished: such outcomes form one attempt, which counts
as many times as there are verdicts on the part with the most verdicts.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal, NamedTuple, get_args

from lrs.domain.training.attempt_state import AttemptResult, AttemptState, merit
from lrs.domain.training.reference import FirstAndLast, Reference

AttemptRule = Literal["best", "last", "first"]
Status = Literal[
    "enrolled",
    "in progress",
    "attended",
    "completed",
    "passed",
    "failed",
    "waived",
    "withdrawn",
]
STATUSES: tuple[Status, ...] = get_args(Status)
RULES: tuple[AttemptRule, ...] = ("best", "last", "first")
_RANK = {"in progress": 0, "failed": 1, "completed": 2, "passed": 3}


class Attempt(NamedTuple):
    """An attempt under a rule: `ground` is the statement that its status rests on, `judged` is the
    result with its verdict, `score` the result with its score, `scored` are all results with
    scores, by time.
    """

    begun: Reference
    status: Status
    ground: Reference
    verdict: bool | None
    judged: AttemptResult | None
    score: AttemptResult | None
    scored: list[AttemptResult]


def read_attempt(attempt: AttemptState, rule: AttemptRule) -> Attempt:
    """The attempt under the rule."""
    judged = _nearest([r for r in attempt.results if r.verdict is not None])
    scored = _nearest([r for r in attempt.results if r.score.is_given])
    verdict = judged[-1] if judged else None
    if rule != "last":
        verdict = next((r for r in judged if r.verdict), verdict)
    status, ground = _attempt_status(attempt, verdict, rule)
    return Attempt(
        begun=attempt.first,
        status=status,
        ground=ground,
        verdict=verdict.verdict if verdict else None,
        judged=verdict,
        score=_picked_score(scored, verdict, rule),
        scored=scored,
    )


def _nearest(results: list[AttemptResult]) -> list[AttemptResult]:
    """The course's own results if it has any, else those of its tests."""
    return [r for r in results if r.own] or results


def _attempt_status(
    attempt: AttemptState, verdict: AttemptResult | None, rule: AttemptRule
) -> tuple[Status, Reference]:
    if verdict and verdict.verdict:
        return "passed", verdict.reference
    if attempt.satisfied:
        return "completed", _end(attempt.satisfied, rule)
    if verdict:
        return "failed", verdict.reference
    if attempt.completed:
        return "completed", _end(attempt.completed, rule)
    return "in progress", attempt.last


def _end(span: FirstAndLast, rule: AttemptRule) -> Reference:
    return span.last if rule == "last" else span.first


def _picked_score(
    scored: list[AttemptResult], verdict: AttemptResult | None, rule: AttemptRule
) -> AttemptResult | None:
    if not scored:
        return None
    if rule == "best":
        return max(scored, key=merit)
    if rule == "last":
        return scored[-1]
    return verdict if verdict in scored else scored[0]


def picked(attempts: list[Attempt], rule: AttemptRule) -> Attempt | None:
    """The attempt that the rule picks."""
    if not attempts:
        return None
    if rule == "best":
        return max(attempts, key=_rank)
    passed = [a for a in attempts if a.status == "passed"]
    if rule == "first" and passed:
        return min(passed, key=lambda a: a.ground)
    return max(attempts, key=lambda a: a.begun)


def _rank(attempt: Attempt) -> tuple[int, float, float, int, int]:
    scaled, raw = merit(attempt.score)[:2] if attempt.score else (-3.0, float("-inf"))
    return _RANK[attempt.status], scaled, raw, -attempt.begun.instant, -attempt.begun.position


def count(attempts: Iterable[AttemptState]) -> int:
    """The number of attempts: one for each registration; for outcomes without one, the number of
    verdicts on the part with the most verdicts, at least one.
    """
    return sum(max(attempt.tries.values(), default=1) for attempt in attempts)
