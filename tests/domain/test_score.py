"""Scores, durations and progress as numbers: said, derived, or unusable."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.time import milliseconds
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.score import suffices
from lrs.domain.training.vocabulary import PROGRESS
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import course, line_of, statement, told


def one(said: JsonObject) -> Outcome:
    (outcome,) = told(said)
    return outcome


@pytest.mark.parametrize(
    ("score", "scaled"),
    [
        ({"scaled": 0.7, "raw": 1, "min": 0, "max": 10}, 0.7),
        ({"raw": 7, "min": 0, "max": 10}, 0.7),
        ({"raw": 7, "max": 10}, 0.7),
        ({"raw": 3, "min": 1, "max": 5}, 0.5),
        ({"raw": 1, "max": 3}, 0.333333),
        ({"raw": 12, "max": 10}, None),
        ({"raw": 1, "min": 2, "max": 4}, None),
        ({"raw": 0, "min": 0, "max": 0}, None),
        ({"raw": 7}, None),
        ({"scaled": 1.5}, None),
        ({"scaled": -1.5}, None),
        ({"min": 0}, None),
        ({"raw": 10**400, "max": 10**401}, None),
        ({"raw": 1e308, "min": -1e308, "max": 1.5e308}, None),
        ({}, None),
    ],
)
def test_a_scaled_score_is_said_or_derived(score: JsonObject, scaled: float | None) -> None:
    assert one(statement("scored", course(), result={"score": score})).score.scaled == scaled


@pytest.mark.parametrize("raw", [2**53, -(2**53)])
def test_a_whole_number_stays_whole_as_far_as_json_carries_it(raw: int) -> None:
    """The next one has no exact place in a binary fraction of 64 bits."""
    exact = one(statement("scored", course(), result={"score": {"raw": raw}}))
    assert repr(exact.score.raw) == repr(raw)
    beyond = one(statement("scored", course(), result={"score": {"raw": raw * 2}}))
    assert repr(beyond.score.raw) == repr(float(raw * 2))


@pytest.mark.parametrize(
    ("scaled", "limit", "reached"),
    [
        (0.7999999999999999, 0.8, True),
        (0.8, 0.7999999999999999, True),
        (0.1 + 0.2, 0.3, True),
        (0.3, 0.1 + 0.2, True),
        (1 - 3 * 0.1, 0.7, True),
        (0.799999999, 0.8, False),
        (0.79, 0.8, False),
        (1, 1, True),
        (None, 0.0, False),
    ],
)
def test_a_limit_is_reached_to_nine_decimals(
    scaled: float | None, limit: float, reached: bool
) -> None:
    """What a tool reckons in binary fractions is not held against who took the test."""
    assert suffices(scaled, limit) is reached


@pytest.mark.parametrize(
    ("score", "stars"),
    [
        ({"raw": 4, "max": 5}, (4,)),
        ({"raw": 4, "min": 1, "max": 5}, (4,)),
        ({"raw": 1, "max": 5}, (1,)),
        ({"raw": 5.0, "max": 5}, (5,)),
        ({"raw": 4.5, "max": 5}, (5,)),
        ({"raw": 0, "max": 5}, (1,)),
        ({"raw": 5, "max": 10}, (3,)),
        ({"scaled": 0.2}, (2,)),
        ({"scaled": 1}, (5,)),
        ({"scaled": -1}, (1,)),
        ({"raw": 4}, ()),
    ],
)
def test_feedback_is_one_to_five_points(score: JsonObject, stars: tuple[int, ...]) -> None:
    """A whole number of five is meant so; of another scale it is a fifth of it."""
    rated = statement("rated", course(), result={"score": score})
    assert line_of(statement("initialized", course()), rated).stars == stars


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("PT4H", 14_400_000),
        ("PT1H30M15.25S", 5_415_250),
        ("PT0.5H", 1_800_000),
        ("PT1,5M", 90_000),
        ("P1W", 604_800_000),
        ("P1Y2M3DT4H", 36_993_600_000),
        ("PT0.0019S", 1),
        ("PT0S", 0),
        ("P200Y", None),
        ("P" + "9" * 5000 + "Y", None),
        ("P", None),
        ("PT", None),
        ("four hours", None),
        (4, None),
    ],
)
def test_a_duration_is_whole_milliseconds(text: object, expected: int | None) -> None:
    assert milliseconds(text) == expected


def test_progress_is_the_extension_or_else_the_scaled_score() -> None:
    cases: list[tuple[JsonObject, float | None]] = [
        ({"extensions": {PROGRESS: 40}}, 40),
        ({"extensions": {PROGRESS: 40}, "score": {"scaled": 0.9}}, 40),
        ({"score": {"scaled": 0.25}}, 25),
        ({"extensions": {PROGRESS: "40"}}, None),
        ({"extensions": {PROGRESS: 4000}}, None),
    ]
    for result, expected in cases:
        assert one(statement("progressed", course(), result=result)).progress == expected


@given(st.from_regex(r"(\d{1,5}H)?(\d{1,5}M)?\d{1,6}(\.\d{1,3})?S", fullmatch=True))
def test_plain_durations_are_read_as_all_others_are(time: str) -> None:
    """The short way agrees with the long one, which a day in front makes necessary."""
    ascii_time = time.translate({ord(c): str(int(c)) for c in time if c.isdigit()})
    assert milliseconds(f"PT{ascii_time}") == milliseconds(f"P0DT{ascii_time}")
