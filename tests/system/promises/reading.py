"""Numbers that the docs promise, read out of their text."""

from __future__ import annotations

import re
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]

_WORDS = {
    "once": 1, "two": 2, "three": 3, "four": 4, "five": 5, "eight": 8, "nine": 9, "ten": 10,
    "twenty": 20, "a tenth": 10, "a day": 1, "a minute": 60, "ten minutes": 600,
    "a thousand": 1_000, "a million": 1_000_000,
}  # fmt: skip
_UNITS = {
    "KB": 1_000, "KiB": 1_024, "MB": 1_000_000, "GB": 1_000_000_000, "MiB": 1_048_576,
}  # fmt: skip


@cache
def text_of(document: str) -> str:
    """A document's text, with one space between words wherever its lines end."""
    path = ROOT / document if document == "README.md" else ROOT / "docs" / document
    return " ".join(path.read_text("utf-8").split())


def promised(document: str, sentence: str) -> int:
    """The number in a sentence of the document: a regular expression, its group the number, which
    stands there once. Fails where the sentence is gone.
    """
    found = re.findall(sentence, text_of(document))
    assert len(found) == 1, f"{document} says {len(found)} times: {sentence}"
    return amount(found[0])


def amount(text: str) -> int:
    """What `five`, `1,000`, `64 KiB` and `10 MB` are."""
    if text in _WORDS:
        return _WORDS[text]
    digits, _, unit = text.replace(",", "").partition(" ")
    return int(digits) * _UNITS.get(unit, 1)
