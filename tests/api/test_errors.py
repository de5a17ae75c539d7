"""Every refusal has a code and a sentence in the one table, and docs/errors.md shows them all."""

from __future__ import annotations

import pickle
import re
from pathlib import Path

import pytest

from api.errors import described, status_of
from lrs.domain import errors
from lrs.domain.error_catalogue import PROBLEMS
from tests.api.raised import literal_codes, schema_codes, unnamed

DOCUMENT = Path(__file__).parents[2] / "docs" / "errors.md"


def classes_of(name: str) -> list[str]:
    """The error class of this name and its ancestors."""
    return [kind.__name__ for kind in getattr(errors, name).__mro__]


def group_of(name: str, code: str) -> str | None:
    """The nearest of the class and its ancestors that has the code in the table."""
    groups = (c for c in classes_of(name) if c in PROBLEMS)
    return next((c for c in groups if code in PROBLEMS[c].sentences), None)


def test_every_code_that_is_raised_stands_in_the_table_under_its_class() -> None:
    """Also those that the schemas report by name, and the scanner of JSON."""
    lost = [
        (place, name, code)
        for place, name, code in [*literal_codes(), *schema_codes()]
        if group_of(name, code) is None
    ]
    assert lost == []


def test_every_code_of_the_table_is_raised_somewhere() -> None:
    """A code that nothing raises any more leaves the table."""
    raised = {(group_of(name, code), code) for _, name, code in [*literal_codes(), *schema_codes()]}
    listed = {(name, code) for name, group in PROBLEMS.items() for code in group.sentences}
    assert listed <= raised


def test_codes_are_written_where_they_are_raised() -> None:
    """Where a variable holds the code, the test above must know where it comes from."""
    assert unnamed() == {
        "schemas/catalogue/entries.py",
        "schemas/validate.py",
        "schemas/json_text.py",
    }


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_group_is_a_class_with_a_status_and_sentences(name: str) -> None:
    """A code is a few words with hyphens between, a sentence begins and ends as one."""
    assert status_of(getattr(errors, name)) >= 400
    for code, sentence in PROBLEMS[name].sentences.items():
        assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", code)
        assert re.match(r"[A-Z`{]|null |xAPI ", sentence), code
        assert sentence.endswith("."), code


def test_a_code_of_another_class_is_an_error_of_the_program() -> None:
    """As are one that stands nowhere, and a place left empty; an ancestor's code is taken."""
    with pytest.raises(KeyError):
        errors.Invalid("storage-full")
    with pytest.raises(KeyError):
        errors.LrsError("bad-request")
    with pytest.raises(KeyError):
        errors.TooLarge("body-too-large")
    assert errors.InvalidDocument("bad-request").code == "bad-request"


def test_errors_pass_from_process_to_process() -> None:
    """A rebuild hands its errors on."""
    error = errors.InvalidQuery("invalid-parameter", parameter="limit", form="a number")
    same = pickle.loads(pickle.dumps(error))
    assert (type(same), vars(same), str(same)) == (type(error), vars(error), error.detail)


def test_the_document_shows_the_table() -> None:
    """docs/errors.md ends with every group: what it means, each code, status and sentence."""
    assert DOCUMENT.read_text("utf-8").partition("\n## ")[2] == page().removeprefix("## ")


def page() -> str:
    """The table as docs/errors.md shows it."""
    sections = []
    for meaning, rows in described():
        lines = [f"| `{code}` | {status} | {_shown(text)} |" for code, status, text in rows]
        head = [f"## {meaning.removesuffix('.')}", "", "| code | status | what to change |"]
        sections.append("\n".join([*head, "|---|---|---|", *lines]))
    return "\n\n".join(sections) + "\n"


def _shown(sentence: str) -> str:
    """A sentence as Markdown, its places as words in italics."""
    plain = sentence.replace("*", r"\*").replace("|", r"\|")
    return re.sub(r"\{(\w+)\}", r"*\1*", plain)
