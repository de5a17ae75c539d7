"""What tools send makes what docs/tools.md says: each row of its tables is a test."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import pytest

from lrs.domain.training.line import read_line
from lrs.domain.training.line_state import LineState, concerns, gather
from lrs.domain.training.outcomes import Outcome
from lrs.domain.training.published_words import SILENT
from lrs.domain.training.vocabulary import PROGRESS, STANDARD
from lrs.domain.xapi.agent import JsonObject
from tests.domain.stories import COURSE, activity, course, part, statement, told

DOCUMENT = Path(__file__).parents[2] / "docs" / "tools.md"
BARE = {"id": COURSE}
AROUND: dict[str, list[JsonObject]] = {
    "nothing": [],
    "a course": [course()],
    "a test in a course": [part("test", "assessment"), course()],
    "an attempt in a course": [part("try", "attempt"), part("test", "assessment"), course()],
    "a bare id": [BARE],
}


class Row(NamedTuple):
    tool: str
    event: str
    verb: str
    type: str
    inside: str
    result: str
    makes: str


def _rows() -> Iterator[Row]:
    tool = ""
    for line in DOCUMENT.read_text("utf-8").splitlines():
        if line.startswith("## "):
            tool = line[3:]
        elif line.startswith("| ") and not line.startswith("| event"):
            yield Row(tool, *(cell.strip().strip("`") for cell in line.strip("|").split("|")))


ROWS = list(_rows())


def result_of(text: str) -> JsonObject | None:
    """`completion true, success false, score 0.5, progress 40`."""
    said = dict(re.findall(r"(\w+) (\S+?)(?:,|$)", text))
    result: JsonObject = {n: said[n] == "true" for n in ("completion", "success") if n in said}
    if "score" in said:
        result["score"] = {"scaled": float(said["score"])}
    if "progress" in said:
        result["extensions"] = {PROGRESS: float(said["progress"])}
    return result or None


def outcomes_of(row: Row) -> list[Outcome]:
    parents = AROUND[row.inside]
    typed = activity(f"{COURSE}/thing", None if row.type == "no type" else row.type)
    if STANDARD.kinds.get(row.type) == "course":
        typed["id"] = COURSE
    context = {"contextActivities": {"parent": parents}} if parents else None
    said = statement(row.verb, typed, result=result_of(row.result), context=context)
    return [outcome for outcome in told(said) if concerns(outcome)]


def made(state: LineState) -> str:
    """The line, or what there is without one, in the words of the document."""
    line = read_line(state)
    if line is None:
        if state.certificate:
            return "a certificate"
        return "a certificate taken back" if state.forfeited else "nothing"
    return line.status if line.score is None else f"{line.status}, {line.score.scaled:g}"


@pytest.mark.parametrize("row", ROWS, ids=lambda row: f"{row.tool}: {row.event}")
def test_a_tools_statement_makes_what_the_table_says(row: Row) -> None:
    """One line, of the course that it stands in, or of the object itself."""
    found = outcomes_of(row)
    assert made(gather(LineState(), found)) == row.makes
    own = row.inside == "nothing" and STANDARD.kinds.get(row.type) != "course"
    assert {outcome.course for outcome in found} <= {f"{COURSE}/thing" if own else COURSE}


def test_the_document_names_no_word_that_nobody_knows() -> None:
    """Each of its verbs is one that tells something, or a published one that tells nothing."""
    assert {row.verb for row in ROWS if not STANDARD.knows(row.verb)} <= SILENT
    assert len(ROWS) > 100


@pytest.mark.parametrize("kind", ["course", "module", "lesson", "assessment", "attempt", "content"])
def test_what_is_earned_for_studying_is_a_grade(kind: str) -> None:
    """For a badge or points it would be no outcome."""
    type_ = next(iri for iri, of in STANDARD.kinds.items() if of == kind)
    assert STANDARD.meaning("http://id.tincanapi.com/verb/earned", type_) == "graded"
    assert STANDARD.meaning("http://id.tincanapi.com/verb/earned", "https://x.example/badge") == ""
