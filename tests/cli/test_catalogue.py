"""`lrs catalogue import`, as people run it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from api.catalogue.files import read
from lrs import bootstrap
from lrs.domain.catalogue import Kind
from tests.api.opening import opened, settings_of
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.entries import ANNA, COURSE, entries
from tests.support.stores import WRITER

Sheets = Mapping[str, Sequence[Sequence[Any]]]

YAML = f"""
offices:
  - code: 0012   # a text: as personnel numbers, it keeps its zeros
    title: {{ru: Север, en: "no"}}
people:
  - agent: {ANNA}
    name: Филатова Анна
    number: 0417
    office: 0012
    since: 2025-01-09
visits:
  - {{code: V-1, on: 2026-04-02, office: 0012, trainer: {ANNA}, hours: 1.5, people: []}}
"""
OFFICES: list[list[Any]] = [["code", "title.ru", "address"], ["O-1", "Север", None]]


def workbook(path: Path, sheets: Sheets) -> Path:
    """An Excel file with those rows."""
    book = Workbook()
    book.remove(book.active)
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path


def programme(equivalents: str) -> Sheets:
    """A workbook with a programme of one course."""
    header = ["code", "title.ru", "courses", "equivalents"]
    return {"programmes": [header, ["a", "А", COURSE, equivalents]]}


@pytest.fixture
def lrs(made: Place, tmp_path: Path) -> Shell:
    """A store on either database, and a folder for files."""
    return Shell(made, tmp_path)


@pytest.fixture
def embedded(on_files: Place, tmp_path: Path) -> Shell:
    return Shell(on_files, tmp_path)


def test_a_file_is_previewed_imported_and_repeated(lrs: Shell, place: Place) -> None:
    """A preview changes nothing, nor does the second time; a change is told as one."""
    file = lrs.folder / "centre.yaml"
    file.write_text(YAML, "utf-8")
    told = "offices      1 new, 0 changed, 0 same\npeople       1 new, 0 changed, 0 same\n"
    previewed = lrs("catalogue", "import", "centre.yaml", "--preview")
    assert previewed.stdout.startswith(told), previewed.stderr
    assert previewed.stdout.endswith("Nothing is changed: this was a preview.\n")
    assert lrs("catalogue", "import", "centre.yaml").stdout.startswith(told)
    again = lrs.installed("catalogue", "import", file.name)
    assert "offices      0 new, 0 changed, 1 same" in again.stdout
    file.write_text(YAML.replace("Север", "Юг"), "utf-8")
    assert "offices      0 new, 1 changed, 0 same" in lrs("catalogue", "import", file.name).stdout
    with opened(place) as store:
        (office,) = store.catalogue.entries(Kind.OFFICE, WRITER)
        assert office.entry == {"code": "0012", "title": {"ru": "Юг", "en": "no"}}
        assert office.version == 2


def test_a_whole_catalogue_comes_in_from_yaml(place: Place, tmp_path: Path) -> None:
    """YAML holds JSON: what a request may say, a file may."""
    bootstrap.migrate(settings_of(place))
    file = tmp_path / "all.yml"
    file.write_text(json.dumps(entries(), ensure_ascii=False), "utf-8")
    assert read(file).value == entries()
    done = Shell(place, tmp_path)("catalogue", "import", "all.yml")
    assert (done.returncode, done.stdout.count("1 new")) == (0, len(Kind))


def test_a_workbook_is_imported(lrs: Shell, place: Place) -> None:
    """A sheet a kind; titles by language, several values in a cell, days and months as Excel has
    them; empty rows and sheets are left out.
    """
    sheets: Sheets = {
        "offices": [*OFFICES, [None], ["O-2", "Юг", "ул. Первая"]],
        "services": [["code", "title.ru", "title.en"], ["w", "Вода", "Water"], ["g", "Газ", ""]],
        "courses": [
            ["id", "title.ru", "hours", "services", "valid_months"],
            [COURSE, "Пожар", 8.0, "w; g", 12.0],
        ],
        "people": [["agent", "name", "since"], [ANNA, "Анна", datetime(2025, 1, 9)]],  # noqa: DTZ001
        "ratings": [["office", "month", "likes", "dislikes"], ["O-1", date(2026, 3, 1), 12, 0]],
        "posts": [],
    }
    workbook(lrs.folder / "centre.xlsx", sheets)
    done = lrs("catalogue", "import", "centre.xlsx")
    assert (done.returncode, done.stderr) == (0, "")
    assert "offices      2 new, 0 changed, 0 same" in done.stdout
    with opened(place) as store:
        (course,) = store.catalogue.entries(Kind.COURSE, WRITER)
        (person,) = store.catalogue.entries(Kind.PERSON, WRITER)
        (rating,) = store.catalogue.entries(Kind.RATING, WRITER)
    assert course.entry == {
        "id": COURSE,
        "title": {"ru": "Пожар"},
        "hours": 8,
        "services": ["w", "g"],
        "valid_months": 12,
    }
    assert person.entry == {"agent": ANNA, "name": "Анна", "since": "2025-01-09"}
    assert rating.entry == {"office": "O-1", "month": "2026-03", "likes": 12, "dislikes": 0}
    assert "2 same" in lrs("catalogue", "import", "centre.xlsx").stdout


def test_equivalents_stand_in_one_cell(embedded: Shell, tmp_path: Path) -> None:
    """As `IRI = IRI`; an IRI may hold an equals sign, but no space."""
    old, cycle = f"{COURSE}?year=2019", f"{COURSE}-a"
    titles = [[iri, "Пожар"] for iri in (COURSE, old, cycle)]
    rows: list[list[Any]] = [
        ["code", "title.ru", "since", "due_days", "courses", "equivalents"],
        ["a", "А", datetime(2026, 2, 1), 14.0, COURSE, f"{old} = {COURSE};\n{cycle} =  {COURSE};"],  # noqa: DTZ001
    ]
    sheets: Sheets = {"courses": [["id", "title.ru"], *titles], "programmes": rows}
    file = workbook(tmp_path / "f.xlsx", sheets)
    (programme,) = read(file).value["programmes"]
    assert (programme["since"], programme["due_days"]) == ("2026-02-01", 14)
    assert programme["equivalents"] == [
        {"course": old, "counts_as": COURSE},
        {"course": cycle, "counts_as": COURSE},
    ]
    done = embedded("catalogue", "import", "f.xlsx")
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("offices: [{code: a}]", "f.yaml, /offices/0/title: "),
        ("offices: [", "f.yaml, line 1: "),
        ("offices: []\nposts: []\noffices: []", "f.yaml, line 3: offices stands twice."),
        ("offices: &a []\nposts: *a", "f.yaml, line 2: aliases are not read."),
        ("? [a]\n: 1", "f.yaml, line 1: a key must be a text."),
        ("offices: !!python/object:os.system []", "f.yaml, line 1: "),
        ("ratings: [{office: a, month: 2026-01, likes: !!float .inf}]", "f.yaml: "),
        ("offices: [{code: 12, title: {ru: x}}]", "f.yaml, /offices/0/code: A code begins"),
        ("people: [{agent: mbox|mailto:a@x.org, name: x, since: 2026-02-30}]", "f.yaml, /people/0"),
        ("people: [{agent: mbox|mailto:a@x.org, name: x, post: p}]", "f.yaml, /people/0: This"),
        ("windows: []", "f.yaml, /windows: "),
        (f"links: [{{agent: {ANNA}, person: {ANNA}}}]", "f.yaml, /links/0/person: An identifier"),
        ("", "f.yaml, as a whole: "),
        ('offices: "\\0"', "f.yaml"),
        ("offices: " + "[" * 3000, "f.yaml"),
    ],
)
def test_a_fault_in_yaml_is_told_in_one_line(embedded: Shell, text: str, told: str) -> None:
    """Where it is and what to change; exit code 1."""
    (embedded.folder / "f.yaml").write_text(text, "utf-8")
    done = embedded("catalogue", "import", "f.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"lrs: {told}"), done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("sheets", "told"),
    [
        ({"Лист1": [["x"]]}, "f.xlsx: a sheet is called Лист1; may be: courses, "),
        ({"offices": [["code", "name"]]}, "f.xlsx, sheet offices: there is no name; there are: "),
        ({"offices": [["code", "code"]]}, "f.xlsx, sheet offices: there are two columns for code."),
        ({"offices": [["title.ru", "title"]]}, "f.xlsx, sheet offices: there are two columns"),
        ({"offices": [*OFFICES, [], ["O-2"]]}, "f.xlsx, sheet offices, row 4, title: "),
        ({"offices": [*OFFICES, [12, "Юг"]]}, "f.xlsx, sheet offices, row 3, code: A code begins"),
        ({"offices": [*OFFICES, *OFFICES[1:]]}, "f.xlsx, sheet offices, row 3: This describes"),
        ({"links": [["agent", "person"], [ANNA, ANNA]]}, "f.xlsx, sheet links, row 2, person: An"),
        (programme("a=b"), "f.xlsx, sheet programmes, row 2, equivalents: write course = counts"),
        (programme("a = b = c"), "f.xlsx, sheet programmes, row 2, equivalents: write course = "),
        (programme(f"a = {COURSE}"), "f.xlsx, sheet programmes, row 2, equivalents: "),
        (programme(f"{COURSE} = {COURSE}"), "f.xlsx, sheet programmes, row 2, equivalents: A cou"),
    ],
)
def test_a_fault_in_a_workbook_is_told_in_one_line(
    embedded: Shell, sheets: Sheets, told: str
) -> None:
    """By sheet, row and column; nothing of the workbook is taken."""
    workbook(embedded.folder / "f.xlsx", sheets)
    done = embedded("catalogue", "import", "f.xlsx")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"lrs: {told}"), done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "code", "told"),
    [
        ("f.csv", 1, "lrs: f.csv is neither YAML (.yaml) nor an Excel workbook (.xlsx).\n"),
        ("f.xlsx", 1, "lrs: f.xlsx cannot be read as an Excel workbook.\n"),
        ("f.yaml", 1, "lrs: f.yaml is not UTF-8.\n"),
    ],
)
def test_a_file_of_another_sort_is_refused(
    embedded: Shell, name: str, code: int, told: str
) -> None:
    """By its name, or by what is in it; one that is not there is wrong usage."""
    (embedded.folder / name).write_bytes(b"\xff")
    done = embedded("catalogue", "import", name)
    assert (done.returncode, done.stderr) == (code, told)
    assert embedded("catalogue", "import", "none.yaml").returncode == 2
