from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.clock import iso, micros, parse_timestamp

NOON = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01T12:00:00Z",
        "2026-03-01t12:00:00z",
        "2026-03-01 12:00:00Z",
        "2026-03-01T12:00Z",
        "2026-03-01T12:00:00",
        "2026-03-01T12:00:00.0Z",
        "2026-03-01T12:00:00,000Z",
        "2026-03-01T12:00:00+00:00",
        "2026-03-01T15:00:00+03",
        "2026-03-01T15:00:00+0300",
        "2026-03-01T15:00:00+03:00",
        "2026-03-01T06:30:00-05:30",
        "2026-03-01T12:00:00.0000009Z",
    ],
)
def test_an_instant_may_be_written_in_many_ways(text: str) -> None:
    """1.0.3 part 2, 4.5 and RFC 3339; without an offset it is UTC."""
    assert parse_timestamp(text) == NOON


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "12:00:00Z",
        "2026-03-01T12Z",
        "2026-3-1T12:00:00Z",
        "20260301T120000Z",
        "2026-W09-7T12:00:00Z",
        "2026-060T12:00:00Z",
        "2026-02-30T12:00:00Z",
        "2026-03-01T24:00:01Z",
        "2026-03-01T12:60:00Z",
        "2026-03-01T12:00:00-00",
        "2026-03-01T12:00:00-0000",
        "2026-03-01T12:00:00-00:00",
        "2026-03-01T12:00:00+24:00",
        "2026-03-01T12:00:00.Z",
        "2026-03-01T12:00:00Z\n",
        " 2026-03-01T12:00:00Z",
        "２０２６-03-01T12:00:00Z",
        "2026-03-01T12:00:00 +03:00",
        "0000-01-01T00:00:00Z",
    ],
)
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    """Date and time are both there; an offset of minus zero says that it is unknown."""
    with pytest.raises(ValueError, match=r".+"):
        parse_timestamp(text)


def test_a_leap_second_is_the_end_of_its_minute() -> None:
    """RFC 3339, 5.7: 23:59:60 is a time that happened."""
    leap = parse_timestamp("2016-12-31T23:59:60Z")
    assert leap == datetime(2016, 12, 31, 23, 59, 59, 999_999, tzinfo=UTC)


def test_the_offset_is_kept_beside_the_instant() -> None:
    """So that a day of training is the day on the wall where it was."""
    said = parse_timestamp("2026-03-01T12:00:00+05:00")
    assert said.utcoffset() == timedelta(hours=5)


def test_finer_than_microseconds_is_cut_and_never_rounded() -> None:
    """A later instant is never said of an earlier one."""
    assert parse_timestamp("2026-03-01T12:00:00.999999999Z").microsecond == 999_999


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_survives_being_counted_and_written(instant: datetime) -> None:
    """Microseconds since the epoch, before it too; text has six decimals, always."""
    text = iso(micros(instant))
    assert len(text) == len("2026-03-01T12:00:00.000000Z")
    assert parse_timestamp(text) == instant


@given(st.integers(0, 10**15), st.integers(0, 10**15))
def test_text_order_is_time_order(one: int, two: int) -> None:
    """So that a client may compare `stored` as text."""
    assert (iso(one) < iso(two)) is (one < two)
