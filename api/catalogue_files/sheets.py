"""Reads the cells of an Excel workbook, within limits.

Of formulas the last result counts. The size that a sheet states is ignored: other programs than
Excel write it wrong.
"""

from __future__ import annotations

import warnings
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, NamedTuple
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook  # type: ignore[import-untyped]
from openpyxl.cell.read_only import ReadOnlyCell  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet._reader import (  # type: ignore[import-untyped]
    FORMULA_TAG,
    VALUE_TAG,
    WorkSheetParser,
)

from lrs.domain.errors import ImportRefused

_MB = 1_000_000
MOST_BYTES = 64 * _MB
"""The most bytes of a workbook's parts when they are unpacked."""
MOST_OTHER_BYTES = 8 * _MB
"""The most bytes of parts that are neither sheets nor texts of cells."""
MOST_ROW_BYTES = 4 * 2**20
"""The most bytes of a single row."""
MOST_COLUMNS = 256
MOST_ROWS = 200_000
"""The most rows of a sheet with content."""

_CELLS = ("xl/worksheets/", "xl/sharedStrings")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0"
"""How a workbook of Excel 97 begins, and one that is encrypted."""


class Cell(NamedTuple):
    """A cell that holds something: what, as openpyxl has it, and in which number format."""

    name: str
    value: Any
    form: str
    is_error: bool
    is_unknown: bool
    """Whether it is a formula whose result the file does not hold."""


class Merged(NamedTuple):
    """Cells that are merged into one: columns and rows, from and to, and their name."""

    first_column: int
    last_column: int
    first_row: int
    name: str


@dataclass(slots=True)
class Sheet:
    """A sheet: its cells by row and column, both counted from 1."""

    title: str
    is_hidden: bool
    rows: dict[int, dict[int, Cell]] = field(default_factory=dict)
    merged: list[Merged] = field(default_factory=list)
    too_wide: str = ""
    """The first cell beyond the columns that are read."""
    is_too_long: bool = False


def read_sheets(path: Path) -> list[Sheet]:
    """The sheets, in their order. Raises ImportRefused."""
    _require_workbook(path)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of styles and validations, which are not looked at
            book = load_workbook(path, read_only=True, data_only=True, keep_links=False)
            try:
                return [_sheet(sheet) for sheet in book]
            finally:
                book.close()
    except Exception as error:  # a damaged archive shows in many ways
        raise _unreadable(path) from error


def _unreadable(path: Path) -> ImportRefused:
    return ImportRefused(
        f"{path.name} cannot be read as an Excel workbook: open it in Excel or LibreOffice and "
        "save it as .xlsx anew."
    )


def _require_workbook(path: Path) -> None:
    """Raises ImportRefused for what is no workbook, or unpacks to more than fits."""
    with path.open("rb") as file:
        first = file.read(4)
    if first == _OLD_OFFICE:
        raise ImportRefused(
            f"{path.name} is protected by a password, or of an old version of Excel: save it "
            "without a password as .xlsx."
        )
    try:
        with ZipFile(path) as archive:
            sizes = {part.filename: part.file_size for part in archive.infolist()}
    except (BadZipFile, OSError, ValueError) as error:
        raise _unreadable(path) from error
    others = sum(size for name, size in sizes.items() if not name.startswith(_CELLS))
    if sum(sizes.values()) > MOST_BYTES or others > MOST_OTHER_BYTES:
        raise ImportRefused(
            f"{path.name} is too large: unpacked it may have {MOST_BYTES // _MB} MB, of which "
            f"{MOST_OTHER_BYTES // _MB} MB are not cells. Part it into several workbooks, and "
            "take out pictures and what is beside the tables."
        )


class _Bounded:
    """A sheet's XML, as a file to read. ValueError for a row that is too long to be one: it would
    be in memory as a whole.
    """

    def __init__(self, source: IO[bytes]) -> None:
        self._source = source
        self._since = 0

    def read(self, size: int = -1) -> bytes:
        data = self._source.read(size)
        self._since = 0 if b"row" in data else self._since + len(data)
        if self._since > MOST_ROW_BYTES:
            raise ValueError("a row is too long")
        return data


class _Parser(WorkSheetParser):  # type: ignore[misc]
    """Tells a formula without a result from an empty cell."""

    def parse_cell(self, element: Any) -> dict[str, Any]:
        cell: dict[str, Any] = super().parse_cell(element)
        if cell["value"] is None and element.find(FORMULA_TAG) is not None:
            # A formula whose result is the empty text says that it is a text.
            computed = element.get("t") == "str" and element.find(VALUE_TAG) is not None
            cell["data_type"] = "s" if computed else "f"
        return cell


def _sheet(held: Any) -> Sheet:
    """A sheet of openpyxl's, read through."""
    sheet = Sheet(held.title.strip(), held.sheet_state != "visible")
    book = held.parent
    with held._get_source() as source:
        parser = _Parser(
            _Bounded(source),
            held._shared_strings,
            data_only=True,
            epoch=book.epoch,
            date_formats=book._date_formats,
            timedelta_formats=book._timedelta_formats,
        )
        for number, cells in parser.parse():
            _take(sheet, held, number, cells)
            if sheet.is_too_long:
                break
    merged = parser.merged_cells.mergeCell if parser.merged_cells else ()
    sheet.merged = [Merged(r.min_col, r.max_col, r.min_row, r.coord) for r in merged]
    return sheet


def _take(sheet: Sheet, held: Any, number: int, cells: list[dict[str, Any]]) -> None:
    row: dict[int, Cell] = {}
    for cell in _filled(cells):
        if cell["column"] > MOST_COLUMNS:
            sheet.too_wide = sheet.too_wide or f"{get_column_letter(cell['column'])}{number}"
        else:
            row[cell["column"]] = _cell(held, number, cell)
    if row:
        sheet.rows[number] = row
        sheet.is_too_long = len(sheet.rows) > MOST_ROWS


def _filled(cells: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Those that hold something."""
    for cell in cells:
        value = cell["value"]
        if cell["data_type"] == "f" or not (value is None or str(value).strip() == ""):
            yield cell


def _cell(held: Any, number: int, cell: dict[str, Any]) -> Cell:
    column, kind = cell["column"], cell["data_type"]
    form = ""
    if kind == "n":
        made = ReadOnlyCell(held, number, column, cell["value"], kind, cell["style_id"])
        form = made.number_format
    name = f"{get_column_letter(column)}{number}"
    return Cell(name, cell["value"], form, kind == "e", kind == "f")
