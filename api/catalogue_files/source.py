"""The content of a catalogue file, and its errors in terms of the file."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from lrs.domain.errors import MOST_FAULTS, ImportRefused, InvalidEntry


class FileFault(NamedTuple):
    """An error: its order in the file, its place and its sentence."""

    order: tuple[int, ...]
    text: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file that was read: what it says as JSON has it, its own faults, and what is not read.

    `tell` words the fault of an entry, None where a fault of the file tells it already. Of a JSON
    pointer `place` says where it leads, and `content` in a sentence what stands there.
    """

    name: str
    value: Any
    tell: Callable[[InvalidEntry], FileFault | None]
    place: Callable[[str], str]
    content: Callable[[str], str]
    faults: Sequence[FileFault] = ()
    notes: Sequence[str] = field(default=())

    def refusal(self, error: InvalidEntry | None) -> ImportRefused:
        """An error with all faults of the file and its entries, in the order of the file; there
        must be one.
        """
        found = [worded for fault in error.faults if (worded := self.tell(fault))] if error else []
        texts = list(dict.fromkeys(worded.text for worded in sorted([*self.faults, *found])))
        if len(texts) == 1:
            return ImportRefused(f"{self.name}, {texts[0]}")
        several = f"the first {MOST_FAULTS}" if len(texts) >= MOST_FAULTS else f"{len(texts)}"
        lines = "".join(f"\n  {text}" for text in texts[:MOST_FAULTS])
        return ImportRefused(f"{self.name} is not imported. Its faults, {several}:{lines}")


def quoted(value: object) -> str:
    """A value for display on a terminal: on one line, and not too long."""
    text = str(value)
    text = text if len(text) <= 60 else f"{text[:57]}..."
    return "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
