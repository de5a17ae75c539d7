"""The catalogue from files: YAML, or an Excel workbook with a sheet for each kind of thing.

Both give what `schemas.catalogue` checks. In a sheet the first row names the members; `title.ru` is
the title in Russian, and several values stand in one cell with semicolons between.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from lrs.domain.catalogue import Kind
from lrs.domain.errors import ImportRefused
from schemas.catalogue import lists, members

Where = Callable[[str], str]
"""A JSON pointer into what was read, in the words of the file."""


def read(path: Path) -> tuple[Any, Where]:
    """What the file says, and how to tell where. Raises ImportRefused."""
    if path.suffix.lower() in (".yaml", ".yml"):
        return _yaml(path), lambda pointer: f"{path.name}, {pointer or 'as a whole'}"
    if path.suffix.lower() == ".xlsx":
        return _workbook(path)
    raise ImportRefused(f"{path.name} is neither YAML (.yaml) nor an Excel workbook (.xlsx).")


def _yaml(path: Path) -> Any:
    import yaml

    try:
        return _plain(yaml.safe_load(path.read_text("utf-8")))
    except UnicodeDecodeError:
        raise ImportRefused(f"{path.name} is not UTF-8.") from None
    except yaml.YAMLError as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1}" if mark is not None else ""
        raise ImportRefused(f"{path.name}{line}: this is no YAML.") from None


def _plain(value: Any) -> Any:
    """JSON's values alone: YAML reads dates, and keys that are no texts."""
    match value:
        case dict():
            return {str(name): _plain(held) for name, held in value.items()}
        case list():
            return [_plain(held) for held in value]
        case datetime():
            return value.isoformat()
        case date():
            return value.isoformat()
        case _:
            return value


def _workbook(path: Path) -> tuple[Any, Where]:
    from openpyxl import load_workbook  # type: ignore[import-untyped]

    try:
        book = load_workbook(path, read_only=True, data_only=True)
    except Exception as error:  # a damaged archive shows in many ways
        raise ImportRefused(f"{path.name} cannot be read as an Excel workbook.") from error
    found: dict[str, list[Any]] = {}
    rows: dict[str, list[int]] = {}
    for sheet in book.worksheets:
        if sheet.title not in {kind.value for kind in Kind}:
            names = ", ".join(kind.value for kind in Kind)
            raise ImportRefused(f"{path.name}: a sheet is called {sheet.title}; may be: {names}.")
        entries = list(_entries(path, sheet, Kind(sheet.title)))
        found[sheet.title] = [entry for _, entry in entries]
        rows[sheet.title] = [row for row, _ in entries]

    def where(pointer: str) -> str:
        _, kind, index, *member = f"{pointer}//".split("/")
        row = f", row {rows[kind][int(index)]}" if index.isdigit() else ""
        name = f", {member[0]}" if member and member[0] else ""
        return f"{path.name}, sheet {kind}{row}{name}"

    return found, where


def _entries(path: Path, sheet: Any, kind: Kind) -> Iterator[tuple[int, Mapping[str, Any]]]:
    """Each row's number and entry; empty rows are left out."""
    rows = sheet.iter_rows(values_only=True)
    names = [str(name).strip() if name is not None else "" for name in next(rows, ())]
    known = set(members(kind))
    for name in names:
        if name and name.partition(".")[0] not in known:
            raise ImportRefused(
                f"{path.name}, sheet {kind.value}: there is no {name}; there are: "
                f"{', '.join(members(kind))}."
            )
    for number, row in enumerate(rows, 2):
        cells = {n: c for n, c in zip(names, row, strict=False) if n and c not in (None, "")}
        if cells:
            yield number, _entry(kind, cells)


def _entry(kind: Kind, cells: Mapping[str, Any]) -> Mapping[str, Any]:
    entry: dict[str, Any] = {}
    for name, cell in cells.items():
        member, _, language = name.partition(".")
        value = _cell(cell)
        if language:
            entry.setdefault(member, {})[language] = value
        elif member in lists(kind):
            entry[member] = [part.strip() for part in str(value).split(";") if part.strip()]
        else:
            entry[member] = value
    return entry


def _cell(value: Any) -> Any:
    """A cell's value as JSON has it: Excel keeps days as instants, and whole numbers as floats."""
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, float) and value.is_integer():
        return int(value)
    return value.strip() if isinstance(value, str) else value
