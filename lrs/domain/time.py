"""Instants as the ledger counts them: whole microseconds since 1970-01-01T00:00:00Z."""

from __future__ import annotations

import re
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import NewType

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
    """An aware datetime from an ISO 8601 timestamp (xAPI 1.0.3 part 2, 4.5), whatever its form;
    without an offset it is taken as UTC.

    Finer than microseconds is truncated, never rounded. ValueError when it is no timestamp.
    """
    if _USUAL(text):
        # as most clients write it: what the library takes of that form is a timestamp here, too
        with suppress(ValueError):
            return datetime.fromisoformat(text)
    return parse_iso8601(text)


def is_rfc_3339(text: str) -> bool:
    """Whether a timestamp that can be parsed is written in the one form that xAPI 2.0 takes."""
    return _RFC_3339(text) is not None


def micros(instant: datetime) -> Micros:
    """Whole microseconds since the epoch of an aware datetime."""
    return Micros((instant - EPOCH) // _MICROSECOND)


def iso(instant: int) -> str:
    """`2026-03-01T09:30:00.000000Z`: UTC, always six decimals, so text order is time order."""
    # not strftime: its %Y writes the year 999 with three digits
    wall = (EPOCH + timedelta(microseconds=instant)).replace(tzinfo=None)
    return f"{wall.isoformat(timespec='microseconds')}Z"
