"""`lrs catalogue import`, as people run it."""

from __future__ import annotations

import codecs
import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from api.catalogue_files.files import read
from lrs import bootstrap
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import ImportRefused
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
    courses = [["id", "title.ru"], [COURSE, "Пожар"]]
    return {"courses": courses, "programmes": [header, ["a", "А", COURSE, equivalents]]}


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
    counts = "offices      1 new, 0 changed, 0 same\npeople       1 new, 0 changed, 0 same\n"
    previewed = lrs("catalogue", "import", "centre.yaml", "--preview")
    assert previewed.stdout.startswith(counts), previewed.stderr
    assert previewed.stdout.endswith("This was a preview: nothing is changed.\n")
    assert lrs("catalogue", "import", "centre.yaml").stdout.startswith(counts)
    again = lrs.installed("catalogue", "import", file.name)
    assert "offices      0 new, 0 changed, 1 same" in again.stdout
    file.write_text(YAML.replace("Север", "Юг"), "utf-8")
    assert "offices      0 new, 1 changed, 0 same" in lrs("catalogue", "import", file.name).stdout
    with opened(place) as store:
        (office,) = store.catalogue.entries(EntryKind.OFFICE, WRITER)
        assert office.entry == {"code": "0012", "title": {"ru": "Юг", "en": "no"}}
        assert office.version == 2


def test_a_whole_catalogue_comes_in_from_yaml(place: Place, tmp_path: Path) -> None:
    """YAML holds JSON: what a request may say, a file may."""
    bootstrap.migrate(settings_of(place))
    file = tmp_path / "all.yml"
    file.write_text(json.dumps(entries(), ensure_ascii=False), "utf-8")
    assert read(file).value == entries()
    done = Shell(place, tmp_path)("catalogue", "import", "all.yml")
    assert (done.returncode, done.stdout.count("1 new")) == (0, len(EntryKind))


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
        (course,) = store.catalogue.entries(EntryKind.COURSE, WRITER)
        (person,) = store.catalogue.entries(EntryKind.PERSON, WRITER)
        (rating,) = store.catalogue.entries(EntryKind.RATING, WRITER)
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
    ("text", "message"),
    [
        ("offices: [{code: a}]", "f.yaml, line 1, /offices/0/title: "),
        ("offices: [", "f.yaml, line 1: "),
        ("offices: []\nposts: []\noffices: []", "f.yaml, line 3: offices stands twice."),
        ("offices: &a []\nposts: *a", "f.yaml, line 2: aliases are not read."),
        ("? [a]\n: 1", "f.yaml, line 1: a key must be a text."),
        ("offices: !!python/object:os.system []", "f.yaml, line 1: "),
        (
            "courses: [{id: urn:x, title: {ru: x}, hours: !!float .inf}]",
            "f.yaml, line 1: this is no number",
        ),
        ("offices: [{code: 12, title: {ru: x}}]", "f.yaml, line 1, /offices/0/code: A code begins"),
        (
            "people: [{agent: mbox|mailto:a@x.org, name: x, since: 2026-02-30}]",
            "f.yaml, line 1, /people/0",
        ),
        (
            "people: [{agent: mbox|mailto:a@x.org, name: x, post: p}]",
            "f.yaml, line 1, /people/0/post: T",
        ),
        ("windows: []", "f.yaml, line 1, /windows: "),
        (f"links: [{{agent: {ANNA}, person: {ANNA}}}]", "f.yaml, line 1, /links/0/person: An i"),
        ("", "f.yaml, as a whole: "),
        ('offices: "\\0"', "f.yaml"),
        ("offices: " + "[" * 3000, "f.yaml"),
    ],
)
def test_a_fault_in_yaml_is_told_in_one_line(embedded: Shell, text: str, message: str) -> None:
    """Where it is and what to change; exit code 1."""
    (embedded.folder / "f.yaml").write_text(text, "utf-8")
    done = embedded("catalogue", "import", "f.yaml")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"lrs: {message}"), done.stderr
    assert len(done.stderr.splitlines()) == 1


def test_yaml_may_begin_with_a_byte_order_mark(tmp_path: Path) -> None:
    """As Windows' editor writes it; and lines may end in CRLF."""
    file = tmp_path / "f.yaml"
    file.write_bytes(codecs.BOM_UTF8 + YAML.replace("\n", "\r\n").encode())
    assert [office["code"] for office in read(file).value["offices"]] == ["0012"]


