"""The catalogue from an Excel workbook with a sheet for each kind of thing.

In a sheet the first row names the members; `title.ru` is the title in Russian, and several values
stand in one cell with semicolons between. Where each is an object, as `equivalents` are, its
members stand with ` = ` between. Cells under no name are not read.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook  # type: ignore[import-untyped]

from lrs.domain.catalogue import Kind
from lrs.domain.errors import ImportRefused
from schemas.catalogue import lists, members, months, objects

Where = Callable[[str], str]
"""A JSON pointer into what was read, in the words of the file."""

Numbered = tuple[int, Mapping[str, Any]]
"""A row's number and what its cells say."""


def read(path: Path) -> tuple[Any, Where]:
    """What the workbook says, and how to tell where. Raises ImportRefused."""
    try:
        sheets = _cells(path)
    except Exception as error:  # a damaged archive shows in many ways
        raise ImportRefused(f"{path.name} cannot be read as an Excel workbook.") from error
    found: dict[str, list[Numbered]] = {}
    for title, rows in sheets.items():
        if title not in _KINDS:
            names = ", ".join(_KINDS)
            raise ImportRefused(f"{path.name}: a sheet is called {title}; may be: {names}.")
        found[title] = list(_entries(f"{path.name}, sheet {title}", rows, Kind(title)))

    def where(pointer: str) -> str:
        _, kind, index, member, *_ = f"{pointer}///".split("/")
        row = f", row {found[kind][int(index)][0]}" if index else ""
        return f"{path.name}, sheet {kind}{row}{f', {member}' if member else ''}"

    return {kind: [entry for _, entry in rows] for kind, rows in found.items()}, where


_KINDS = [kind.value for kind in Kind]


def _cells(path: Path) -> dict[str, list[tuple[Any, ...]]]:
    """The rows of every sheet that has any."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of styles and validations, which are not looked at
        book = load_workbook(path, read_only=True, data_only=True)
        try:
            sheets = {sheet.title: list(sheet.iter_rows(values_only=True)) for sheet in book}
        finally:
            book.close()
    return {title: rows for title, rows in sheets.items() if any(any(row) for row in rows)}


def _entries(where: str, rows: list[tuple[Any, ...]], kind: Kind) -> Iterator[Numbered]:
    """Each row's entry; empty rows are left out."""
    names = [str(name).strip() if name is not None else "" for name in rows[0]]
    known = members(kind)
    for index, name in enumerate(names):
        member = name.partition(".")[0]
        if name and member not in known:
            raise ImportRefused(f"{where}: there is no {name}; there are: {', '.join(known)}.")
        if name and (name in names[:index] or (name != member and member in names)):
            raise ImportRefused(f"{where}: there are two columns for {name}.")
    for number, row in enumerate(rows[1:], 2):
        cells = {n: c for n, c in zip(names, row, strict=False) if n and c not in (None, "")}
        if cells:
            yield number, _entry(f"{where}, row {number}", kind, cells)


def _entry(where: str, kind: Kind, cells: Mapping[str, Any]) -> Mapping[str, Any]:
    entry: dict[str, Any] = {}
    for name, cell in cells.items():
        member, _, language = name.partition(".")
        value = _value(cell, is_month=member in months(kind))
        if language:
            entry.setdefault(member, {})[language] = value
        elif member in lists(kind):
            entry[member] = _several(value)
        elif names := objects(kind).get(member):
            entry[member] = [_object(f"{where}, {member}", names, p) for p in _several(value)]
        else:
            entry[member] = value
    return entry


def _several(value: Any) -> list[str]:
    return [part.strip() for part in str(value).split(";") if part.strip()]


def _object(where: str, names: list[str], text: str) -> Mapping[str, str]:
    """The object whose members a part of a cell says, with ` = ` between: IRIs hold no spaces."""
    parts = re.split(r"\s+=\s+", text)
    if len(parts) != len(names):
        form = " = ".join(names)
        raise ImportRefused(f"{where}: write {form}, with spaces around =, and ; between several.")
    return dict(zip(names, parts, strict=True))


def _value(cell: Any, *, is_month: bool) -> Any:
    """A cell's value as JSON has it: Excel keeps days and months as instants, whole numbers as
    floats.
    """
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m" if is_month else "%Y-%m-%d")
    if isinstance(cell, float) and cell.is_integer():
        return int(cell)
    return cell.strip() if isinstance(cell, str) else cell
