"""ISO 8601 durations as whole milliseconds.

A year counts 365 days and a month 30: hours of training are told in hours, and these only keep an
odd `P1M` from being lost. Whatever is finer than a millisecond is cut off, never rounded.
"""

from __future__ import annotations

import re

_SECOND = 1_000
_DAY = 86_400 * _SECOND
_UNITS = (365 * _DAY, 30 * _DAY, 7 * _DAY, _DAY, 3_600 * _SECOND, 60 * _SECOND, _SECOND)

LONGEST = 100 * 365 * _DAY
"""A hundred years: nobody trains longer, so what says more says nothing about hours."""

_NUMBER = r"(\d+(?:[.,]\d+)?)"
_DURATION = re.compile(
    rf"P(?!$)(?:{_NUMBER}Y)?(?:{_NUMBER}M)?(?:{_NUMBER}W)?(?:{_NUMBER}D)?"
    rf"(?:T(?!$)(?:{_NUMBER}H)?(?:{_NUMBER}M)?(?:{_NUMBER}S)?)?",
    re.ASCII,
)


def milliseconds(text: object) -> int | None:
    """`PT1H30M` -> 5_400_000; None for what is no duration, and beyond a hundred years."""
    match = _DURATION.fullmatch(text) if isinstance(text, str) else None
    if match is None:
        return None
    total = 0
    for number, unit in zip(match.groups(), _UNITS, strict=True):
        if number is None:
            continue
        whole, _, fraction = number.replace(",", ".").partition(".")
        whole = whole.lstrip("0")
        if len(whole) > 13:  # more than LONGEST in any unit; also spares int() a long text
            return None
        # twelve decimals of a year are finer than a millisecond
        part = int((fraction + "0" * 12)[:12])
        total += int(whole or "0") * unit + part * unit // 10**12
    return total if total <= LONGEST else None
