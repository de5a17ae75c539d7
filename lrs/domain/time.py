"""Time: instants, instants with the offset of a place, and durations.

Instants are whole microseconds since 1970-01-01T00:00:00Z. Durations are whole milliseconds; finer
digits are cut off, never rounded. A year counts 365 days and a month 30: durations of training come
in hours, and an occasional `P1M` is better approximated than lost.
"""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple, NewType

from lrs.domain.iso8601 import parse_iso8601

Micros = NewType("Micros", int)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

_USUAL = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}T(?!24)[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]{3}(?:[0-9]{3})?)?"
    r"(?:Z|\+[0-9]{2}:[0-5][0-9])"
).fullmatch
_RFC_3339 = re.compile(
    r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ](?!24)[0-9]{2}:[0-9]{2}:[0-9]{2}(?:\.[0-9]++)?"
    r"(?:[Zz]|[+-][0-9]{2}:[0-9]{2})"
).fullmatch


def parse_timestamp(text: str) -> datetime:
    """An aware datetime from an ISO 8601 timestamp in any form (xAPI 1.0.3 part 2, 4.5); one
    without an offset is taken as UTC.

    Digits finer than microseconds are cut off, never rounded. ValueError if it is no timestamp.
    """
    if _USUAL(text):
        # the form that most clients write; the standard library parses it faster
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return parse_iso8601(text)


def is_rfc_3339(text: str) -> bool:
    """Whether a valid ISO 8601 timestamp has the RFC 3339 form, the only one in xAPI 2.0."""
    return _RFC_3339(text) is not None


def micros(instant: datetime) -> Micros:
    """Whole microseconds since the epoch of an aware datetime."""
    return Micros((instant - EPOCH) // _MICROSECOND)


def iso(instant: int) -> str:
    """`2026-03-01T09:30:00.000000Z`: UTC, always six decimals, so text order is time order."""
    # not strftime: its %Y writes the year 999 with three digits
    wall = (EPOCH + timedelta(microseconds=instant)).replace(tzinfo=None)
    return f"{wall.isoformat(timespec='microseconds')}Z"


_DAY_LENGTH = 86_400_000_000
_WALL = EPOCH.replace(tzinfo=None)


@lru_cache(maxsize=4096)
def _month(days: int) -> str:
    """The month, as 2026-03, of a day in days since 1970-01-01."""
    wall = EPOCH + timedelta(days=days)
    return f"{wall.year:04}-{wall.month:02}"


@lru_cache(maxsize=4096)
def date_of(days: int) -> date:
    """The date of a day in days since 1970-01-01."""
    return (EPOCH + timedelta(days=days)).date()


def year_of(days: int) -> int:
    """The year of a day in days since 1970-01-01."""
    return date_of(days).year


def day_of(instant: int, offset: int) -> int:
    """The local day of an instant, in days since 1970-01-01; `offset` is in minutes."""
    return (instant + offset * 60_000_000) // _DAY_LENGTH


@lru_cache(maxsize=256)
def _zone(offset: int) -> str:
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


def offset_in(zone: tzinfo, instant: datetime) -> int:
    """The zone's UTC offset at an aware instant, in minutes; 0 where the local time would lie
    outside datetime's range.
    """
    if zone is UTC:
        return 0
    try:
        shift = instant.astimezone(zone).utcoffset()
    except OverflowError:
        return 0
    return int(shift.total_seconds()) // 60 if shift else 0


class Moment(NamedTuple):
    """An instant in microseconds since the epoch, and the local UTC offset in minutes."""

    instant: int
    offset: int

    @classmethod
    def there(cls, instant: int, zone: tzinfo) -> Moment:
        """The instant with the offset that the zone has at it."""
        if zone is UTC:
            return cls(instant, 0)
        return cls(instant, offset_in(zone, EPOCH + timedelta(0, 0, instant)))

    @property
    def year(self) -> int:
        """The local year."""
        return year_of(self.local // _DAY_LENGTH)

    @property
    def day(self) -> date:
        """The local day."""
        return date_of(self.local // _DAY_LENGTH)

    @property
    def month(self) -> str:
        """The local month, as 2026-03."""
        return _month(self.local // _DAY_LENGTH)

    @property
    def local(self) -> int:
        """Local time, in microseconds since 1970-01-01T00:00:00 there."""
        return self.instant + self.offset * 60_000_000

    def __str__(self) -> str:
        """`2026-03-01T12:30:00.000000+03:00`, always six decimals."""
        instant, offset = self
        wall = _WALL + timedelta(0, 0, instant + offset * 60_000_000)
        return wall.isoformat("T", "microseconds") + _zone(offset)


_SECOND_IN_MS = 1_000
_DAY_IN_MS = 86_400 * _SECOND_IN_MS
_DURATION_UNITS = (
    365 * _DAY_IN_MS,
    30 * _DAY_IN_MS,
    7 * _DAY_IN_MS,
    _DAY_IN_MS,
    3_600 * _SECOND_IN_MS,
    60 * _SECOND_IN_MS,
    _SECOND_IN_MS,
)

LONGEST_DURATION = 100 * 365 * _DAY_IN_MS
"""A hundred years: nobody trains longer, so a longer duration is taken for a mistake."""

_DURATION_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"P(?!$)(?:{_DURATION_NUMBER}Y)?(?:{_DURATION_NUMBER}M)?(?:{_DURATION_NUMBER}W)?(?:{_DURATION_NUMBER}D)?"
    rf"(?:T(?!$)(?:{_DURATION_NUMBER}H)?(?:{_DURATION_NUMBER}M)?(?:{_DURATION_NUMBER}S)?)?",
    re.ASCII,
)


_USUAL_DURATION = re.compile(
    r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.(\d\d?))?S)?", re.ASCII
)


def milliseconds(text: object) -> int | None:
    """`PT1H30M` -> 5_400_000; None if it is no ISO 8601 duration or over LONGEST_DURATION."""
    plain = _USUAL_DURATION.fullmatch(text) if isinstance(text, str) else None
    if plain is not None:  # the form of nearly all durations, at a third of the cost
        hours, minutes, seconds, hundredths = plain.groups("0")
        minute = int(hours) * 60 + int(minutes)
        return minute * 60_000 + int(seconds) * 1_000 + int(hundredths.ljust(2, "0")) * 10
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    total = 0
    for number, unit in zip(match.groups(), _DURATION_UNITS, strict=True):
        if number is None:
            continue
        whole, _, fraction = number.replace(",", ".").partition(".")
        whole = whole.lstrip("0")
        if len(whole) > 13:  # over LONGEST_DURATION in any unit; int() of a long text is slow
            return None
        # twelve decimals of a year are finer than a millisecond
        part = int((fraction + "0" * 12)[:12])
        total += int(whole or "0") * unit + part * unit // 10**12
    return total if total <= LONGEST_DURATION else None
