"""Workbooks as people fill them in, with all that can go wrong in a cell."""

from __future__ import annotations

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook  # type: ignore[import-untyped]

from api.catalogue_files.files import read
from api.catalogue_files.source import Source
from lrs.domain.errors import ImportRefused, InvalidEntry
from schemas.catalogue.entries import check_catalogue
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
    message = source.refusal(error).detail
    return [line.strip() for line in message.splitlines()[1:]] or [message.partition(", ")[2]]


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
    (message,) = faults(of_cells(path, "a", error))
    assert message.startswith("sheet offices, row 3, code: A3 holds the error ")
    assert error in message


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
    ("value", "form", "message"),
    [
        (0.5, "0%", "a number whose digits are lost"),
        (10**15, "0", "a number whose digits are lost"),
        (True, "General", "TRUE or FALSE"),
        (date(2026, 5, 12), "dd-mm", "a date or a time"),
        (time(10, 30), "h:mm", "a date or a time"),
    ],
)
def test_what_excel_made_of_a_text_is_not_guessed(
    path: Path, value: Any, form: str, message: str
) -> None:
    """12-05 is a code until Excel takes it for a day."""
    (fault,) = faults(of_cells(path, value, form=form))
    assert fault.startswith(f"sheet offices, row 2, code: A2 holds {message}")


def test_days_months_numbers_and_truths_are_read_however_they_are_written(path: Path) -> None:
    """As Excel has them, and as texts."""
    since: list[Any] = [date(2026, 2, 1), datetime(2026, 2, 1), "2026-02-01", "1.2.2026"]  # noqa: DTZ001
    truths: list[Any] = [True, "да", "ИСТИНА", "Yes"]
    numbers: list[Any] = [12, 12.0, "12", " 12 "]
    hours: list[Any] = [1.5, "1.5", "1,5", 1.5]
    rows = [
        [f"p{n}", "П", "urn:c", *programmes]
        for n, programmes in enumerate(zip(since, truths, numbers, hours, strict=True))
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
    programmes = [{k: v for k, v in p.items() if k != "code"} for p in source.value["programmes"]]
    assert programmes[0]["since"] == "2026-02-01"
    assert (
        programmes[0]["everyone"],
        programmes[0]["valid_months"],
        programmes[0]["min_hours"],
    ) == (True, 12, 1.5)
    assert programmes == [programmes[0]] * 4
    assert {rating["month"] for rating in source.value["ratings"]} == {"2026-03"}


@pytest.mark.parametrize(
    ("heading", "value", "message"),
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
def test_a_cell_says_what_its_column_wants(
    path: Path, heading: str, value: Any, message: str
) -> None:
    """In the words of a sheet, without quotation marks and JSON."""
    rows = [["code", "title.ru", "courses", heading], ["p", "П", "urn:c", value]]
    (fault,) = faults(read(workbook(path, {"programmes": rows})))
    assert fault.startswith(f"sheet programmes, row 2, {heading}: {message}"), fault


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
        "sheet people, row 3, agent: Give an agent key": "A3 holds: x",
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
    messages = faults(read(workbook(path, {"offices": [["Наши центры"], *rows]})))
    assert messages[0].startswith("sheet offices, cell A1: no column is called Наши центры")


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
    output = embedded("catalogue", "import", "f.yaml").stderr
    assert output.startswith("Warning: line 1, /people/0/number: ")


def test_many_warnings_are_counted(embedded: Shell) -> None:
    """A column that lost all its zeros is told of in a few lines."""
    people = [[f"account|https://hr|0{n}", "x", n] for n in range(1, 31)]
    workbook(embedded.folder / "f.xlsx", {"people": [["agent", "name", "number"], *people]})
    lines = embedded("catalogue", "import", "f.xlsx", "--preview").stderr.splitlines()
    assert (len(lines), lines[-1]) == (21, "Warning: 10 more like these.")
