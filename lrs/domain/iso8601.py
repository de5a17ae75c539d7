"""Parsing of ISO 8601:2004 timestamps: a day and a time of day together.

| part | extended | basic |
|---|---|---|
| calendar day | 2026-03-01 | 20260301 |
| week and weekday | 2026-W09-7 | 2026W097 |
| day of the year | 2026-060 | 2026060 |
| time of day | 12:30:15, 12:30, 12 | 123015, 1230, 12 |
| offset | Z, +03, +03:00 | Z, +03, +0300 |

A day and a time are both extended or both basic (4.3.2); an offset may be either. The last part of
the time may have a fraction, after a point or a comma (4.2.2.4). 24:00:00 is the end of a day
(4.2.3). Years have four digits: more need an agreement between the partners (4.1.2.4).
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

_FRACTION = r"(?:[.,](?P<fraction>[0-9]++))?"
_OFFSET = r"(?P<offset>[Zz]|(?P<sign>[+-])(?P<hours>[0-9]{2})(?::?(?P<minutes>[0-9]{2}))?)?"

_EXTENDED = re.compile(
    r"(?P<year>[0-9]{4})-"
    r"(?:(?P<month>[0-9]{2})-(?P<day>[0-9]{2})|W(?P<week>[0-9]{2})-(?P<weekday>[0-9])"
    r"|(?P<yearday>[0-9]{3}))"
    rf"[Tt ](?P<h>[0-9]{{2}})(?::(?P<m>[0-9]{{2}})(?::(?P<s>[0-9]{{2}}))?)?{_FRACTION}{_OFFSET}"
).fullmatch
_BASIC = re.compile(
    r"(?P<year>[0-9]{4})"
    r"(?:(?P<month>[0-9]{2})(?P<day>[0-9]{2})|W(?P<week>[0-9]{2})(?P<weekday>[0-9])"
    r"|(?P<yearday>[0-9]{3}))"
    rf"[Tt ](?P<h>[0-9]{{2}})(?:(?P<m>[0-9]{{2}})(?P<s>[0-9]{{2}})?)?{_FRACTION}{_OFFSET}"
).fullmatch

_UNKNOWN_OFFSETS = frozenset({"-00", "-0000", "-00:00"})
"""RFC 3339, 4.3: the offset is not known. The official conformance suite demands a refusal."""

_UNITS = {"h": 3_600_000_000, "m": 60_000_000, "s": 1_000_000}
_DIGITS = 18
"""The digits of a fraction that are read. Further ones are below a nanosecond even in hours, and
int() of a long text is slow.
"""


def parse_iso8601(text: str) -> datetime:
    """An aware datetime. A text without an offset is taken as UTC; digits finer than microseconds
    are cut off.

    ValueError if the text has none of these forms, or lies outside datetime's range.
    """
    match = _EXTENDED(text) or _BASIC(text)
    if match is None or match["offset"] in _UNKNOWN_OFFSETS:
        raise ValueError("not a timestamp")
    parts = match.groupdict()
    wall = datetime.combine(_day(parts), datetime.min.time())
    try:
        return (wall + _time_of_day(parts)).replace(tzinfo=_zone(parts))
    except OverflowError:
        raise ValueError("not a timestamp in the range of years") from None


def _day(parts: dict[str, str | None]) -> date:
    year = int(parts["year"] or 0)
    if parts["month"] and parts["day"]:
        return date(year, int(parts["month"]), int(parts["day"]))
    if parts["week"] and parts["weekday"]:
        return date.fromisocalendar(year, int(parts["week"]), int(parts["weekday"]))
    found = date(year, 1, 1) + timedelta(int(parts["yearday"] or 0) - 1)
    if found.year != year:
        raise ValueError("no such day of the year")
    return found


def _time_of_day(parts: dict[str, str | None]) -> timedelta:
    """The time since the midnight that begins the day."""
    hours, minutes, seconds = (int(parts[name] or 0) for name in "hms")
    last = "s" if parts["s"] else "m" if parts["m"] else "h"
    digits = (parts["fraction"] or "")[:_DIGITS]
    beyond = int(digits or 0) * _UNITS[last] // 10 ** len(digits)
    if seconds == 60:  # a leap second (RFC 3339, 5.7) counts as the last microsecond before it
        seconds, beyond = 59, 999_999
    found = timedelta(0, seconds, beyond, minutes=minutes, hours=hours)
    if minutes > 59 or seconds > 59 or found > timedelta(hours=24):
        raise ValueError("no such time of day")
    if hours == 24 and (parts["fraction"] or "").strip("0"):
        raise ValueError("no such time of day")
    return found


def _zone(parts: dict[str, str | None]) -> timezone:
    if not parts["sign"]:
        return UTC
    hours, minutes = int(parts["hours"] or 0), int(parts["minutes"] or 0)
    if minutes > 59:
        raise ValueError("no such offset")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if parts["sign"] == "-" else offset)
