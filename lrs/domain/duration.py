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


_PLAIN = re.compile(
    r"PT(?=\d)(?:(\d{1,5})H)?(?:(\d{1,5})M)?(?:(\d{1,6})(?:\.(\d\d?))?S)?", re.ASCII
)


def milliseconds(text: object) -> int | None:
    """`PT1H30M` -> 5_400_000; None for what is no duration, and beyond a hundred years."""
    plain = _PLAIN.fullmatch(text) if isinstance(text, str) else None
    if plain is not None:  # as nearly all are said, at a third of the cost
        hours, minutes, seconds, hundredths = plain.groups("0")
        minute = int(hours) * 60 + int(minutes)
        return minute * 60_000 + int(seconds) * 1_000 + int(hundredths.ljust(2, "0")) * 10
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
