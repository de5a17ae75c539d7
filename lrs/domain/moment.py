"""An instant together with the UTC offset of the place where it happened."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, tzinfo
from functools import lru_cache
from typing import NamedTuple

from lrs.domain.time import EPOCH

_DAY = 86_400_000_000
_WALL = EPOCH.replace(tzinfo=None)


@lru_cache(maxsize=4096)
def _month(days: int) -> str:
    """The month, as 2026-03, of the day so many days after the epoch's."""
    wall = EPOCH + timedelta(days=days)
    return f"{wall.year:04}-{wall.month:02}"


@lru_cache(maxsize=4096)
def date_of(days: int) -> date:
    """The day so many days after the epoch's."""
    return (EPOCH + timedelta(days=days)).date()


def year_of(days: int) -> int:
    """The year of the day so many days after the epoch's."""
    return date_of(days).year


def day_of(instant: int, offset: int) -> int:
    """The local day of an instant, in days since the epoch's."""
    return (instant + offset * 60_000_000) // _DAY


@lru_cache(maxsize=256)
def _zone(offset: int) -> str:
    hours, minutes = divmod(abs(offset), 60)
    return f"{'-' if offset < 0 else '+'}{hours:02}:{minutes:02}"


def offset_in(zone: tzinfo, instant: datetime) -> int:
    """The zone's offset at an aware instant, in minutes; 0 where its calendar has no such day."""
    if zone is UTC:
        return 0
    try:
        shift = instant.astimezone(zone).utcoffset()
    except OverflowError:
        return 0
    return int(shift.total_seconds()) // 60 if shift else 0


class Moment(NamedTuple):
    """Microseconds since the epoch, and minutes east of Greenwich."""

    instant: int
    offset: int

    @classmethod
    def there(cls, instant: int, zone: tzinfo) -> Moment:
        """An instant as the clocks of the zone tell it."""
        if zone is UTC:
            return cls(instant, 0)
        return cls(instant, offset_in(zone, EPOCH + timedelta(0, 0, instant)))

    @property
    def year(self) -> int:
        """The year on the wall where it happened."""
        return year_of(self.local // _DAY)

    @property
    def day(self) -> date:
        """The day on the calendar where it happened."""
        return date_of(self.local // _DAY)

    @property
    def month(self) -> str:
        """The month where it happened, as 2026-03."""
        return _month(self.local // _DAY)

    @property
    def local(self) -> int:
        return self.instant + self.offset * 60_000_000

    def __str__(self) -> str:
        """`2026-03-01T12:30:00.000000+03:00`, always six decimals."""
        instant, offset = self
        wall = _WALL + timedelta(0, 0, instant + offset * 60_000_000)
        return wall.isoformat("T", "microseconds") + _zone(offset)
