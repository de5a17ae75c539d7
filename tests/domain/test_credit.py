"""What of a line counts toward a programme, and since when somebody is at it."""

from __future__ import annotations

import pytest

from lrs.domain.certification.evidence import evidence_in, first_activity
from lrs.domain.training.evidence_log import MOST
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import COURSE, SESSION, TEST, course, day, here, state_of, statement

YEARS = [f"{year}-03-02T10:00:00+03:00" for year in (2024, 2025, 2026)]


def days(*statements: JsonObject) -> list[str]:
    marks = evidence_in(COURSE, state_of(*statements))
    return sorted(str(mark.day) for mark in marks if mark.what == "attended")


def test_a_session_that_recurs_counts_each_time() -> None:
    """Later attendance takes nothing from an earlier day."""
    said = [here("attended", SESSION, at) for at in YEARS]
    assert days(*said) == ["2024-03-02", "2025-03-02", "2026-03-02"]


@pytest.mark.parametrize(
    ("absent", "expected"),
    [
        (day(2, "18:00:00"), ["2025-03-02"]),
        (day(2, "09:00:00"), ["2025-03-02", "2026-03-02"]),
        (day(3), ["2025-03-02", "2026-03-02"]),
        (day(9), ["2025-03-02", "2026-03-02"]),
        ("2025-03-02T18:00:00+03:00", ["2026-03-02"]),
    ],
)
def test_an_absence_takes_back_the_sitting_of_its_own_day_alone(
    absent: str, expected: list[str]
) -> None:
    """The last word on a day counts whenever it comes."""
    said = [here("attended", SESSION, at) for at in YEARS[1:]]
    assert days(*said, here("attended", SESSION, absent, completion=False)) == expected


@pytest.mark.parametrize(
    ("verb", "is_something"),
    [("registered", False), ("attended", True), ("initialized", True), ("waived", True)],
)
def test_who_is_only_expected_has_begun_nothing(verb: str, is_something: bool) -> None:
    assert bool(first_activity(state_of(here(verb, course())))) == is_something
    assert first_activity(state_of(here("attended", SESSION, completion=False))) is None


def test_a_flood_of_failures_takes_no_pass_away() -> None:
    """Of more marks than a line keeps, those go first that achieve nothing, oldest first."""
    passed = statement("passed", course(), at=YEARS[0])
    failed = [here("failed", TEST, day(2, f"10:{n // 60:02}:{n % 60:02}")) for n in range(MOST + 9)]
    state = state_of(passed, *failed)
    assert len(state.evidence) == MOST
    assert state == state_of(passed, *failed)
    assert "passed" in {mark.what for mark in evidence_in(COURSE, state)}
