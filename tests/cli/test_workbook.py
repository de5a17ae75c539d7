"""Workbooks as people fill them in, with all that can go wrong in a cell."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

from api.catalogue import sheets
from api.catalogue.files import read
from api.catalogue.source import Source
from lrs.domain.catalogue import Kind
from lrs.domain.errors import ImportRefused, InvalidEntry
from schemas.catalogue import check_catalogue
from tests.cli.test_catalogue import Sheets, workbook
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.entries import ANNA, BORIS

OFFICE = ["code", "title.ru", "address"]


@pytest.fixture
def embedded(on_files: Place, tmp_path: Path) -> Shell:
    return Shell(on_files, tmp_path)


def faults(source: Source) -> list[str]:
    """All that is wrong with a file by itself, in its order."""
    try:
        check_catalogue(source.value)
        error = None
    except InvalidEntry as refused:
        error = refused
    if error is None and not source.faults:
        return []
    told = source.refusal(error).detail
    return [line.strip() for line in told.splitlines()[1:]] or [told.partition(", ")[2]]


def of_cells(path: Path, *cells: Any, form: str = "General") -> Source:
    """What a sheet of offices says in whose codes these values stand, in one number format."""
    book = Workbook()
    sheet = book.active
    sheet.title = "offices"
    sheet.append(OFFICE)
    for row, value in enumerate(cells, 2):
        sheet.cell(row, 1, value).number_format = form
        sheet.cell(row, 2, "x")
    book.save(path)
    return read(path)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "f.xlsx"


ERRORS = ["#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!", "#SPILL!", "#Н/Д",
          "#ССЫЛКА!", " #n/a "]  # fmt: skip


@pytest.mark.parametrize("error", ERRORS)
def test_an_error_is_no_value(path: Path, error: str) -> None:
    """Of a formula, or pasted as a text; named with sheet, row, column and cell."""
    (told,) = faults(of_cells(path, "a", error))
    assert told.startswith("sheet offices, row 3, code: A3 holds the error ")
    assert error in told


def test_a_workbook_with_errors_is_not_imported(embedded: Shell) -> None:
    """All of them are told, and nothing is taken."""
    rows = [["agent", "name", "number"], [ANNA, "Анна", "#N/A"], [BORIS, "#REF!", "0597"]]
    workbook(embedded.folder / "f.xlsx", {"people": rows})
    done = embedded("catalogue", "import", "f.xlsx")
    assert (done.returncode, done.stdout) == (1, "")
    first, *others = done.stderr.splitlines()
    assert first == "lrs: f.xlsx is not imported. Its faults, 2:"
    assert others[0].startswith("  sheet people, row 2, number: C2 holds the error #N/A")
    assert others[1].startswith("  sheet people, row 3, name: B3 holds the error #REF!")


@pytest.mark.parametrize(
    ("value", "form", "code"),
    [(597, "General", "597"), (12.0, "General", "12"), (417, "0000", "0417"), (417, "@", "417"),
     ("0417", "General", "0417"), (" 0417\N{NO-BREAK SPACE}", "@", "0417"),
     (417, '"A-"0000', "A-0417")],
)  # fmt: skip
def test_a_number_is_the_text_that_the_sheet_shows(
    path: Path, value: Any, form: str, code: str
) -> None:
    """With the zeros that its format puts in front."""
    source = of_cells(path, value, form=form)
    assert [office["code"] for office in source.value["offices"]] == [code]
    assert faults(source) == []


@pytest.mark.parametrize(
    ("value", "form", "told"),
    [
        (0.5, "0%", "a number whose digits are lost"),
        (10**15, "0", "a number whose digits are lost"),
        (True, "General", "TRUE or FALSE"),
        (date(2026, 5, 12), "dd-mm", "a date or a time"),
        (time(10, 30), "h:mm", "a date or a time"),
    ],
)
def test_what_excel_made_of_a_text_is_not_guessed(
    path: Path, value: Any, form: str, told: str
) -> None:
    """12-05 is a code until Excel takes it for a day."""
    (fault,) = faults(of_cells(path, value, form=form))
    assert fault.startswith(f"sheet offices, row 2, code: A2 holds {told}")


def test_days_months_numbers_and_truths_are_read_however_they_are_written(path: Path) -> None:
    """As Excel has them, and as texts."""
    since: list[Any] = [date(2026, 2, 1), datetime(2026, 2, 1), "2026-02-01", "1.2.2026"]  # noqa: DTZ001
    truths: list[Any] = [True, "да", "ИСТИНА", "Yes"]
    numbers: list[Any] = [12, 12.0, "12", " 12 "]
    hours: list[Any] = [1.5, "1.5", "1,5", 1.5]
    rows = [
        [f"p{n}", "П", "urn:c", *said]
        for n, said in enumerate(zip(since, truths, numbers, hours, strict=True))
    ]
    heads = ["code", "title.ru", "courses", "since", "everyone", "valid_months", "min_hours"]
    months: list[Any] = [date(2026, 3, 1), "2026-03", "03.2026", "3.2026"]
    ratings = [[f"o{n}", month, 1, 0] for n, month in enumerate(months)]
    tables: Sheets = {
        "programmes": [heads, *rows],
        "ratings": [["office", "month", "likes", "dislikes"], *ratings],
    }
    source = read(workbook(path, tables))
    assert faults(source) == []
    said = [{k: v for k, v in p.items() if k != "code"} for p in source.value["programmes"]]
    assert said[0]["since"] == "2026-02-01"
    assert (said[0]["everyone"], said[0]["valid_months"], said[0]["min_hours"]) == (True, 12, 1.5)
    assert said == [said[0]] * 4
    assert {rating["month"] for rating in source.value["ratings"]} == {"2026-03"}


@pytest.mark.parametrize(
    ("heading", "value", "told"),
    [
        ("since", datetime(2026, 1, 1, 14, 30), "D2 holds a time of day"),  # noqa: DTZ001
        ("since", 46023, "D2 is not shown as a date"),
        ("since", time(9), "D2 is not shown as a date"),
        ("since", "soon", "Write a date, 31.03.2026 or"),
        ("since", "31.02.2026", "Write a date, 31.03.2026 or"),
        ("min_hours", "many", "Write a number above zero"),
        ("min_hours", True, "D2 holds no number"),
        ("min_hours", date(2026, 1, 1), "D2 holds no number"),
        ("min_hours", 1e20, "D2 holds a number that is too large"),
        ("min_hours", "1,500", "Write a number above zero"),
        ("valid_months", 1.5, "Write a whole number"),
        ("everyone", "maybe", "Write yes or no"),
        ("everyone", 1, "Write yes or no"),
        ("posts", "a b; c", "A code begins with a letter or digit"),
    ],
)
def test_a_cell_says_what_its_column_wants(path: Path, heading: str, value: Any, told: str) -> None:
    """In the words of a sheet, without quotation marks and JSON."""
    rows = [["code", "title.ru", "courses", heading], ["p", "П", "urn:c", value]]
    (fault,) = faults(read(workbook(path, {"programmes": rows})))
    assert fault.startswith(f"sheet programmes, row 2, {heading}: {told}"), fault


def test_all_faults_of_all_sheets_are_told_with_what_stands_there(embedded: Shell) -> None:
    """Of headings, cells and rows, and of what contradicts other rows; in the order of the file."""
    tables: Sheets = {
        "people": [
            ["agent", "name", "office"],
            [ANNA, "Анна", "none"],
            ["x", None, "O-1"],
            [ANNA, "#N/A", "O-1"],
        ],
        "offices": [["code", "title.ru", "Title"], ["O-1", "x"], ["O 2", "y"], ["O-3"]],
        "posts": [["code"], ["a"], ["b"]],
        "Лист4": [["x"]],
    }
    workbook(embedded.folder / "f.xlsx", tables)
    lines = embedded("catalogue", "import", "f.xlsx").stderr.splitlines()[1:]
    ends = {
        "sheet people, row 2, office: This is not among": "C2 holds: none",
        "sheet people, row 3, agent: Say who is meant": "A3 holds: x",
        "sheet people, row 3, name: This must be filled in.": "B3 is empty.",
        "sheet people, row 4: This describes the same as row 2": "keep one of them.",
        "sheet people, row 4, name: B4 holds the error #N/A": "clear the cell.",
        "sheet offices, cell C1: no column is called Title": "address.",
        "sheet offices, row 3, code: A code begins": "A3 holds: O 2",
        "sheet offices, row 4, title: This must be filled in.": "B4 is empty.",
        "sheet posts: a column title.ru is wanted": "not there.",
        "a sheet is called Лист4; may be: courses": "ratings.",
    }
    assert len(lines) == len(ends)
    for line, (start, end) in zip(lines, ends.items(), strict=True):
        assert line.startswith(f"  {start}"), line
        assert line.endswith(end), line


def test_a_value_is_shown_on_one_line(path: Path) -> None:
    """Whatever it holds: it may be long, or move the cursor of a terminal."""
    (fault,) = faults(of_cells(path, f"a\n\x85{'b' * 500}"))
    assert fault.isprintable()
    assert len(fault) < 300


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


def test_merged_cells_are_refused(path: Path) -> None:
    """The others of them are empty, which would be read as such; beside the table they may be."""
    of_cells(path, "a", "b")
    book = load_workbook(path)
    sheet = book["offices"]
    sheet.merge_cells("F2:G9")
    sheet["F2"] = "a remark"
    sheet["C2"] = "for both"
    book.save(path)
    assert faults(read(path)) == []
    sheet.merge_cells("C2:C3")
    book.save(path)
    (fault,) = faults(read(path))
    assert fault.startswith("sheet offices, cells C2:C3 are merged")


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


def test_hidden_sheets_are_told_of(path: Path) -> None:
    """One of a kind is read, another is not; nothing happens in silence."""
    rows = {"offices": [OFFICE, ["a", "x"]], "posts": [OFFICE[:2], ["b", "y"]], "l": [["z"]]}
    workbook(path, rows)
    book = load_workbook(path)
    book["posts"].sheet_state, book["l"].sheet_state = "hidden", "veryHidden"
    book.save(path)
    source = read(path)
    assert (list(source.value), faults(source)) == (["offices", "posts"], [])
    assert source.notes == [
        "sheet posts is hidden, and is read all the same.",
        "the hidden sheet l is not read.",
    ]


@pytest.mark.parametrize("tables", [{"x": []}, {"offices": [OFFICE]}, {"offices": [], "y": []}])
def test_a_workbook_that_says_nothing_is_refused(path: Path, tables: Sheets) -> None:
    """An export that went wrong must not look as if it had come in."""
    with pytest.raises(ImportRefused, match="describes nothing"):
        read(workbook(path, tables))


def test_headings_stand_in_the_first_row(path: Path) -> None:
    """Empty or a banner, it is told."""
    rows: list[list[Any]] = [OFFICE, ["a", "x"]]
    (fault,) = faults(read(workbook(path, {"offices": [[], *rows]})))
    assert fault.startswith("sheet offices, row 1 is empty: write the headings there.")
    told = faults(read(workbook(path, {"offices": [["Наши центры"], *rows]})))
    assert told[0].startswith("sheet offices, cell A1: no column is called Наши центры")


def test_a_workbook_of_another_epoch_has_the_same_days(path: Path) -> None:
    """Excel for the Mac counted from 1904; and sheets may be named in any case."""
    book = workbook(path, {"People": [["agent", "name", "since"], [ANNA, "A", date(2025, 1, 9)]]})
    opened = load_workbook(book)
    opened.epoch = datetime(1904, 1, 1)  # noqa: DTZ001
    opened.save(path)
    (person,) = read(path).value["people"]
    assert person["since"] == "2025-01-09"


def test_zeros_that_were_lost_are_pointed_out(embedded: Shell) -> None:
    """In a preview and by the import, which goes through all the same; also from YAML."""
    heads = ["agent", "name", "number"]
    rows: list[list[Any]] = [heads, [ANNA, "Анна", 417], [BORIS, "Борис", 12]]
    workbook(embedded.folder / "f.xlsx", {"people": rows})
    for more in (["--preview"], []):
        done = embedded("catalogue", "import", "f.xlsx", *more)
        assert (done.returncode, "2 new" in done.stdout) == (0, True)
        (line,) = done.stderr.splitlines()
        assert line.startswith("Warning: sheet people, row 2, number: The personnel number and")
        assert line.endswith("C2 holds: 417")
    text = f'people: [{{agent: {ANNA}, name: A, number: "417"}}]'
    (embedded.folder / "f.yaml").write_text(text)
    told = embedded("catalogue", "import", "f.yaml").stderr
    assert told.startswith("Warning: line 1, /people/0/number: ")


def test_many_warnings_are_counted(embedded: Shell) -> None:
    """A column that lost all its zeros is told of in a few lines."""
    people = [[f"account|https://hr|0{n}", "x", n] for n in range(1, 31)]
    workbook(embedded.folder / "f.xlsx", {"people": [["agent", "name", "number"], *people]})
    lines = embedded("catalogue", "import", "f.xlsx", "--preview").stderr.splitlines()
    assert (len(lines), lines[-1]) == (21, "Warning: 10 more like these.")


def test_a_template_says_how_and_is_not_imported_as_it_is(embedded: Shell) -> None:
    """Its rows are examples; a file that is there is left alone."""
    made = embedded("catalogue", "template", "t.xlsx")
    assert (made.returncode, "t.xlsx is made." in made.stdout) == (0, True)
    before = (embedded.folder / "t.xlsx").read_bytes()
    again = embedded("catalogue", "template", "t.xlsx")
    assert (again.returncode, "is there already" in again.stderr) == (1, True)
    assert (embedded.folder / "t.xlsx").read_bytes() == before
    done = embedded("catalogue", "import", "t.xlsx")
    assert (done.returncode, "t.xlsx describes nothing. All its rows" in done.stderr) == (1, True)


@pytest.mark.parametrize("name", ["t.xls", "none/t.xlsx", "t"])
def test_a_template_that_cannot_be_made_says_why(embedded: Shell, name: str) -> None:
    done = embedded("catalogue", "template", name)
    assert (done.returncode, len(done.stderr.splitlines())) == (1, 1)
    assert not (embedded.folder / name).exists()


def test_the_examples_of_a_template_are_a_catalogue(embedded: Shell) -> None:
    """Without their marks they are imported, one of each kind, with nothing to remark."""
    embedded("catalogue", "template", "t.xlsx")
    book = load_workbook(embedded.folder / "t.xlsx")
    for sheet in book.worksheets[1:]:
        sheet["A2"] = None
    book.save(embedded.folder / "t.xlsx")
    done = embedded("catalogue", "import", "t.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.count("1 new, 0 changed") == len(Kind)


def test_a_template_is_filled_in(embedded: Shell) -> None:
    """Below the examples; a mark that was copied with its row is told of."""
    embedded("catalogue", "template", "t.xlsx")
    book = load_workbook(embedded.folder / "t.xlsx")
    offices = book["offices"]
    assert [cell.value for cell in offices[1]] == ["#", "code", "title.ru", "title.en", "address"]
    for row, values in enumerate([(None, "0013", "Юг"), ("Пример", "0014", "Запад")], 3):
        for column, value in enumerate(values, 1):
            offices.cell(row, column, value)
    book.save(embedded.folder / "t.xlsx")
    done = embedded("catalogue", "import", "t.xlsx")
    assert done.stdout.startswith("offices      1 new, 0 changed, 0 same\n")
    note = "sheet offices has rows that are marked as examples and not read: 4."
    assert done.stderr == f"Note: {note}\n"


def test_a_template_has_formats_and_choices(embedded: Shell) -> None:
    """Texts stay texts, days are days, and where there are few words one can choose."""
    embedded("catalogue", "template", "t.xlsx")
    book = load_workbook(embedded.folder / "t.xlsx")
    assert book.sheetnames == ["Как заполнять", *(kind.value for kind in Kind)]
    people, courses = book["people"], book["courses"]
    forms = {c.value: people.column_dimensions[c.column_letter].number_format for c in people[1]}
    assert (forms["number"], forms["since"]) == ("@", "yyyy-mm-dd")
    choices = {str(v.sqref): v.formula1 for v in courses.data_validations.dataValidation}
    assert '"classroom,online,blended,test"' in choices.values()
    assert all(cell.comment for sheet in book.worksheets[1:] for cell in sheet[1])
