"""Course statistics: sums over lines that can be taken back exactly."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lrs.domain.training.course_statistics import (
    Counters,
    Rate,
    Spread,
    change,
    figures,
    kind_of,
    spread,
)
from lrs.domain.training.line import Line, read_line
from lrs.domain.training.line_counters import counters_of, step
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import (
    SESSION,
    TEST,
    course,
    histories,
    line_of,
    part,
    state_of,
    statement,
    within,
)
from tests.support.examples import drawn


def line(verb: str, object_: JsonObject, **result: Any) -> Line:
    return line_of(statement(verb, object_, context=within(), result=result or None))


def total(*lines: Line) -> Counters:
    counters: Counters = {}
    for one in lines:
        counters = change(counters, {}, counters_of(one))
    return counters


def test_lines_are_counted_by_status() -> None:
    found = figures(
        total(
            line("registered", course()),
            line("unregistered", course()),
            line("initialized", part("m", "module")),
            line("attended", SESSION, duration="PT4H"),
            line("attended", SESSION, completion=False),
            line("completed", course(), duration="PT1H"),
            line("passed", TEST),
            line("failed", TEST),
            line("waived", course()),
        )
    )
    assert found.by_status == {
        "enrolled": 2,
        "in progress": 1,
        "attended": 1,
        "completed": 1,
        "passed": 1,
        "failed": 1,
        "waived": 1,
        "withdrawn": 1,
    }
    assert (found.trainees, found.enrolled, found.started) == (9, 1, 5)
    assert (found.attended, found.missed) == (1, 1)
    assert (found.attempts, found.hours) == (4, 5 * 3600)


def test_rates_name_their_denominators() -> None:
    """The waived and withdrawn are expected to complete nothing."""
    found = figures(
        total(
            *[line("passed", TEST)] * 3,
            line("failed", TEST),
            line("completed", course()),
            line("waived", course()),
            line("unregistered", course()),
        )
    )
    assert (found.completion, found.passing) == (Rate(4, 5), Rate(3, 4))
    assert found.passing.value == 0.75
    assert figures({}).completion == Rate(0, 0)
    assert figures({}).completion.value is None


@pytest.mark.parametrize(
    ("scaled", "bin_"),
    [(-1, 0), (0, 0), (0.0999, 0), (0.1, 1), (0.3, 3), (0.7, 7), (0.95, 9), (1, 9)],
)
def test_scores_fall_into_ten_bins(scaled: float, bin_: int) -> None:
    found = figures(total(line("scored", TEST, score={"scaled": scaled})))
    assert found.scores == found.first_scores == tuple(int(n == bin_) for n in range(10))


def test_first_scores_are_counted_beside_the_counted_ones() -> None:
    failed = statement("failed", TEST, context=within(), result={"score": {"scaled": 0.2}})
    passed = statement(
        "passed",
        TEST,
        at="2026-03-09T10:00:00Z",
        context=within(),
        result={"score": {"scaled": 0.8}},
    )
    found = figures(total(line_of(failed, passed)))
    assert (found.scores.index(1), found.first_scores.index(1)) == (8, 2)


def test_a_score_without_a_scale_is_in_no_bin() -> None:
    assert sum(figures(total(line("scored", TEST, score={"raw": 5}))).scores) == 0


def test_scores_spread_over_quartiles_in_per_cent() -> None:
    scores = [line("scored", TEST, score={"scaled": n}) for n in (0.29, 0.5, 0.7, 0.9)]
    assert figures(total(*scores)).score_spread == Spread(29, 50, 70)
    assert figures({}).score_spread == Spread(None, None, None)


@pytest.mark.parametrize(
    ("histogram", "quartiles"),
    [
        ({5: 1}, (5, 5, 5)),
        ({1: 1, 2: 1}, (1, 1, 2)),
        ({1: 3, 9: 1}, (1, 1, 1)),
        ({0: 8}, (0, 0, 0)),
    ],
)
def test_quartiles_are_values_that_occur(
    histogram: dict[int, int], quartiles: tuple[int, int, int]
) -> None:
    assert spread(histogram) == quartiles


def test_passing_tells_how_many_tries_it_took() -> None:
    """The failures before the first pass, and that pass."""
    days = [f"2026-03-0{n}T10:00:00Z" for n in (1, 2, 3)]
    late = [
        statement(verb, TEST, at=at, context=within())
        for verb, at in zip(("failed", "failed", "passed"), days, strict=True)
    ]
    found = figures(total(line_of(*late), line("passed", TEST), line("failed", TEST)))
    assert found.tries == {1: 1, 3: 1}
    assert found.minutes == Spread(0, 0, step(2 * 24 * 60))


@pytest.mark.parametrize("minutes", [0, 1, 63, 64, 65, 127, 128, 1000, 525_600, 10**7])
def test_long_times_are_counted_in_steps_of_a_few_per_cent(minutes: int) -> None:
    assert minutes * 31 / 32 < step(minutes) + 1 <= minutes + 1
    assert step(step(minutes)) == step(minutes)


def test_a_courses_kind_is_seen_over_its_lines() -> None:
    classroom, online = line("attended", SESSION), line("experienced", part("m", "module"))
    assert kind_of({}) is None
    assert kind_of(total(line("passed", TEST))) == "test"
    assert kind_of(total(line("passed", TEST), classroom)) == "classroom"
    assert kind_of(total(online, classroom)) == "blended"


@settings(deadline=None, max_examples=drawn(60))
@given(st.lists(histories(most=5), min_size=1, max_size=5), st.randoms(use_true_random=False))
def test_what_was_added_can_be_taken_back(stories: list[Any], random: Any) -> None:
    """Additions and removals in any order leave the sum of what remains, and zero leaves {}."""
    lines = [one for story in stories if (one := read_line(state_of(*story)))]
    kept = lines[: len(lines) // 2]
    counters = total(*random.sample(lines, len(lines)))
    for one in lines[len(kept) :]:
        counters = change(counters, counters_of(one), {})
    assert counters == total(*kept)
    for one in kept:
        counters = change(counters, counters_of(one), {})
    assert counters == {}
