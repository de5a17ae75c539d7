"""`lrs import`: what files may be, what is counted, and that repeating it changes nothing."""

from __future__ import annotations

import codecs
import gzip
import json
import signal
import subprocess
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from api.cli.importing import import_statements
from api.cli.statement_files import read_file
from lrs import bootstrap
from lrs.domain.errors import ImportRefused
from lrs.service import Lrs
from schemas.xapi.saved import parse_saved
from tests.api.opening import opened, settings_of
from tests.cli.test_commands import LRS, Shell
from tests.conftest import Place
from tests.support.processes import wait_until
from tests.support.stores import WRITER, body, statement, store


def without_id(number: int, **others: Any) -> dict[str, Any]:
    """A statement that says no id of its own."""
    value = {**body(), "timestamp": f"2026-03-01T10:00:{number % 60:02}+03:00", **others}
    del value["id"]
    return value


def lines(*statements: dict[str, Any]) -> bytes:
    return "".join(json.dumps(one) + "\n" for one in statements).encode()


@pytest.fixture
def shell(made: Place, tmp_path: Path) -> Shell:
    """A store on either database, and a folder for files."""
    return Shell(made, tmp_path)


@pytest.fixture
def embedded(on_files: Place, tmp_path: Path) -> Shell:
    return Shell(on_files, tmp_path)


def imported(lrs: Lrs, path: Path, content: bytes) -> tuple[int, int]:
    """How many statements were read of a file of that content, and how many were new."""
    path.write_bytes(content)
    done = import_statements(lrs, read_file(path, lambda _: None), WRITER)
    return done.read, done.new


def ids(lrs: Lrs) -> list[UUID]:
    reader = lrs.ledger.reader
    return [row.id for row in reader.at(range(1, reader.head()[0] + 1)).values()]


def test_the_same_file_again_changes_nothing(shell: Shell, place: Place) -> None:
    """Also without ids and timestamps, and where two lines say the same."""
    bare = without_id(1)
    del bare["timestamp"]
    (shell.folder / "f.jsonl").write_bytes(lines(bare, bare, without_id(2), body()))
    assert shell("import", "f.jsonl").stdout == "4 statements read, 4 of them new.\n"
    assert shell("import", "f.jsonl").stdout == "4 statements read, 0 of them new.\n"
    with opened(place) as lrs:
        assert len(set(ids(lrs))) == 4


ONE, TWO = without_id(1), without_id(2)
ANSWER = {"statements": [ONE, TWO], "more": ""}
BOM = codecs.BOM_UTF8


def named(value: object) -> str:
    """A parameter's name in a test's: bytes have none, as gzip writes the time of day into them."""
    return value if isinstance(value, str) else "file"


@pytest.mark.rules
@pytest.mark.parametrize(
    "content",
    [
        lines(ONE, TWO).replace(b"\n", b"\r\n"),
        b"\n\n" + lines(ONE) + b"\n" + lines(TWO).strip(),
        BOM + lines(ONE, TWO),
        BOM + lines(ONE) + BOM + lines(TWO),
        json.dumps([ONE, TWO], indent=1).encode(),
        b"[\r\n" + lines(ONE).strip() + b"\r\n,\r\n" + lines(TWO).strip() + b"]",
        BOM + json.dumps([ONE, TWO]).encode(),
        json.dumps(ANSWER).encode(),
        json.dumps(ANSWER, indent=4).encode(),
        BOM + json.dumps({"more": "/xapi/more/1", "statements": [ONE, TWO]}).encode(),
        json.dumps({"statements": [ONE, TWO]}).encode(),
        lines({"statements": [ONE], "more": "x"}, {"more": "", "statements": [TWO]}),
        lines([ONE], [TWO]),  # type: ignore[arg-type]
        gzip.compress(lines(ONE, TWO)),
        gzip.compress(lines(ONE)) + gzip.compress(lines(TWO)),
        gzip.compress(BOM + json.dumps(ANSWER, indent=1).encode()),
    ],
    ids=named,
)
def test_a_file_may_have_many_forms(lrs: Lrs, tmp_path: Path, content: bytes) -> None:
    """Its statements are stored in their order, each once."""
    assert imported(lrs, tmp_path / "f", content) == (2, 2)
    first = ids(lrs)
    assert imported(lrs, tmp_path / "f", content) == (2, 0)
    assert ids(lrs) == first


@pytest.mark.rules
def test_how_a_file_is_packed_makes_no_other_statement(lrs: Lrs, tmp_path: Path) -> None:
    """An array, an answer, a BOM, gzip: what counts is the statements and their order."""
    forms = [lines(ONE, TWO), json.dumps([ONE, TWO]).encode(), json.dumps(ANSWER).encode()]
    news = [imported(lrs, tmp_path / "f", gzip.compress(BOM + form))[1] for form in forms]
    assert news == [2, 0, 0]


def test_a_saved_answer_keeps_each_statements_own_bytes() -> None:
    """Numbers and spaces as they were, whatever stands around them."""
    text = b'{ "a": 1.50,\n "b" : [{"c": "\\u0401"}] }'
    answer = b'{"more" :"" ,\r\n "statements": [ ' + text + b" ,{}]}"
    found, more = parse_saved(answer)
    assert ([one.text for one in found], more) == ([text, b"{}"], "")


