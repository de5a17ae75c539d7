"""Two attempts begun at one instant: the position in the log breaks the tie, under every rule."""

from __future__ import annotations

from typing import Any

import pytest

from lrs.domain.training.attempt import picked, read_attempt
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import FIRST, SECOND, TEST, day, here, line_of, state_of


def did(verb: str, attempt: str, scaled: float, at: str = day(2)) -> JsonObject:
    return here(verb, TEST, at, attempt=attempt, score={"scaled": scaled})


@pytest.mark.parametrize(("one", "other"), [("passed", "failed"), ("failed", "passed")])
@pytest.mark.parametrize("attempts", [(FIRST, SECOND), (SECOND, FIRST)])
def test_the_last_of_two_is_the_one_that_came_later(
    one: str, other: str, attempts: tuple[str, str]
) -> None:
    """Whatever their registrations are called."""
    line = line_of(did(one, attempts[0], 0.5), did(other, attempts[1], 0.6), rule="last")
    assert line.status == other


@pytest.mark.parametrize("attempts", [(FIRST, SECOND), (SECOND, FIRST)])
def test_where_none_is_passed_first_counts_what_came_later(attempts: tuple[str, str]) -> None:
    line = line_of(*(did("failed", one, n / 10) for n, one in enumerate(attempts)), rule="first")
    assert line.score is not None
    assert line.score.scaled == 0.1


def position(rule: Any, *statements: JsonObject) -> int:
    """Where the attempt that counts begins."""
    attempts = [read_attempt(one, rule) for one in state_of(*statements).attempts.values()]
    found = picked(attempts, rule)
    assert found is not None
    return found.begun.position


@pytest.mark.parametrize("rule", ["best", "first"])
@pytest.mark.parametrize("attempts", [(FIRST, SECOND), (SECOND, FIRST)])
def test_of_two_equal_passes_the_one_that_came_earlier_counts(
    rule: str, attempts: tuple[str, str]
) -> None:
    assert position(rule, *(did("passed", one, 0.9) for one in attempts)) == 1


def test_of_two_equal_passes_the_earlier_begun_is_the_best() -> None:
    """Though the log learned of it later."""
    late, early = did("passed", FIRST, 0.9, day(3)), did("passed", SECOND, 0.9, day(2))
    assert position("best", late, early) == 2
