"""The catalogue from an Excel workbook with a sheet for each kind of thing, see
`api.catalogue_files.table`.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from openpyxl.utils import get_column_letter  # type: ignore[import-untyped]

from api.catalogue_files.sheets import Sheet, read_sheets
from api.catalogue_files.source import FileFault, Source, quoted
from api.catalogue_files.table import SheetRow, Table, read_table
from api.catalogue_files.wording import in_words_of_sheets
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import ImportRefused, InvalidEntry
from lrs.domain.xapi.agent import JsonObject
from schemas.catalogue.forms import Sort, forms

HELP = "Как заполнять"
"""The sheet of a template that tells how to fill it in: it is not read."""

_KINDS = [kind.value for kind in EntryKind]


def read(path: Path) -> Source:
    """What the workbook says. Raises ImportRefused where it cannot be read at all, or says
    nothing.
    """
    book = _Book(path.name)
    for index, sheet in enumerate(read_sheets(path)):
        if sheet.rows or sheet.too_wide:
            book.take(index, sheet)
    book.require_something()
    value = {table.kind.value: [r.entry for r in table.rows] for table in book.tables.values()}
    return Source(path.name, value, book.tell, book.place, book.content, book.faults, book.notes)


class _Book:
    """The tables of a workbook, and where in it things stand."""

    def __init__(self, name: str) -> None:
        self._name = name
        self.tables: dict[str, Table] = {}
        self.faults: list[FileFault] = []
        self.notes: list[str] = []
        self._order: dict[str, int] = {}

    def take(self, index: int, sheet: Sheet) -> None:
        """Read a sheet that holds something."""
        kind = sheet.title.strip().casefold()
        if kind in _KINDS:
            table = read_table(sheet, EntryKind(kind))
            self.tables[kind], self._order[kind] = table, index
            at = f"sheet {quoted(sheet.title)}"
            self.faults += [FileFault((index, *p), f"{at}, {text}") for *p, text in table.faults]
            self.notes += [f"{at} {note}" for note in _notes(table)]
        elif sheet.is_hidden:
            self.notes.append(f"the hidden sheet {quoted(sheet.title)} is not read.")
        elif sheet.title != HELP:
            message = f"a sheet is called {quoted(sheet.title)}; may be: {', '.join(_KINDS)}."
            self.faults.append(FileFault((index,), message))

    def require_something(self) -> None:
        """Raises ImportRefused for a workbook without an entry and without a fault."""
        if self.faults or any(table.rows for table in self.tables.values()):
            return
        examples = any(table.examples for table in self.tables.values())
        why = " All its rows are marked as examples in the column #." if examples else ""
        raise ImportRefused(f"{self._name} describes nothing.{why}")

    def place(self, pointer: str) -> str:
        """Sheet, row and heading, as far as the pointer leads."""
        return self._spot(pointer).place

    def content(self, pointer: str) -> str:
        """What the cell holds; empty for what is no cell."""
        return self._spot(pointer).content

    def tell(self, fault: InvalidEntry) -> FileFault | None:
        """The fault with its place, and what the cell holds; None if the file's own faults tell
        it.
        """
        spot = self._spot(fault.place)
        table, row = spot.table, spot.row
        if table is None or row is None:
            return FileFault((0,), f"{spot.place}: {fault.detail}")
        order = self._order[table.kind.value]
        if spot.member in row.unreadable:
            return None
        if fault.code == "missing-property" and spot.column == 0:
            name = forms(table.kind)[spot.member].headings(spot.member)[0]
            message = (
                f"sheet {quoted(table.sheet.title)}: a column {name} is wanted, and is not there."
            )
            return FileFault((order, 1), message)
        twin = None if fault.twin is None else self._spot(fault.twin).row
        number = None if twin is None else twin.number
        sentence = in_words_of_sheets(fault, table.kind, spot.member, number)
        return FileFault(
            (order, row.number, spot.column), f"{spot.place}: {sentence}{spot.content}"
        )

    def _spot(self, pointer: str) -> _Spot:
        _, kind, index, member, language, *_ = f"{pointer}/////".split("/")
        table = self.tables.get(kind)
        if table is None or not index:
            return _Spot(table)
        return _Spot(table, table.rows[int(index)], member, language, pointer)


@dataclass(frozen=True, slots=True)
class _Spot:
    """Where a JSON pointer leads: a table, a row of it, and a member, in one language if it is a
    title.
    """

    table: Table | None
    row: SheetRow | None = None
    member: str = ""
    language: str = ""
    pointer: str = ""

    @property
    def column(self) -> int:
        """The first column of the member, 0 if there is none."""
        if self.table is None or not self.member:
            return 0
        found = self.table.columns_of(self.member, self._title_language)
        return found[0] if found else 0

    @property
    def place(self) -> str:
        if self.table is None:
            return "as a whole"
        at = f"sheet {quoted(self.table.sheet.title)}"
        if self.row is None:
            return at
        heading = f"{self.member}.{lang}" if (lang := self._title_language) else self.member
        return f"{at}, row {self.row.number}{f', {heading}' if heading else ''}"

    @property
    def content(self) -> str:
        """A sentence that tells what the cell holds; empty for a whole row."""
        if self.row is None or not self.column:
            return ""
        cell = self.row.cells.get(self.column)
        name = f"{get_column_letter(self.column)}{self.row.number}"
        if cell is None:
            return f" {name} is empty."
        return f" {name} holds: {quoted(_part(self.row.entry, self.pointer, cell.value))}"

    @property
    def _title_language(self) -> str:
        """The language, where the member has one."""
        if self.table is None or not self.member:
            return ""
        form = forms(self.table.kind).get(self.member)
        return self.language if form and form.sort is Sort.TITLE else ""


def _part(entry: JsonObject, pointer: str, whole: object) -> object:
    """What stands at the pointer if it is a part of a cell, else the whole of the cell."""
    value: Any = entry
    for step in pointer.split("/")[3:]:
        value = value[int(step)] if isinstance(value, list) else value.get(step)
    return value if isinstance(value, str) else whole


def _notes(table: Table) -> list[str]:
    """What of a sheet is not read, or might be overlooked."""
    notes = ["is hidden, and is read all the same."] if table.sheet.is_hidden else []
    if table.unheaded:
        letters = ", ".join(table.unheaded[:9])
        notes.append(f"holds something under no heading, which is not read: column {letters}.")
    if copied := [number for number in table.examples if number != 2]:
        rows = ", ".join(map(str, copied[:9]))
        notes.append(f"has rows that are marked as examples and not read: {rows}.")
    return notes
