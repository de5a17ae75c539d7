"""The state of an attempt: its grades, completions and time spent, gathered from outcomes."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from lrs.domain.training.evidence_log import CountingKind, EvidenceEntry
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.reference import FirstAndLast, Reference, greatest, later, spanned
from lrs.domain.training.score import StatedScore
from lrs.domain.training.spending import DurationPoint, Durations, add_duration

_VERDICTS = frozenset({"passed", "failed"})
GRADES = frozenset({"passed", "failed", "scored"})
COMPLETIONS = frozenset({"completed", "satisfied"})
_UNGRADED = frozenset({"module", "lesson", "question"})
"""The kinds of parts whose verdicts and scores do not count for the course."""
_GRADED = frozenset({"assessment", "attempt", "content"})
"""The kinds of parts whose completion may have a verdict and a score for the course."""


class AttemptResult(NamedTuple):
    """A verdict, a score or both: on the course itself if `own`, else on one of its parts."""

    reference: Reference
    own: bool
    verdict: bool | None
    score: StatedScore


@dataclass(slots=True)
class AttemptState:
    """The state of one attempt; `first` and `last` refer to its first and last outcomes."""

    first: Reference
    last: Reference
    completed: FirstAndLast | None = None
    """When the course was completed."""
    satisfied: FirstAndLast | None = None
    """When the course was declared satisfied."""
    results: list[AttemptResult] = field(default_factory=list)
    """The graded outcomes that some rule may pick, by time."""
    tries: dict[str, int] = field(default_factory=dict)
    """The number of verdicts by part, for outcomes without a registration."""
    durations: Durations = field(default_factory=dict)
    """The stated durations (see `lrs.domain.training.spending`)."""
    durations_shortened: bool = False
    at_first: int | None = None
    excess: int | None = None
    """How far stated durations reach back before the attempt, see `_note_reach`."""


def study(
    attempt: AttemptState, outcome: Outcome, reference: Reference
) -> tuple[bool, EvidenceEntry | None]:
    """Adds an outcome to an attempt's state, which is changed. Gives whether some time was dropped,
    and the outcome as evidence for programmes.
    """
    cut = outcome.duration is not None and _spend(attempt, outcome, outcome.duration, reference)
    _note_reach(attempt, outcome)
    attempt.first = min(attempt.first, reference)
    attempt.last = later(attempt.last, reference)
    kind, own = outcome.kind, not outcome.part
    if own and kind == "satisfied":
        attempt.satisfied = spanned(attempt.satisfied, reference)
    elif own and kind == "completed":
        attempt.completed = spanned(attempt.completed, reference)
    if kind in GRADES:
        graded = own or outcome.activity_kind not in _UNGRADED
    else:
        graded = kind in COMPLETIONS and (own or outcome.activity_kind in _GRADED)
    if not graded:
        return cut, None
    _grade(attempt, outcome, reference)
    counting = _counting_kind(outcome)
    if counting is None:
        return cut, None
    scaled = outcome.score.scaled
    return cut, EvidenceEntry(reference, counting, outcome.attempt, scaled, own)


def _spend(attempt: AttemptState, outcome: Outcome, duration: int, reference: Reference) -> bool:
    shortened, cut = add_duration(
        attempt.durations,
        outcome,
        DurationPoint(duration, reference),
        shortened=attempt.durations_shortened,
    )
    attempt.durations_shortened = shortened
    return cut


def _counting_kind(outcome: Outcome) -> CountingKind | None:
    """The kind of evidence of a graded outcome; None if it is no evidence."""
    verdict = outcome.verdict
    if verdict is not None:
        return "passed" if verdict else "failed"
    if not outcome.part and outcome.kind in COMPLETIONS:
        return "passed" if outcome.kind == "satisfied" else "completed"
    return None if outcome.score.scaled is None else "scored"


def _note_reach(attempt: AttemptState, outcome: Outcome) -> None:
    """Notes the greatest duration minus instant, in microseconds, of outcomes with a duration.

    A duration is longer than the time since the attempt's first instant f if the difference is
    over -f. Outcomes at f itself are noted apart (`at_first`), since nothing is known about the
    time before them; once an earlier outcome arrives, they are merged into `excess`.
    """
    reach = None if outcome.duration is None else outcome.duration * 1000 - outcome.timestamp
    first = attempt.first.instant
    if outcome.timestamp > first:
        attempt.excess = greatest(attempt.excess, reach)
    elif outcome.timestamp == first:
        attempt.at_first = greatest(attempt.at_first, reach)
    else:
        attempt.excess = greatest(attempt.excess, attempt.at_first)
        attempt.at_first = reach


def _grade(attempt: AttemptState, outcome: Outcome, reference: Reference) -> None:
    verdict, score = outcome.verdict, outcome.score
    if verdict is None and not score.is_given:
        return
    attempt.results.append(AttemptResult(reference, not outcome.part, verdict, score))
    if len(attempt.results) > 1:
        attempt.results = _selectable(attempt.results)
    judged = outcome.kind in _VERDICTS or (
        outcome.activity_kind == "attempt" and verdict is not None
    )
    if judged and not outcome.attempt:
        attempt.tries[outcome.part] = attempt.tries.get(outcome.part, 0) + 1


def _selectable(results: list[AttemptResult]) -> list[AttemptResult]:
    """The results that a rule may pick: the first, last and best score, first pass, last verdict.

    They are picked separately among the course's own results and its parts'. Extremes of extremes
    are the extremes of all, so pruning at every step loses nothing.
    """
    selected: dict[int, AttemptResult] = {}
    for own in (False, True):
        group = sorted((r for r in results if r.own is own), key=_reference)
        scored = [r for r in group if r.score.is_given]
        judged = [r for r in group if r.verdict is not None]
        passed = [r for r in judged if r.verdict]
        picked = [*scored[:1], *scored[-1:], *judged[-1:], *passed[:1]]
        picked += [max(scored, key=merit)] if scored else []
        selected |= {r.reference.position: r for r in picked}
    return sorted(selected.values(), key=_reference)


def _reference(result: AttemptResult) -> Reference:
    return result.reference


def merit(result: AttemptResult) -> tuple[float, float, int, int]:
    """A sort key by score: of equal scores the earlier result is greater; no score is the least."""
    scaled = -2.0 if result.score.scaled is None else result.score.scaled
    raw = float("-inf") if result.score.raw is None else result.score.raw
    return scaled, raw, -result.reference.instant, -result.reference.position
