"""A sheet as a table of entries: headings in the first row, and an entry in each row below.

A heading is a member's name, `title.ru` the title in Russian. Cells under no heading are not read,
nor are rows that are marked as examples in the column `#`.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from api.catalogue_files.cells import Unreadable, value_of
from api.catalogue_files.sheets import MOST_COLUMNS, MOST_ROWS, Cell, Sheet
from api.catalogue_files.source import quoted
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.xapi.agent import JsonObject
from schemas.catalogue.forms import Form, Sort, forms
from schemas.rules import is_language_tag

MARK = "#"
EXAMPLES = ("пример", "example")
"""What marks a row as an example, in the column MARK."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column that is read: its heading, the member, and the language of a title."""

    heading: str
    member: str
    language: str
    form: Form


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is read: its number, its entry, its cells by column, and which are unreadable."""

    number: int
    entry: JsonObject
    cells: dict[int, Cell]
    unreadable: set[str] = field(default_factory=set)


CellFault = tuple[int, int, str]
"""A row, a column and a sentence that begins with the place in the sheet; 0 for a whole one."""


@dataclass(slots=True)
class Table:
    """The entries of a sheet, with the faults of its form."""

    kind: EntryKind
    sheet: Sheet
    columns: dict[int, Column] = field(default_factory=dict)
    rows: list[SheetRow] = field(default_factory=list)
    faults: list[CellFault] = field(default_factory=list)
    examples: list[int] = field(default_factory=list)
    """The numbers of the rows that are marked as examples."""
    unheaded: list[str] = field(default_factory=list)
    """The letters of columns that hold something under no heading."""

    def columns_of(self, member: str, language: str = "") -> list[int]:
        """The columns of a member, or of one language of it."""
        return [
            number
            for number, column in self.columns.items()
            if column.member == member and language in ("", column.language)
        ]


def read_table(sheet: Sheet, kind: EntryKind) -> Table:
    """The entries of a sheet that holds something."""
    table = Table(kind, sheet)
    first = sheet.rows.get(1, {})
    _read_headings(table, first)
    mark = next((n for n, cell in first.items() if _heading(cell) == MARK), 0)
    for number, cells in sorted(sheet.rows.items()):
        if number == 1:
            continue
        if mark in cells and str(cells[mark].value).strip().casefold() in EXAMPLES:
            table.examples.append(number)
        elif row := _row(table, number, cells):
            table.rows.append(row)
    _find_unheaded(table, first)
    _find_faults_of_form(table)
    return table


def _heading(cell: Cell) -> str:
    return "a formula without a result" if cell.is_unknown else str(cell.value).strip()


def _read_headings(table: Table, first: dict[int, Cell]) -> None:
    if not first:
        message = "row 1 is empty: write the headings there. They may be "
        table.faults.append((1, 0, f"{message}{_known(table.kind)}."))
    taken: set[tuple[str, str]] = set()
    for number, cell in sorted(first.items()):
        heading = _heading(cell)
        if heading == MARK:
            continue
        member, _, language = heading.partition(".")
        sentence = _wrong_heading(table.kind, heading, member, language)
        if not sentence and (member, language) in taken:
            sentence = f"there are two columns for {quoted(heading)}: keep one of them."
        if sentence:
            table.faults.append((1, number, f"cell {cell.name}: {sentence}"))
        else:
            taken.add((member, language))
            form = forms(table.kind)[member]
            table.columns[number] = Column(heading, member, language, form)


def _wrong_heading(kind: EntryKind, heading: str, member: str, language: str) -> str:
    """What is wrong with a heading; empty if nothing is."""
    form = forms(kind).get(member)
    if form is None:
        return f"no column is called {quoted(heading)}; may be: {_known(kind)}."
    if form.sort is Sort.TITLE and not is_language_tag(language):
        return f"name the language as well, {member}.ru or {member}.en."
    if form.sort is not Sort.TITLE and "." in heading:
        return f"this is the same in all languages: write {member} alone."
    return ""


def _known(kind: EntryKind) -> str:
    """The headings that there may be."""
    return ", ".join(h for name, form in forms(kind).items() for h in form.headings(name))


def _row(table: Table, number: int, cells: dict[int, Cell]) -> SheetRow | None:
    """The row's entry; None if the row says nothing in the columns that are read."""
    row = SheetRow(number, {}, {n: cell for n, cell in cells.items() if n in table.columns})
    for place, cell in row.cells.items():
        column = table.columns[place]
        try:
            value = value_of(cell, column.form)
        except Unreadable as error:
            row.unreadable.add(column.member)
            at = f"row {number}, {column.heading}: {cell.name} {error}"
            table.faults.append((number, place, at))
            continue
        _say(row.entry, column, value)
    for member in row.unreadable:
        row.entry[member] = None  # no entry is right with it, and its fault is told already
    return row if row.cells else None


def _say(entry: JsonObject, column: Column, value: Any) -> None:
    if column.language:
        entry.setdefault(column.member, {})[column.language] = value
    elif value is not None:
        entry[column.member] = value


def _find_unheaded(table: Table, first: dict[int, Cell]) -> None:
    used = {n for number, row in table.sheet.rows.items() if number > 1 for n in row}
    table.unheaded = [get_column_letter(n) for n in sorted(used - first.keys())]


def _find_faults_of_form(table: Table) -> None:
    """What would be lost without a word otherwise."""
    sheet = table.sheet
    if sheet.too_wide:
        table.faults.append((1, MOST_COLUMNS, _beyond(sheet.too_wide)))
    if sheet.is_too_long:
        last = max(sheet.rows)
        sentence = f"more than {MOST_ROWS} rows are filled: part them into several workbooks."
        table.faults.append((last, 0, sentence))
    for merged in sheet.merged:
        if _spoils(table, merged.first_column, merged.last_column, merged.first_row):
            sentence = (
                f"cells {merged.name} are merged, and only the first of them holds the value: "
                "unmerge them and write the value into each."
            )
            table.faults.append((merged.first_row, merged.first_column, sentence))


def _beyond(cell: str) -> str:
    return f"cell {cell} holds something, but only {MOST_COLUMNS} columns are read: clear it."


def _spoils(table: Table, first: int, last: int, row: int) -> bool:
    """Whether merged cells that hold something stand in columns that are read."""
    columns: Iterable[int] = range(first, last + 1)
    return first in table.sheet.rows.get(row, {}) and any(n in table.columns for n in columns)
