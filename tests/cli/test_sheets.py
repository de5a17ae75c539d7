"""Workbooks as other programs than Excel write them, damaged ones, and ones without measure."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from api.catalogue_files import sheets
from api.catalogue_files.files import read
from lrs.domain.errors import ImportRefused
from tests.cli.test_workbook import faults, of_cells


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.xlsx"


def changed(path: Path, part: str, change: Callable[[str], str]) -> None:
    """Write one part of a workbook anew, as other programs write it."""
    with zipfile.ZipFile(path) as archive:
        parts = {info.filename: archive.read(info) for info in archive.infolist()}
    parts[part] = change(parts[part].decode()).encode()
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)


SHEET = "xl/worksheets/sheet1.xml"


@pytest.mark.parametrize("declared", ['ref="A1"', 'ref="A1:B2"', 'ref="A1:XFD1048576"', None])
def test_rows_are_read_whatever_size_a_sheet_declares(path: Path, declared: str | None) -> None:
    """Some programs declare A1 alone, and others the whole sheet."""
    of_cells(path, "a", "b", "c")
    pattern, new = (r"<dimension[^>]*>", "") if declared is None else (r'ref="A1:[^"]*"', declared)
    changed(path, SHEET, lambda xml: re.sub(pattern, new, xml, count=1))
    assert [office["code"] for office in read(path).value["offices"]] == ["a", "b", "c"]


@pytest.mark.parametrize(("cell", "is_read"), [("D2", True), ("IV2", True), ("IW2", False)])
def test_a_wide_sheet_is_told_of(path: Path, cell: str, is_read: bool) -> None:
    """What stands under no heading is not read, and said so; beyond the bounds it is a fault."""
    of_cells(path, "a")
    book = load_workbook(path)
    book["offices"][cell] = "far away"
    book.save(path)
    source = read(path)
    if is_read:
        column = cell.rstrip("2")
        assert faults(source) == []
        assert source.notes == [
            f"sheet offices holds something under no heading, which is not read: column {column}."
        ]
    else:
        assert faults(source)[0].startswith(f"sheet offices, cell {cell} holds something, but only")


def test_a_long_sheet_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rows that are empty do not count, wherever the last one stands."""
    monkeypatch.setattr(sheets, "MOST_ROWS", 4)
    of_cells(path, "a", "b", "c")
    changed(path, SHEET, lambda xml: re.sub(r'r="(A|B|)4"', r'r="\g<1>1048576"', xml))
    source = read(path)
    assert [office["code"] for office in source.value["offices"]] == ["a", "b", "c"]
    assert faults(source) == []
    (fault,) = faults(of_cells(path, *"abcdef"))
    assert "rows are filled: part them" in fault


@pytest.mark.parametrize(
    ("part", "size"),
    [("xl/media/x", sheets.MOST_OTHER_BYTES), ("xl/worksheets/sheet2.xml", sheets.MOST_BYTES)],
)
def test_a_workbook_that_would_fill_the_memory_is_refused(path: Path, part: str, size: int) -> None:
    """By the size that its parts have unpacked, before they are."""
    of_cells(path, "a")
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(part, b" " * (size + 1))
    assert path.stat().st_size < 2**20
    with pytest.raises(ImportRefused, match="is too large: unpacked it may have 64 MB"):
        read(path)


def test_a_row_that_would_fill_the_memory_is_refused(path: Path) -> None:
    """Millions of cells in one row would be there all at once."""
    of_cells(path, "a")
    cells = "<c><v>1</v></c>" * 2**20
    changed(path, SHEET, lambda xml: xml.replace("</sheetData>", f"<row>{cells}</row></sheetData>"))
    with pytest.raises(ImportRefused, match="cannot be read as an Excel workbook"):
        read(path)


def test_a_damaged_workbook_is_refused(path: Path) -> None:
    """Cut off, or with a part that is no XML."""
    of_cells(path, "a")
    whole = path.read_bytes()
    path.write_bytes(whole[:-200])
    with pytest.raises(ImportRefused, match="cannot be read as an Excel workbook"):
        read(path)
    path.write_bytes(whole)
    changed(path, SHEET, lambda xml: xml[:-40])
    with pytest.raises(ImportRefused, match="cannot be read as an Excel workbook"):
        read(path)


def test_a_formula_counts_by_its_result(path: Path) -> None:
    """One whose result the file does not hold is a fault; an empty text is as good as nothing."""
    of_cells(path, "=A1", "b")
    (fault,) = faults(read(path))
    assert fault.startswith("sheet offices, row 2, code: A2 is a formula without a result")
    results = {
        "a": '<c r="A2" t="str"><f>A1</f><v>a</v></c>',
        "": '<c r="A2" t="str"><f>A1</f><v/></c>',
    }
    for code, cell in results.items():
        changed(path, SHEET, lambda xml, c=cell: re.sub(r'<c r="A2".*?</c>', c, xml))  # type: ignore[misc]
        assert read(path).value["offices"][0].get("code", "") == code