def test_all_faults_of_yaml_are_told_at_once(embedded: Shell) -> None:
    """Those of the text and those of entries, each with its line and what stands there."""
    text = f"""offices:
  - code: 12
    title: {{ru: Север}}
  - code: b
    code: c
    title: &t {{ru: x}}
  - {{code: b, title: {{ru: y}}}}
posts: *t
people:
  - agent: {ANNA}
    office: d
"""
    (embedded.folder / "f.yaml").write_text(text, "utf-8")
    done = embedded("catalogue", "import", "f.yaml")
    first, *lines = done.stderr.splitlines()
    assert (done.returncode, first) == (1, "lrs: f.yaml is not imported. Its faults, 6:")
    starts = [line.split(": ")[0].strip() for line in lines]
    assert starts == [
        "line 2, /offices/0/code",
        "line 5",
        "line 7, /offices/2",
        "line 8",
        "line 10, /people/0/name",
        "line 11, /people/0/office",
    ]
    assert lines[0].endswith("There stands: 12")
    assert lines[2].endswith("The other begins on line 4.")


@pytest.mark.parametrize(
    ("sheets", "message"),
    [
        ({"Лист1": [["x"]]}, "f.xlsx, a sheet is called Лист1; may be: courses, "),
        ({"offices": [["code", "name"]]}, "f.xlsx, sheet offices, cell B1: no column is called na"),
        ({"offices": [["code", "code"]]}, "f.xlsx, sheet offices, cell B1: there are two columns"),
        (
            {"offices": [["code", "title.ru", "title"]]},
            "f.xlsx, sheet offices, cell C1: name the languag",
        ),
        ({"offices": [["title.ru", "code.ru"]]}, "f.xlsx, sheet offices, cell B1: this is the sam"),
        ({"offices": [*OFFICES, [], ["O-2"]]}, "f.xlsx, sheet offices, row 4, title: "),
        (
            {"offices": [*OFFICES, ["a b", "Юг"]]},
            "f.xlsx, sheet offices, row 3, code: A code begins",
        ),
        (
            {"offices": [*OFFICES, *OFFICES[1:]]},
            "f.xlsx, sheet offices, row 3: This describes the same as row 2",
        ),
        ({"links": [["agent", "person"], [ANNA, ANNA]]}, "f.xlsx, sheet links, row 2, person: An"),
        (programme("a=b"), "f.xlsx, sheet programmes, row 2, equivalents: D2 must be course"),
        (programme("a = b = c"), "f.xlsx, sheet programmes, row 2, equivalents: D2 must be course"),
        (programme(f"a = {COURSE}"), "f.xlsx, sheet programmes, row 2, equivalents: "),
        (programme(f"{COURSE} = {COURSE}"), "f.xlsx, sheet programmes, row 2, equivalents: A cou"),
    ],
)
def test_a_fault_in_a_workbook_is_told_in_one_line(
    embedded: Shell, sheets: Sheets, message: str
) -> None:
    """By sheet, row and column; nothing of the workbook is taken."""
    workbook(embedded.folder / "f.xlsx", sheets)
    done = embedded("catalogue", "import", "f.xlsx")
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.startswith(f"lrs: {message}"), done.stderr
    assert len(done.stderr.splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "content", "message"),
    [
        ("f.txt", b"", "f.txt is neither YAML (.yaml) nor an Excel workbook (.xlsx).\n"),
        ("f.csv", b"", "f.csv is neither YAML (.yaml) nor an Excel workbook (.xlsx). Save it as"),
        ("f.xlsx", b"", "f.xlsx cannot be read as an Excel workbook: open it"),
        ("f.xlsx", b"\xff", "f.xlsx cannot be read as an Excel workbook: open it"),
        ("f.xlsx", b"PK\3\4", "f.xlsx cannot be read as an Excel workbook: open it"),
        ("f.xlsx", b"\xd0\xcf\x11\xe0", "f.xlsx is protected by a password, or of an old"),
        ("f.yaml", b"\xff", "f.yaml is not UTF-8.\n"),
    ],
)
def test_a_file_of_another_sort_is_refused(
    tmp_path: Path, name: str, content: bytes, message: str
) -> None:
    """By its name, or by what is in it."""
    (tmp_path / name).write_bytes(content)
    with pytest.raises(ImportRefused) as refused:
        read(tmp_path / name)
    assert f"{refused.value.detail}\n".startswith(message)


@pytest.mark.parametrize("name", [".", "none.yaml"])
def test_a_folder_or_nothing_is_wrong_usage(embedded: Shell, name: str) -> None:
    assert embedded("catalogue", "import", name).returncode == 2
