"""The centre's calendar: fourteen months, Moscow time, working days and hours."""

from __future__ import annotations

from datetime import date, datetime, timedelta, timezone

from lrs.demo.dice import Dice

MOSCOW = timezone(timedelta(hours=3))
START = date(2025, 9, 1)
END = date(2026, 10, 31)
CLOSING = datetime(2026, 10, 31, 23, 59, 59, tzinfo=MOSCOW)

# The production calendar's days off that fall on weekdays.
_HOLIDAYS = frozenset(
    [date(2025, 11, 3), date(2025, 11, 4), date(2025, 12, 31)]
    + [date(2026, 1, day) for day in range(1, 12)]
    + [date(2026, month, day) for month, day in ((2, 23), (3, 9), (5, 1), (5, 11), (6, 12))]
    + [date(2026, 11, 4), date(2026, 12, 31)]
)

_DAY = timedelta(days=1)


def is_workday(day: date) -> bool:
    return day.weekday() < 5 and day not in _HOLIDAYS


def workdays(first: date, last: date) -> list[date]:
    """Every working day from first to last, both included."""
    days = (first + _DAY * n for n in range((last - first).days + 1))
    return [day for day in days if is_workday(day)]


def workday_after(day: date, count: int) -> date:
    """The count-th working day after `day`; count 0 gives `day` or the next working day."""
    while not is_workday(day):
        day += _DAY
    for _ in range(count):
        day += _DAY
        while not is_workday(day):
            day += _DAY
    return day


def workday_before(day: date, count: int) -> date:
    """The count-th working day before `day`, or the period's first: nothing is older."""
    for _ in range(count):
        day -= _DAY
        while not is_workday(day):
            day -= _DAY
    return max(day, START)


def at(day: date, hour: int, minute: int = 0) -> datetime:
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=MOSCOW)


def moment(dice: Dice, day: date, first: int = 9, last: int = 17) -> datetime:
    """Some time of that day between two full hours, to the millisecond."""
    return at(day, first) + timedelta(milliseconds=dice.between(0, (last - first) * 3_600_000 - 1))


def duration(length: timedelta) -> str:
    """ISO 8601, to the second: `PT5H35M`."""
    minutes, seconds = divmod(int(length.total_seconds()), 60)
    hours, minutes = divmod(minutes, 60)
    parts = ((hours, "H"), (minutes, "M"), (seconds, "S"))
    return "PT" + ("".join(f"{number}{unit}" for number, unit in parts if number) or "0S")
