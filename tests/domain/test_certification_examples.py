"""The worked examples of docs/certification.md come out as the tables under them say."""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from lrs.domain.certification.rule import rule_of
from lrs.domain.certification.verdict import may_serve, record_of, span_of
from tests.domain.programmes import day, judged

DOCUMENT = Path(__file__).parents[2] / "docs" / "certification.md"
EXAMPLE = re.compile(r"```yaml\n(.*?)```\n\n((?:\|[^\n]*\|\n)+)", re.DOTALL)
TEXT = DOCUMENT.read_text("utf-8")
SERVES = {True: "yes", False: "no", None: "not known"}


def _texts(value: Any) -> Any:
    """Days as a catalogue's file has them: as texts."""
    if isinstance(value, dict):
        return {name: _texts(member) for name, member in value.items()}
    if isinstance(value, list):
        return [_texts(member) for member in value]
    return value.isoformat() if isinstance(value, date) else value


def _rows() -> list[Any]:
    found = []
    for number, (story, table) in enumerate(EXAMPLE.findall(TEXT), start=1):
        head, _, *rows = [
            [cell.strip() for cell in row[1:-1].split("|")] for row in table.splitlines()
        ]
        found += [
            pytest.param(story, dict(zip(head, row, strict=True)), id=f"{number}-{row[0]}")
            for row in rows
        ]
    return found


@pytest.mark.parametrize(("story", "expected"), _rows())
def test_worked_examples_hold(story: str, expected: dict[str, str]) -> None:
    """Every row is a verdict, and every cell of it is what the verdict says."""
    told = _texts(yaml.safe_load(story))
    entries = told.get("versions") or [told["programme"]]
    record = record_of(told["person"]) if "person" in told else None
    said = judged(
        [rule_of(entry, number, day("2026-01-01")) for number, entry in enumerate(entries, 1)],
        expected["on"],
        *told.get("done", []),
        record=record,
        exempt=tuple(map(span_of, told.get("exempt", []))),
        revoked=tuple(told.get("revoked", [])),
    )
    serves = may_serve({"programme": said}, record, day(expected["on"])).may_serve
    shown = {"on": expected["on"], "may serve": SERVES[serves]}
    for name in set(expected) - set(shown):
        value = getattr(said, name.replace(" ", "_")) if said else None
        shown[name] = "" if value is None else str(value)
    assert {name: shown[name] for name in expected} == expected


def test_every_story_is_followed_by_its_table() -> None:
    """None is passed over because it is written otherwise."""
    assert len(EXAMPLE.findall(TEXT)) == TEXT.count("```yaml") > 5
