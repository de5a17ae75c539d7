"""Calendar arithmetic: terms of days and of months.

A term of months that begins on a day ends with the day of the same number in its last month, or
with that month's last day if it has no such day: one month from 31 January ends on the last of
February, a year from 29 February 2028 on 28 February 2029. The first day does not count, the last
day belongs to the term (Civil Code of Russia, articles 191 and 192; Regulation (EEC) 1182/71,
article 3). A result beyond the calendar is the calendar's first or last day.
"""

from __future__ import annotations

from calendar import isleap
from datetime import date, timedelta

_LENGTHS = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)


def plus_days(day: date, days: int) -> date:
    """The day so many days later, or earlier if `days` is negative."""
    try:
        return day + timedelta(days)
    except OverflowError:
        return date.max if days > 0 else date.min


def plus_months(day: date, months: int) -> date:
    """The last day of a term of months that begins on `day`; `months` may be negative."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    if year < date.min.year:
        return date.min
    length = 29 if month == 1 and isleap(year) else _LENGTHS[month]
    return date(year, month + 1, min(day.day, length))


def earliest_within(day: date, months: int) -> date:
    """The earliest first day of a term of months that includes `day`."""
    start = plus_months(day, -months)
    return start if plus_months(start, months) >= day else plus_days(start, 1)
