"""What may be sent, and how much an answer holds: numbers of docs/errors.md, docs/clients.md,
docs/catalogue.md and docs/security.md.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from openpyxl import Workbook  # type: ignore[import-untyped]

from api.catalogue_files import sheets
from api.catalogue_files.files import read
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.errors import ImportRefused
from tests.api.caller import STATEMENTS, Caller, fresh, said
from tests.api.xapi.documents import document
from tests.cli.test_commands import Shell
from tests.conftest import Place
from tests.support.entries import entry
from tests.system.promises.reading import promised, text_of

pytestmark = pytest.mark.rules


def test_a_page_holds_so_many_statements(client: Caller) -> None:
    """Fewer than one asks for; `more` leads to the others."""
    most = promised("settings.md", r"`LRS_MAX_PAGE` \| `(\d+)`")
    about = {"id": f"https://example.org/{fresh()}"}
    client.store(*(said(object=about) for _ in range(most + 1)))
    pages = client.pages(activity=about["id"], limit="100000")
    assert [len(page) for page in pages] == [most, 1]


def test_a_page_holds_so_many_bytes(client: Caller) -> None:
    """Of statements; one that would go beyond them begins the next page."""
    most = promised("security.md", r"page of statements ends at `LRS_MAX_PAGE_BYTES` \((.*?)\)")
    about = {"id": f"https://example.org/{fresh()}"}
    large = {"https://example.org/text": "x" * 40_000}
    for _ in range(3):
        client.store(*(said(object=about, result={"extensions": large}) for _ in range(50)))
    first, *_ = client.pages(activity=about["id"])
    sizes = [len(json.dumps(statement, separators=(",", ":"))) for statement in first]
    assert most - max(sizes) < sum(sizes) <= most


def test_an_answer_names_so_many_unknown_verbs(client: Caller) -> None:
    most = promised("clients.md", r"The header has at most (\w+) verbs")
    near = ("passd", "faild", "complete", "attendd", "initialised", "experience", "scord")
    verbs = ({"id": f"http://adlnet.gov/expapi/verbs/{word}"} for word in near)
    answer = client.post([said(verb=verb) for verb in verbs])
    assert answer.headers["X-Zachetka-Unknown-Verb"].count("nearest=") == most < len(near)


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("errors.md", r"the request, ([\d,]+) at most, each with `code`, `detail`"),
        ("catalogue.md", r"lists all errors in `errors`, ([\d,]+) at most"),
    ],
)
def test_a_refused_catalogue_names_so_many_faults(
    client: Caller, document: str, sentence: str
) -> None:
    most = promised(document, sentence)
    offices = [{"code": f"{number}"} for number in range(most + 1)]
    assert len(described(client, offices=offices).json["errors"]) == most


def test_of_more_faults_of_a_file_so_many_are_reported(own_place: Place, tmp_path: Path) -> None:
    most = promised("catalogue.md", r"At most ([\d,]+) errors are reported")
    offices = [{"code": f"{number}"} for number in range(most + 1)]
    (tmp_path / "offices.yaml").write_text(json.dumps({"offices": offices}))
    output = Shell(own_place, tmp_path)("catalogue", "import", "offices.yaml").stderr
    assert sum(line.startswith("  ") for line in output.splitlines()) == most


def described(client: Caller, **entries: Any) -> Any:
    """The answer to what would be told to the catalogue."""
    how = {"query_string": {"preview": "true"}, "content_type": "application/json"}
    return client.send("POST", "/api/v1/catalogue", data=json.dumps(entries), **how)


def takes(client: Caller, kind: EntryKind, member: str, value: Any) -> bool:
    """Whether the member may be that: alone, it is not faulty."""
    answer = described(client, **{kind.value: [entry(kind, **{member: value})]})
    faults = answer.json.get("errors", []) if answer.status_code == 400 else []
    return not any(fault["pointer"].endswith(f"/{member}") for fault in faults)


def test_a_number_of_people_or_points_has_bounds(client: Caller) -> None:
    """`count`, `positive-count` and `amount` of docs/errors.md."""
    count = promised("errors.md", r"`count` \| 400 \| Give a whole number from 0 to ([\d,]+), w")
    days = promised("errors.md", r"`positive-count` \| 400 \| .*? from 1 to ([\d,]+), without")
    hours = promised("errors.md", r"Give a number above zero, (a million) at most, without")
    for kind, member, least, most in (
        (EntryKind.RATING, "likes", 0, count),
        (EntryKind.PROGRAMME, "due_days", 1, days),
        (EntryKind.COURSE, "hours", 1, hours),
    ):
        answers = [takes(client, kind, member, n) for n in (least - 1, least, most, most + 1)]
        assert answers == [False, True, True, False], member


@pytest.mark.parametrize(
    ("document", "sentence"),
    [
        ("errors.md", r"underscores may follow, (\d+) characters in all"),
        ("catalogue.md", r"may follow, (\d+) characters in all"),
    ],
)
def test_a_code_has_so_many_characters(client: Caller, document: str, sentence: str) -> None:
    most = promised(document, sentence)
    codes = ["O" * most, "O" * (most + 1)]
    assert [takes(client, EntryKind.OFFICE, "code", code) for code in codes] == [True, False]


def test_a_scaled_score_lies_between_its_bounds(client: Caller) -> None:
    sentence = r"`scaled` \| 400 \| Give a number from -(\d+) to (\d+), without quotation marks"
    ((below, above),) = set(re.findall(sentence, text_of("errors.md")))
    least, most = -int(below), int(above)
    scores = (least - 0.001, least, most, most + 0.001)
    statuses = [
        client.post(said(result={"score": {"scaled": scaled}})).status_code for scaled in scores
    ]
    assert statuses == [400, 200, 200, 400]


def test_a_boundary_has_so_many_characters(client: Caller) -> None:
    most = promised("errors.md", r"boundary=\.\.\., of 1 to (\d+) characters")

    def sent(length: int) -> int:
        line = b"--" + b"b" * length
        head = b"\r\nContent-Type: application/json\r\n\r\n"
        data = line + head + json.dumps(said()).encode() + b"\r\n" + line + b"--\r\n"
        media = f"multipart/mixed; boundary={'b' * length}"
        return client.send("POST", STATEMENTS, data=data, content_type=media).status_code

    assert [sent(1), sent(most), sent(most + 1)] == [200, 200, 400]


def test_large_answers_are_sent_in_parts_so_many_at_once(client: Caller) -> None:
    """What is not larger goes whole, however many take it."""
    size = promised("security.md", r"Replies over (\d+ KiB) are sent in parts")
    most = promised("security.md", r"sent in parts, (\w+) replies at the same time")
    whole, large = (document(client, "activity-profile") for _ in range(2))
    whole.holding(b"x" * size)
    large.holding(b"x" * (size + 1))
    with ExitStack() as under_way:
        statuses = []
        for doc in [large] * (most + 1) + [whole]:
            answer = client.send("GET", doc.path, query_string=doc.where, buffered=False)
            under_way.callback(answer.close)
            statuses.append(answer.status_code)
        assert statuses == [200] * most + [503, 200]


# Workbooks


def workbook(path: Path, *rows: Sequence[object]) -> Path:
    """One of a sheet of offices."""
    book = Workbook()
    book.active.title = "offices"
    for row in rows:
        book.active.append(row)
    book.save(path)
    return path


HEAD = ("code", "title.en")


def is_read(path: Path) -> bool:
    try:
        read(path)
    except ImportRefused:
        return False
    return True


def test_a_sheet_has_so_many_columns(tmp_path: Path) -> None:
    """What stands in one more is not lost without a word."""
    most = promised("catalogue.md", r"A sheet may have (\d+) columns and")
    statuses = []
    for column in (most, most + 1):
        row = ["O1", "x", *[""] * (column - 3), "note"]
        statuses.append(len(read(workbook(tmp_path / "book.xlsx", HEAD, row)).faults))
    assert statuses == [0, 1]


def test_a_sheet_has_so_many_rows() -> None:
    """That hold something, the one with the names of columns included."""
    most = promised("catalogue.md", r"columns and ([\d,]+) rows with content")
    sheet = sheets.Sheet("offices", is_hidden=False)
    for number in range(1, most + 1):
        sheets._take(sheet, None, number, [{"column": 1, "value": "x", "data_type": "s"}])
    assert not sheet.is_too_long
    sheets._take(sheet, None, most + 1, [{"column": 1, "value": "x", "data_type": "s"}])
    assert sheet.is_too_long


@pytest.mark.parametrize(
    ("part", "sentence"),
    [
        ("xl/worksheets/sheet9.xml", r"a workbook (\d+ MB) unpacked"),
        ("xl/media/photo", r"of which (\d+ MB) may be other data than cells"),
    ],
)
def test_a_workbook_has_so_many_bytes(tmp_path: Path, part: str, sentence: str) -> None:
    """When it is unpacked, all its parts together."""
    most = promised("catalogue.md", sentence)

    def holds(size: int) -> bool:
        path = workbook(tmp_path / f"{size}.xlsx", HEAD, ("O1", "x"))
        with ZipFile(path, "a", ZIP_DEFLATED) as book:
            there = sum(
                one.file_size
                for one in book.infolist()
                if part.startswith("xl/worksheets/")
                or not one.filename.startswith(("xl/worksheets/", "xl/sharedStrings"))
            )
            book.writestr(part, b" " * (size - there))
        return is_read(path)

    assert [holds(most), holds(most + 1)] == [True, False]


def test_numbers_of_so_many_digits_are_texts(tmp_path: Path) -> None:
    most = promised("catalogue.md", r"numbers of more than (\d+) digits are refused")
    faults = []
    for number in (10**most - 1, 10**most):
        path = workbook(tmp_path / "codes.xlsx", HEAD, (number, "x"))
        faults.append(bool(read(path).faults))
    assert faults == [False, True]
