"""Calendar days: what rules about validity count in."""

from __future__ import annotations

from calendar import monthrange
from datetime import date, timedelta

from lrs.domain.moment import Moment

_EPOCH = date(1970, 1, 1)
_DAY = 86_400_000_000


def day_of(moment: Moment) -> date:
    """The day on the calendar where it happened."""
    return _EPOCH + timedelta(days=moment.local // _DAY)


def months_later(day: date, months: int) -> date:
    """The same day of a later month, or that month's last day where it has no such day."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    if year > date.max.year:
        return date.max
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))
