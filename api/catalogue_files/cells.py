"""Converts cells to JSON values, by the types of their columns.

A cell that does not fit its column's type is Unreadable. A value that fits the type and is invalid
in an entry, such as a code with spaces, is refused by `schemas.catalogue.entries` afterwards.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from api.catalogue_files.number_format import shown
from api.catalogue_files.sheets import Cell
from schemas.catalogue.forms import Form, Sort

_ERRORS = re.compile(
    r"#(?:N/A|REF!|NAME\?|VALUE!|DIV/0!|NULL!|NUM!|SPILL!|CALC!|GETTING_DATA|FIELD!|BLOCKED!"
    r"|Н/Д|ССЫЛКА!|ИМЯ\?|ЗНАЧ!|ДЕЛ/0!|ПУСТО!|ЧИСЛО!)",
    re.IGNORECASE,
)
"""The errors of Excel, also where they were pasted as texts, in English and in Russian."""

_TRUTHS = {
    **dict.fromkeys(("true", "yes", "истина", "да"), True),
    **dict.fromkeys(("false", "no", "ложь", "нет"), False),
}


class Unreadable(Exception):
    """A cell does not fit its column's type; the text says why and what to do, after the cell's
    name.
    """


def value_of(cell: Cell, form: Form) -> Any:
    """The cell's value; None for an empty cell. Raises Unreadable."""
    value = cell.value
    if cell.is_unknown:
        raise Unreadable(
            "is a formula without a result: open the workbook in Excel or LibreOffice, so that it "
            "is computed, and save it."
        )
    if cell.is_error or (isinstance(value, str) and _ERRORS.fullmatch(value.strip())):
        raise Unreadable(
            f"holds the error {value}: correct its formula, write the value itself, or clear the "
            "cell."
        )
    return _READERS[form.sort](cell, form)


def _text(cell: Cell, form: Form) -> str | None:
    """A text; of a number, what the sheet shows."""
    value = cell.value
    if isinstance(value, bool):
        raise Unreadable("holds TRUE or FALSE, but a text is wanted: write a text.")
    if isinstance(value, int | float):
        try:
            return shown(value, cell.form) or None
        except ValueError:
            raise Unreadable(
                "holds a number whose digits are lost, or in a format that is no text: give the "
                "column the format Text and write the cell again."
            ) from None
    if not isinstance(value, str):
        raise Unreadable(
            "holds a date or a time, but a text is wanted: give the column the format Text and "
            "write the cell again."
        )
    return value.strip()


def _number(cell: Cell, form: Form) -> Any:
    """A number; also one that is written as a text, with a point or a comma."""
    value = cell.value
    if isinstance(value, str) and re.fullmatch(
        r"-?\d{1,15}(?:\.\d{1,15}|,\d{1,2})?", value.strip()
    ):
        value = float(value.strip().replace(",", "."))
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        raise Unreadable("holds no number: give the cell the format General and write a number.")
    if isinstance(value, int | float) and abs(value) > 1e15:
        raise Unreadable("holds a number that is too large.")
    return int(value) if isinstance(value, float) and value.is_integer() else value


def _day(cell: Cell, form: Form) -> str:
    value = cell.value
    if isinstance(value, datetime) and value.time() != time():
        raise Unreadable("holds a time of day besides the date: write the date alone.")
    if isinstance(value, date):
        return value.isoformat()[:10]
    return _turned(_written(cell), r"(\d{1,2})\.(\d{1,2})\.(\d{4})")


def _month(cell: Cell, form: Form) -> str:
    if isinstance(cell.value, date):
        return cell.value.isoformat()[:7]
    return _turned(_written(cell), r"(\d{1,2})\.(\d{4})")


def _written(cell: Cell) -> str:
    """The text of a cell that should be a day."""
    if not isinstance(cell.value, str):
        raise Unreadable("is not shown as a date: give the cell a date format, or write a date.")
    return cell.value.strip()


def _turned(text: str, form: str) -> str:
    """31.03.2026 as 2026-03-31; another text as it is."""
    match = re.fullmatch(form, text)
    return "-".join(part.zfill(2) for part in reversed(match.groups())) if match else text


def _truth(cell: Cell, form: Form) -> Any:
    value = cell.value
    return _TRUTHS.get(value.strip().casefold(), value) if isinstance(value, str) else value


def _texts(cell: Cell, form: Form) -> list[str]:
    return [part.strip() for part in (_text(cell, form) or "").split(";") if part.strip()]


def _objects(cell: Cell, form: Form) -> list[Mapping[str, str]]:
    """The objects whose members the parts say, with ` = ` between: IRIs hold no spaces."""
    found: list[Mapping[str, str]] = []
    for text in _texts(cell, form):
        parts = re.split(r"\s+=\s+", text)
        if len(parts) != len(form.names):
            names = " = ".join(form.names)
            raise Unreadable(f"must be {names}, with spaces around =, and ; between several.")
        found.append(dict(zip(form.names, parts, strict=True)))
    return found


_READERS: Mapping[Sort, Callable[[Cell, Form], Any]] = {
    Sort.TEXT: _text,
    Sort.WORD: _text,
    Sort.TITLE: _text,
    Sort.NUMBER: _number,
    Sort.DAY: _day,
    Sort.MONTH: _month,
    Sort.TRUTH: _truth,
    Sort.TEXTS: _texts,
    Sort.OBJECTS: _objects,
}
