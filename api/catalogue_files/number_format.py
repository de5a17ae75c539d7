"""How a sheet shows a number: 417 in the format 0000 as 0417.

    General, @            the number itself: 597, 12.5
    0, 0000, #            so many digits at least, zeros in front
    0.00                  so many digits after the point
    "A-"0000, 00\\-00      with texts before, behind and between digits
    #,##0                 thousands are not parted: how depends on the computer
    0000;-0000            a form for numbers above zero, and one for those below

Percent, exponents, fractions, conditions and dates are not read: ValueError.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

_TOKEN = re.compile(r'"([^"]*)"|\\(.)|_.|\*.|\[[^\]]*\]|([0#?])|(\.)|(,)|(.)', re.DOTALL)
_PLAIN = "$-+():!^&'~{}<>= \N{NO-BREAK SPACE}"
"""What a format shows as it is, without quotation marks (ECMA-376 part 1, 18.8.31)."""

_CONDITION = re.compile(r"\[(?:[<>=]|[hms]+\])", re.IGNORECASE)
"""What makes a form depend on the number, or shows a time that has passed."""

_EXACT = 10**15
"""Excel keeps fifteen digits: of a longer number the last are lost."""


def shown(value: float, form: str) -> str:
    """The number as the sheet shows it, with a point before fractions whatever the country.
    ValueError for a format that is not read, and for a number whose last digits are lost.
    """
    number = Decimal(repr(value))
    if not number.is_finite() or abs(number) >= _EXACT:
        raise ValueError("digits are lost")
    sections = _sections(form)
    if sections[0].strip().lower() in ("", "general", "@"):
        return _plain(number)
    if number < 0 and len(sections) > 1:
        return _formatted(-number, sections[1])
    if number == 0 and len(sections) > 2:
        return _formatted(number, sections[2])
    return ("-" if number < 0 else "") + _formatted(abs(number), sections[0])


def _plain(number: Decimal) -> str:
    text = f"{number:.10f}" if number % 1 else f"{number:.0f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def _sections(form: str) -> list[str]:
    """The parts between semicolons, but for semicolons within quotation marks."""
    parts = [""]
    for match in _TOKEN.finditer(form):
        if match[0] == ";":
            parts.append("")
        else:
            parts[-1] += match[0]
    return parts


def _formatted(number: Decimal, section: str) -> str:
    whole, fraction = _pieces(section)
    places = sum(piece == "digit" for piece, _ in fraction)
    rounded = str(number.quantize(Decimal(1).scaleb(-places), ROUND_HALF_UP))
    digits, _, decimals = rounded.partition(".")
    text = _filled_back(whole, "" if digits == "0" else digits)
    return (text + ("." if places else "") + _filled(fraction, decimals)).strip()


_Piece = tuple[str, str]
"""A place for a digit ("digit", and 0 or #), or a text to show ("text", and which)."""


def _pieces(section: str) -> tuple[list[_Piece], list[_Piece]]:
    """What stands before the point, and what stands behind it."""
    before: list[_Piece] = []
    after: list[_Piece] = []
    current = before
    for match in _TOKEN.finditer(section):
        quoted, escaped, digit, point, _comma, other = match.groups()
        if point:
            current = after
        elif digit:
            current.append(("digit", digit))
        elif (other and other.isascii() and other not in _PLAIN) or _CONDITION.match(match[0]):
            raise ValueError("the format is not read")
        else:
            current.append(("text", quoted or escaped or other or ""))
    if not any(piece == "digit" for piece, _ in before):
        raise ValueError("the format is not read")
    return before, after


def _filled_back(pieces: list[_Piece], digits: str) -> str:
    """The digits in their places, the last in the last one; the first takes all that is left."""
    left = sum(piece == "digit" for piece, _ in pieces)
    shown: list[str] = []
    for piece, held in reversed(pieces):
        if piece == "text":
            shown.append(held)
            continue
        left -= 1
        take = len(digits) if left == 0 else 1
        cut = len(digits) - take if len(digits) > take else 0
        shown.append(digits[cut:] or ("0" if held == "0" else ""))
        digits = digits[:cut]
    return "".join(reversed(shown))


def _filled(pieces: list[_Piece], digits: str) -> str:
    """The digits behind the point in their places."""
    given = iter(digits)
    return "".join(next(given) if piece == "digit" else held for piece, held in pieces)
