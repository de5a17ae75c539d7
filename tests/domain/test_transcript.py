"""A line's state: the same in any order, bounded, and without what was voided."""

from __future__ import annotations

from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.training.line import read_line
from lrs.domain.training.line_state import MOST_VOIDED, LineState, fold_lines, gather, note_voided
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.sittings import MOST_INSTANTS, MOST_SITTINGS
from lrs.domain.training.spending import MOST_PARTS
from lrs.domain.xapi.agent import JsonObject
from lrs.projections.training.line_encoding import decoded, encoded
from tests.domain.stories import (
    MODULE,
    SESSION,
    TEST,
    day,
    here,
    histories,
    part,
    state_of,
    told,
)
from tests.support.examples import drawn


def _moved(outcome: Outcome, position: int) -> Outcome:
    """The same outcome told at another position, a second later each."""
    return outcome._replace(
        position=position,
        timestamp=outcome.timestamp + position * 1_000_000,
    )


@settings(deadline=None, max_examples=drawn(300))
@given(histories(most=20), st.randoms(use_true_random=False))
def test_any_order_gives_the_same_line(history: list[JsonObject], random: Any) -> None:
    """Late, early and simultaneous statements: the state is the same, byte for byte."""
    ordered = told(*history)
    shuffled = random.sample(ordered, len(ordered))
    assert encoded(gather(LineState(), ordered)) == encoded(gather(LineState(), shuffled))


@settings(deadline=None)
@given(histories())
def test_a_state_can_be_stored_and_continued(history: list[JsonObject]) -> None:
    state = LineState()
    for outcome in told(*history):
        state = decoded(encoded(gather(state, [outcome])))
    assert encoded(state) == encoded(state_of(*history))


@settings(deadline=None)
@given(histories(), st.sampled_from(["best", "last", "first"]))
def test_every_line_can_be_read_under_every_rule(history: list[JsonObject], rule: Any) -> None:
    """None where nothing but certificates and feedback is known."""
    line = read_line(state_of(*history), rule)
    if line is None:
        assert {o.kind for o in told(*history)} <= {"certified", "forfeited", "rated"}
        return
    assert (line.completed is not None) == (line.status in ("passed", "completed"))
    assert line.first_activity.instant <= line.last_activity.instant
    assert set(line.evidence) <= set(range(1, len(history) + 1))


def test_a_voided_mistake_goes_and_leaves_a_mark() -> None:
    failed, passed = told(here("failed", TEST, day(2)), here("passed", TEST, day(3)))
    line = read_line(note_voided(gather(LineState(), [failed]), [passed.position]))
    assert line
    assert (line.status, line.voided, line.voided_count) == ("failed", (2,), 1)


def test_a_line_with_nothing_left_says_nothing() -> None:
    state = note_voided(LineState(), [1])
    assert read_line(state) is None
    assert (state.voided, state.voided_count, state.is_empty) == ([1], 1, False)


def test_marks_are_counted_when_they_are_too_many_to_keep() -> None:
    gone = list(range(1, MOST_VOIDED + 11))
    forward, backward = note_voided(LineState(), gone), LineState()
    for one in reversed(gone):
        note_voided(backward, [one])
    assert forward == backward
    assert forward.voided_count == MOST_VOIDED + 10
    assert len(forward.voided) == MOST_VOIDED


def test_ten_thousand_pages_turned_are_a_count() -> None:
    page = told(here("experienced", MODULE))[0]
    few, many = LineState(), LineState()
    for state, turns in ((few, 10), (many, 10_000)):
        gather(state, (_moved(page, n) for n in range(1, turns)))
    assert many.counts == {"started": 9_999}
    assert len(encoded(many)) < len(encoded(few)) + 30


def test_ten_thousand_tries_keep_those_a_rule_may_pick() -> None:
    tries = (
        _moved(told(here("failed", TEST, score={"scaled": (n % 97) / 100}))[0], n)
        for n in range(1, 1_000)
    )
    state = gather(LineState(), tries)
    assert len(state.attempts[""].results) <= 5
    assert read_line(state).attempts == 999  # type: ignore[union-attr]


def test_joining_without_end_is_cut_and_marked() -> None:
    joined = told(here("join", SESSION))[0]
    state = gather(LineState(), (_moved(joined, n) for n in range(1, MOST_INSTANTS + 100)))
    (sitting,) = state.sessions[SESSION["id"]].sittings
    assert len(sitting.came_in) == MOST_INSTANTS
    assert state.hours_cut


def test_sittings_without_end_keep_the_latest() -> None:
    sat = told(here("attended", SESSION, duration="PT1H"))[0]
    daily = [
        sat._replace(timestamp=sat.timestamp + n * 86_400_000_000, position=n)
        for n in range(1, MOST_SITTINGS + 51)
    ]
    forward, backward = gather(LineState(), daily), gather(LineState(), reversed(daily))
    assert forward == backward
    line = read_line(forward)
    assert line
    assert (line.sessions_attended, line.hours_cut) == (MOST_SITTINGS, True)


def test_parts_without_end_keep_the_longest() -> None:
    done = [
        told(here("completed", part(f"m/{n}", "module"), duration=f"PT{n}M"))[0]
        for n in range(1, MOST_PARTS + 51)
    ]
    forward = gather(LineState(), (_moved(o, n) for n, o in enumerate(done)))
    backward = gather(LineState(), (_moved(o, n) for n, o in reversed(list(enumerate(done)))))
    assert encoded(forward) == encoded(backward)
    assert len(forward.attempts[""].durations) == MOST_PARTS


def test_a_statement_counts_once_in_a_line() -> None:
    """As that of a Group that names two identifiers of one person."""
    passed, failed = told(here("passed", TEST, day(2)), here("failed", TEST, day(3)))
    once = fold_lines([("a", 1, passed), ("a", 2, None)])
    assert fold_lines([("a", 1, passed), ("a", 1, passed), ("a", 2, None), ("a", 2, None)]) == once
    assert once["a"].counts == {"passed": 1}
    assert (once["a"].voided, once["a"].voided_count) == ([2], 1)
    assert fold_lines([("a", 1, passed), ("b", 2, failed)])["b"].counts == {"failed": 1}
