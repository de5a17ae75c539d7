"""Hours: durations are taken as said, each stretch once; contradictions are shown."""

from __future__ import annotations

import pytest

from lrs.domain.training.sittings import union
from tests.domain.stories import FIRST, MODULE, TEST, course, day, here, line_of, part


def test_one_sitting_told_twice_counts_once() -> None:
    line = line_of(
        here("completed", MODULE, duration="PT30M"), here("passed", MODULE, duration="PT29M")
    )
    assert line.hours == 1_800


def test_modules_add_up_unless_the_course_says_a_figure() -> None:
    other = part("modules/2", "module")
    both = [here("completed", m, duration="PT30M") for m in (MODULE, other)]
    assert line_of(*both).hours == 3_600
    assert line_of(*both, here("completed", course(), duration="PT2H")).hours == 7_200


def test_what_is_repeated_without_a_registration_counts_each_year() -> None:
    """Nothing else tells next year's attempt from this one; a registration does."""
    years = [f"{year}-03-02T10:00:00+03:00" for year in (2025, 2026)]
    again = [here("completed", course(), at, duration="PT4H") for at in years]
    assert line_of(*again).hours == 8 * 3600
    one = [here("completed", MODULE, at, duration="PT4H", attempt=FIRST) for at in years]
    assert line_of(*one).hours == 4 * 3600


def test_a_classroom_courses_figure_speaks_of_its_sessions() -> None:
    sessions = [
        here("attended", part(f"sessions/{n}", "meeting"), day(n), duration="PT4H") for n in (2, 3)
    ]
    done = here("completed", course(), day(4), duration="PT8H")
    assert line_of(*sessions, done).hours == 8 * 3600
    online = here("initialized", course(), day(1))
    assert line_of(*sessions, done, online).hours == 16 * 3600


def test_a_classroom_courses_figure_contains_its_tests() -> None:
    """Of nine hours said one was the test, so that the two sessions were the other eight."""
    sessions = [
        here("attended", part(f"sessions/{n}", "meeting"), day(n), duration="PT4H") for n in (2, 3)
    ]
    test = here("passed", TEST, day(4), duration="PT1H")
    done = here("completed", course(), day(5), duration="PT9H")
    assert line_of(*sessions, test, done).hours == 9 * 3600


def test_a_duration_beyond_the_time_that_passed_is_marked() -> None:
    begun = here("initialized", course(), day(2, "10:00:00"))
    done = here("completed", course(), day(2, "11:00:00"), duration="PT21H")
    line = line_of(begun, done)
    assert (line.hours_exceed_elapsed, line.hours) == (True, 21 * 3600)


def test_a_duration_within_the_time_that_passed_is_not() -> None:
    begun = here("initialized", course(), day(2, "10:00:00.900"))
    done = here("completed", course(), day(2, "11:00:00.100"), duration="PT1H")
    assert not line_of(begun, done).hours_exceed_elapsed


def test_nothing_is_known_before_the_first_activity() -> None:
    alone = here("completed", course(), day(2), duration="PT21H")
    assert not line_of(alone).hours_exceed_elapsed
    assert not line_of(alone, here("experienced", course(), day(3))).hours_exceed_elapsed
    other_attempt = here("initialized", course(), day(1, "23:00:00"), attempt=FIRST)
    assert not line_of(alone, other_attempt).hours_exceed_elapsed


@pytest.mark.parametrize(
    ("came_in", "went_out", "inside"),
    [
        ([0], [10], 10),
        ([0, 5], [10], 10),
        ([0], [10, 20], 10),
        ([0, 20], [10, 30], 20),
        ([0], [], 0),
        ([10], [0], 0),
        ([0, 10], [10, 20], 20),
        ([10, 20], [10, 30], 10),
    ],
)
def test_presence_is_the_union_of_intervals(
    came_in: list[int], went_out: list[int], inside: int
) -> None:
    assert union(came_in, went_out)[0] == inside
