"""Terms of days and months on the calendar."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.certification.calendar import earliest_within, plus_days, plus_months
from tests.domain.programmes import day


@pytest.mark.parametrize(
    ("begun", "months", "ends"),
    [
        ("2026-03-10", 12, "2027-03-10"),
        ("2026-01-31", 1, "2026-02-28"),
        ("2028-01-31", 1, "2028-02-29"),
        ("2027-02-28", 12, "2028-02-28"),
        ("2028-02-29", 12, "2029-02-28"),
        ("2028-02-29", 48, "2032-02-29"),
        ("2000-02-29", 1200, "2100-02-28"),
        ("2026-12-31", 2, "2027-02-28"),
        ("2026-12-01", 1, "2027-01-01"),
        ("2026-03-10", 0, "2026-03-10"),
        ("2026-03-31", -1, "2026-02-28"),
        ("2026-01-15", -1, "2025-12-15"),
        ("2026-01-15", 1_000_000_000, "9999-12-31"),
        ("9999-11-15", 1, "9999-12-15"),
        ("9999-12-15", 1, "9999-12-31"),
        ("2026-01-15", -1_000_000_000, "0001-01-01"),
        ("0001-02-15", -1, "0001-01-15"),
        ("0001-01-15", -1, "0001-01-01"),
    ],
)
def test_a_term_of_months_ends_on_the_same_day_or_the_last(
    begun: str, months: int, ends: str
) -> None:
    """Short months and leap years end it on their last day, the calendar's ends hold it."""
    assert plus_months(day(begun), months) == day(ends)


@pytest.mark.parametrize(
    ("begun", "more", "then"),
    [
        ("2028-02-28", 1, "2028-02-29"),
        ("2028-02-29", 1, "2028-03-01"),
        ("2026-03-01", -1, "2026-02-28"),
        ("2026-03-01", 1_000_000_000, "9999-12-31"),
        ("2026-03-01", -1_000_000_000, "0001-01-01"),
    ],
)
def test_days_are_counted_within_the_calendar(begun: str, more: int, then: str) -> None:
    """So many days later or earlier, and never beyond the first or last day there is."""
    assert plus_days(day(begun), more) == day(then)


@pytest.mark.parametrize("year", [1900, 2000, 2027, 2028])
@pytest.mark.parametrize("month", range(1, 13))
def test_a_term_from_a_31st_ends_on_the_last_day_of_every_month(year: int, month: int) -> None:
    """Of every length that months have."""
    assert plus_months(date(year - 1, 12, 31), month) == date(year, *_last_of(year, month))


def _last_of(year: int, month: int) -> tuple[int, int]:
    return month, monthrange(year, month)[1]


@given(st.dates(date(1999, 1, 1), date(2032, 12, 31)), st.integers(0, 50))
def test_the_earliest_day_still_within_is_the_earliest(on: date, months: int) -> None:
    """A term begun on it still holds on the day; one begun the day before does not."""
    start = earliest_within(on, months)
    assert plus_months(start, months) >= on
    assert plus_months(start - timedelta(days=1), months) < on
