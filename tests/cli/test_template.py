"""`lrs catalogue template`, and what is made of its workbook."""

from __future__ import annotations

from pathlib import Path

import pytest
from openpyxl import load_workbook  # type: ignore[import-untyped]

from lrs.domain.aggregates.catalogue_entry import EntryKind
from tests.cli.test_commands import Shell
from tests.conftest import Place


@pytest.fixture
def embedded(on_files: Place, tmp_path: Path) -> Shell:
    return Shell(on_files, tmp_path)


def test_a_template_says_how_and_is_not_imported_as_it_is(embedded: Shell) -> None:
    """Its rows are examples; a file that is there is left alone."""
    made = embedded("catalogue", "template", "t.xlsx")
    assert (made.returncode, "t.xlsx is created." in made.stdout) == (0, True)
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
    assert done.stdout.count("1 new, 0 changed") == len(EntryKind)


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
    assert book.sheetnames == ["Как заполнять", *(kind.value for kind in EntryKind)]
    people, courses = book["people"], book["courses"]
    forms = {c.value: people.column_dimensions[c.column_letter].number_format for c in people[1]}
    assert (forms["number"], forms["since"]) == ("@", "yyyy-mm-dd")
    choices = {str(v.sqref): v.formula1 for v in courses.data_validations.dataValidation}
    assert '"classroom,online,blended,test"' in choices.values()
    assert all(cell.comment for sheet in book.worksheets[1:] for cell in sheet[1])
