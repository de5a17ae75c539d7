"""Hours in replies: to the hundredth, whatever unit they are kept in."""

from __future__ import annotations

import pytest

from schemas.reports.fields import HoursField


@pytest.mark.parametrize(
    ("parts", "value", "hours"), [(3_600, 4_000, 1.11), (3_600, 18, 0.01), (60, 100, 1.67)]
)
def test_hours_are_told_to_the_hundredth(parts: int, value: int, hours: float) -> None:
    """Of seconds, and of minutes."""
    assert HoursField(parts).written(value) == hours
