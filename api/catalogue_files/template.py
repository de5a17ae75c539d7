"""A workbook to fill in, which `api.catalogue_files.workbook` reads.

The first sheet tells how. Then there is a sheet for each kind: headings with hints, columns in the
format of what they hold, choices where there are few words, and an example that is not read.
"""

from __future__ import annotations

import os
from datetime import date
from pathlib import Path
from typing import Any

from openpyxl import Workbook  # type: ignore[import-untyped]
from openpyxl.comments import Comment  # type: ignore[import-untyped]
from openpyxl.styles import Alignment, Font, PatternFill  # type: ignore[import-untyped]
from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]
from openpyxl.worksheet.datavalidation import DataValidation  # type: ignore[import-untyped]

from api.catalogue_files.table import EXAMPLES, MARK
from api.catalogue_files.template_words import EXAMPLES as ENTRIES
from api.catalogue_files.template_words import HELP as SENTENCES
from api.catalogue_files.template_words import HINTS
from api.catalogue_files.workbook import HELP
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import ImportRefused
from schemas.catalogue.forms import Form, Sort, forms

_TEXT, _DAY, _MONTH, _NUMBER = "@", "yyyy-mm-dd", "yyyy-mm", "General"
_FORMATS = {
    Sort.NUMBER: _NUMBER,
    Sort.DAY: _DAY,
    Sort.MONTH: _MONTH,
    Sort.TRUTH: _NUMBER,
}
_LAST_ROW = 1_048_576
_HEAD = Font(bold=True)
_REQUIRED = PatternFill("solid", fgColor="FFE699")
_PALE = Font(italic=True, color="808080")


def make(path: Path) -> None:
    """Write the workbook. Raises ImportRefused where a file is there already, or cannot be made."""
    if path.suffix.lower() != ".xlsx":
        raise ImportRefused(f"{path.name}: the name of a workbook ends in .xlsx.")
    try:
        with path.open("xb") as file:
            try:
                _book().save(file)
            except BaseException:
                os.unlink(path)
                raise
    except FileExistsError:
        raise ImportRefused(f"{path.name} is there already: give another name.") from None
    except OSError as error:
        raise ImportRefused(f"{path} cannot be written: {error.strerror}.") from None


def _book() -> Any:
    book = Workbook()
    _help(book.active)
    for kind in EntryKind:
        _sheet(book.create_sheet(kind.value), kind)
    return book


def _help(sheet: Any) -> None:
    sheet.title = HELP
    for number, sentences in enumerate(SENTENCES, 1):
        for column, sentence in enumerate(sentences, 1):
            cell = sheet.cell(number, column, sentence)
            cell.alignment = Alignment(wrap_text=True, vertical="top")
    for letter in "AB":
        sheet.column_dimensions[letter].width = 70


def _sheet(sheet: Any, kind: EntryKind) -> None:
    """Headings, hints, formats, choices and the example of a kind."""
    _heading(sheet, 1, MARK, "Строки со словом «пример» не загружаются.", "Marks examples.")
    sheet.cell(2, 1, EXAMPLES[0]).font = _PALE
    headings = [(h, form, name) for name, form in forms(kind).items() for h in form.headings(name)]
    for column, (heading, form, name) in enumerate(headings, 2):
        required = form.required and heading != f"{name}.en"
        russian, english = HINTS[name]
        more = ("Обязательно. ", "Required. ") if required else ("", "")
        _heading(sheet, column, heading, more[0] + russian, more[1] + english)
        if required:
            sheet.cell(1, column).fill = _REQUIRED
        _column(sheet, column, form, ENTRIES[kind].get(heading))
    sheet.freeze_panes = "A2"


def _heading(sheet: Any, column: int, heading: str, russian: str, english: str) -> None:
    cell = sheet.cell(1, column, heading)
    cell.font = _HEAD
    cell.comment = Comment(f"{russian}\n\n{english}", "Zachetka", height=140, width=320)


def _column(sheet: Any, column: int, form: Form, example: Any) -> None:
    """The format of a column, what there is to choose from, and its cell of the example."""
    letter = get_column_letter(column)
    shown_as = _FORMATS.get(form.sort, _TEXT)
    sheet.column_dimensions[letter].number_format = shown_as
    sheet.column_dimensions[letter].width = 24
    if words := _choices(form):
        choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
        choice.add(f"{letter}2:{letter}{_LAST_ROW}")
        sheet.add_data_validation(choice)
    cell = sheet.cell(2, column, _filled(form, example))
    cell.number_format, cell.font = shown_as, _PALE


def _choices(form: Form) -> tuple[str, ...]:
    return ("да", "нет") if form.sort is Sort.TRUTH else form.names * (form.sort is Sort.WORD)


def _filled(form: Form, example: Any) -> Any:
    """Days and months are days in Excel."""
    if example is None or form.sort not in (Sort.DAY, Sort.MONTH):
        return example
    return date.fromisoformat(example if form.sort is Sort.DAY else f"{example}-01")