@pytest.mark.rules
@pytest.mark.parametrize("other", [{"statements": {}}, {"statements": [], "actor": {}}])
def test_only_an_answer_is_taken_for_one(lrs: Lrs, tmp_path: Path, other: dict[str, Any]) -> None:
    """What has other members is a statement, and refused as one."""
    with pytest.raises(ImportRefused, match="Statement 1, /"):
        imported(lrs, tmp_path / "f", json.dumps(other).encode())


def test_a_page_of_an_answer_says_that_there_is_more(embedded: Shell) -> None:
    """The next page is not in the file; what is, is stored."""
    (embedded.folder / "page.json").write_text(json.dumps({**ANSWER, "more": "/xapi/more/abc"}))
    done = embedded("import", "page.json")
    assert (done.returncode, done.stdout) == (0, "2 statements read, 2 of them new.\n")
    assert "page.json is one page of a reply" in done.stderr


@pytest.mark.rules
@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "f is empty."),
        (BOM, "f is empty."),
        (b"\r\n\r\n", "f is empty."),
        (gzip.compress(b""), "f is empty."),
        (gzip.compress(lines(ONE) * 90)[:-9], "f is cut off: "),
        (gzip.compress(lines(ONE))[:9], "f is cut off: "),
        (gzip.compress(lines(ONE)) + b"junk", "f is damaged: "),
        (b"\x1f\x8bjunk, and more of it", "f is damaged: "),
        (gzip.compress(lines(ONE))[:10] + b"\xff" * 20, "f is damaged: "),
        (b"PK\x03\x04rest", "f is a zip archive"),
        (json.dumps(ONE).encode("utf-16"), "f, as a whole: Encode the text as UTF-8."),
        (lines(ONE, TWO) + b"{\n", "Line 3, as a whole: This is not JSON"),
        (b"{not json}\n{}\n", "Line 1, as a whole: This is not JSON"),
        (lines(ONE, TWO)[:-9], "Line 2, as a whole: This is not JSON"),
        (json.dumps({"statements": [ONE, {}]}).encode(), "Statement 2, /"),
        (json.dumps({"statements": [ONE, 1]}).encode(), "f, /1: Give a statement as an object."),
        (b"[{}, ", "f, /1: This is not JSON"),
        (b'{"a": {}\n, "b": {"c": 1}}', "Statement 1, /"),
    ],
    ids=named,
)
def test_a_file_that_cannot_be_read_says_why(
    lrs: Lrs, tmp_path: Path, content: bytes, message: str
) -> None:
    """In one sentence, with the line where there are lines."""
    with pytest.raises(ImportRefused) as refused:
        imported(lrs, tmp_path / "f", content)
    assert refused.value.detail.startswith(message), refused.value.detail


def test_a_folder_is_wrong_usage(embedded: Shell) -> None:
    done = embedded("import", ".")
    assert (done.returncode, "is a directory" in done.stderr) == (2, True)


def test_what_others_store_meanwhile_is_not_counted(lrs: Lrs, tmp_path: Path) -> None:
    """Nor is what was there before, or stands twice in the file."""
    (stored,) = store(lrs, statement())
    path, own = tmp_path / "f", [body() for _ in range(501)]
    path.write_bytes(lines(*own, own[0], body(stored)))

    def others(_: int) -> None:
        store(lrs, statement(), statement(), statement())

    done = import_statements(lrs, read_file(path, print), WRITER, progress=others)
    assert (done.read, done.new) == (503, 501)
    assert len(ids(lrs)) == 1 + 501 + 6


@pytest.mark.rules
def test_a_file_that_has_grown_brings_its_end(lrs: Lrs, tmp_path: Path) -> None:
    """And one that was corrected after a refusal, what was refused and what follows."""
    first = [without_id(n) for n in range(501)]
    wrong = lines(*first, without_id(1, verb={}), TWO)
    with pytest.raises(ImportRefused, match=r"Statement 502, /verb/id: .* stored 500 before it"):
        imported(lrs, tmp_path / "f", wrong)
    assert imported(lrs, tmp_path / "f", lines(*first, ONE, TWO)) == (503, 3)
    assert imported(lrs, tmp_path / "f", lines(*first, ONE, TWO, ONE)) == (504, 1)


@pytest.mark.rules
def test_the_statement_that_conflicts_is_named(lrs: Lrs, tmp_path: Path) -> None:
    """Those before it are stored, as the sentence says."""
    other = statement()
    store(lrs, other)
    content = lines(body(), body(), {**other.value, "verb": {"id": "urn:other"}}, body())
    with pytest.raises(ImportRefused) as refused:
        imported(lrs, tmp_path / "f", content)
    assert refused.value.detail.startswith("Statement 3: A different statement with this id")
    assert refused.value.detail.endswith("This run has stored 2 before it.")


def test_an_import_that_was_killed_is_begun_again(shell: Shell, place: Place) -> None:
    """Each statement is there once at the end, and both runs together stored what is there."""
    (shell.folder / "f.jsonl").write_bytes(lines(*(without_id(n) for n in range(6_000))))
    lrs = bootstrap.build(settings_of(place))
    process = subprocess.Popen([LRS, "import", "f.jsonl"], env=shell.environment, cwd=shell.folder)
    wait_until(lambda: lrs.ledger.reader.head()[0] > 0, 30)
    process.send_signal(signal.SIGKILL)
    process.wait()
    before = lrs.ledger.reader.head()[0]
    assert 0 < before < 6_000
    again = shell("import", "f.jsonl").stdout
    assert again == f"6000 statements read, {6_000 - before} of them new.\n"
    assert (len(ids(lrs)), len(set(ids(lrs)))) == (6_000, 6_000)
    lrs.close()
