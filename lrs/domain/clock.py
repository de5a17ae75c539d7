"""Instants as the ledger counts them: whole microseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NewType

Micros = NewType("Micros", int)

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)

# xAPI 1.0.3 part 2, 4.2.7 and RFC 3339: date and time both present, an offset or none, `T` or a
# space between, up to any number of decimals; -00, -0000 and -00:00 say "offset unknown": refused.
TIMESTAMP = re.compile(
    r"(?P<date>\d{4}-\d{2}-\d{2})[Tt ](?P<time>\d{2}:\d{2}(?::\d{2}(?:[.,](?P<fraction>\d+))?)?)"
    r"(?P<offset>[Zz]|[+-]\d{2}(?::?\d{2})?)?",
    re.ASCII,
)
_USUAL = frozenset(map(len, ("2026-03-01T09:30:00Z", "2026-03-01T09:30:00.000Z")))
_UNKNOWN_OFFSETS = frozenset({"-00", "-0000", "-00:00"})


def parse_timestamp(text: str) -> datetime:
    """An aware datetime from an ISO 8601 timestamp; without an offset it is taken as UTC.

    Finer than microseconds is truncated, never rounded. ValueError when it is no timestamp.
    """
    if len(text) in _USUAL and text[4:17:3] == "--T::" and text[-1] == "Z":
        # as most clients write it: what the library takes of that form is a timestamp here, too
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    match = TIMESTAMP.fullmatch(text)
    if match is None or match["offset"] in _UNKNOWN_OFFSETS:
        raise ValueError("not a timestamp")
    fraction = (match["fraction"] or "")[:6].ljust(6, "0")
    offset = (match["offset"] or "Z").upper()
    time = f"{match['time'][:8]}:00"[:8]
    leap = time.endswith(":60")  # RFC 3339 5.7: a leap second; counted as the last microsecond
    if leap:
        time, fraction = time[:-2] + "59", "999999"
    return datetime.fromisoformat(f"{match['date']}T{time}.{fraction}{offset}")


def micros(instant: datetime) -> Micros:
    """Whole microseconds since the epoch of an aware datetime."""
    return Micros((instant - EPOCH) // _MICROSECOND)


def iso(instant: int) -> str:
    """`2026-03-01T09:30:00.000000Z`: UTC, always six decimals, so text order is time order."""
    # not strftime: its %Y writes the year 999 with three digits
    wall = (EPOCH + timedelta(microseconds=instant)).replace(tzinfo=None)
    return f"{wall.isoformat(timespec='microseconds')}Z"
