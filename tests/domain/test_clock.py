from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lrs.domain.iso8601 import parse_iso8601
from lrs.domain.time import is_rfc_3339, iso, micros, parse_timestamp

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
        "2026-060T12:00:00Z",
        "2026-W09-7T12:00:00Z",
        "20260301T120000Z",
        "2026060T120000Z",
        "2026W097T120000Z",
        "20260301T1200Z",
        "20260301T12",
        "20260301T150000.000+03:00",
        "20260301T120000,0000009Z",
        "2026-03-01T12Z",
        "2026-03-01T15+0300",
        "2026-03-01T12,0Z",
    ],
)
def test_an_instant_may_be_written_in_each_form_of_iso_8601(text: str) -> None:
    """1.0.3 part 2, 4.5; ISO 8601:2004, 4.3: weeks, days of the year, basic and reduced forms."""
    assert parse_timestamp(text) == NOON


@pytest.mark.parametrize("text", ["2026-02-28T24:00:00Z", "20260228T24Z", "2026-059T24:00,0Z"])
def test_24_00_is_the_end_of_its_day(text: str) -> None:
    """ISO 8601:2004, 4.2.3; no instant lies beyond it on that day."""
    assert parse_timestamp(text) == NOON - timedelta(hours=12)


@pytest.mark.parametrize("time", ["24:00:01", "24:00:00.0000001", "24:01", "24.1", "24:00:60"])
def test_nothing_comes_after_24_00(time: str) -> None:
    """ISO 8601:2004, 4.2.3."""
    with pytest.raises(ValueError, match="time of day"):
        parse_timestamp(f"2026-02-28T{time}Z")


@pytest.mark.parametrize(
    ("text", "microseconds"),
    [
        ("2026-03-01T12:00.5Z", 30_000_000),
        ("2026-03-01T12,25Z", 900_000_000),
        ("20260301T1200.00000001666667Z", 1),
        ("2026-03-01T11.9999999999999999999999Z", -1),
    ],
)
def test_the_last_part_of_a_time_may_have_a_fraction(text: str, microseconds: int) -> None:
    """ISO 8601:2004, 4.2.2.4: of hours and minutes, too; what is finer is cut."""
    assert parse_timestamp(text) - NOON == timedelta(microseconds=microseconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-03-01",
        "12:00:00Z",
        "2026-3-1T12:00:00Z",
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
        "2026-03-01T120000Z",
        "20260301T12:00:00Z",
        "2026-W9-7T12:00:00Z",
        "2026-W09T12:00:00Z",
        "2026-W54-1T12:00:00Z",
        "2026-W09-0T12:00:00Z",
        "2026-000T12:00:00Z",
        "2026-366T12:00:00Z",
        "202603T12:00:00Z",
        "+002026-03-01T12:00:00Z",
        "2026-03-01T24:01Z",
        "2026-03-01T25Z",
        "2026-03-01T12:00:61Z",
        "2026-03-01T12.5:00Z",
        "2026-03-01T12:00:00+03:60",
        "2026-03-01T",
        "9999-12-31T24:00:00Z",
    ],
)
def test_what_is_no_timestamp_is_refused(text: str) -> None:
    """Date and time are both there; an offset of minus zero says that it is unknown."""
    with pytest.raises(ValueError, match=r".+"):
        parse_timestamp(text)


def test_2_0_takes_the_form_of_rfc_3339_alone() -> None:
    """2.0, 4.2.2: seconds and an offset with a colon, and no 24:00 (RFC 3339, 5.6)."""
    for good in ("2026-03-01T12:00:00Z", "2026-03-01t12:00:00.5z", "2026-03-01 15:00:00+03:00"):
        assert is_rfc_3339(good)
    for other in (
        "2026-03-01T12:00:00",
        "2026-03-01T12:00Z",
        "2026-03-01T15:00:00+03",
        "2026-03-01T12:00:00,5Z",
        "2026-03-01T24:00:00Z",
        "20260301T120000Z",
        "2026-060T12:00:00Z",
    ):
        assert parse_timestamp(other).tzinfo
        assert not is_rfc_3339(other)


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


def parsed(parse: Callable[[str], datetime], text: str) -> datetime | None:
    try:
        return parse(text)
    except ValueError:
        return None


@given(
    st.from_regex(
        r"(19|20)[0-9]{2}-[01][0-9]-[0-3][0-9]T[012][0-9]:[0-6][0-9]:[0-6][0-9]"
        r"(\.[0-9]{3}){0,3}(Z|[+-][0-2][0-9]:[0-7][0-9])",
        fullmatch=True,
    )
)
def test_the_usual_form_is_parsed_as_any_other(text: str) -> None:
    """The quick way takes and refuses what the whole grammar does, and gives the same instant."""
    quick, whole = parsed(parse_timestamp, text), parsed(parse_iso8601, text)
    assert quick == whole
    assert quick is None or whole is None or quick.utcoffset() == whole.utcoffset()


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
