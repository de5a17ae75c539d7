"""The results: rows of a table, each with its target, and the raw figures as JSON lines."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from typing import Any

from benchmarks.load import Measured


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table."""

    scenario: str
    figure: str
    beside: str
    """The floor's figure, or a smaller store's."""
    ratio: str
    target: str
    met: bool


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio over alternating rounds: of the medians, and the extremes of single rounds."""

    medians: float
    lowest: float
    highest: float

    def __str__(self) -> str:
        return f"{self.medians:.2f} [{self.lowest:.2f}..{self.highest:.2f}]"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> Ratio:
    """`ours` to `theirs`, round by round. Zero where there is nothing to compare with."""
    rounds = [a / b if b else 0.0 for a, b in zip(ours, theirs, strict=True)]
    below = median(theirs)
    return Ratio(median(ours) / below if below else 0.0, min(rounds), max(rounds))


class Record:
    """Writes each round's figures to a file, if one is given, and prints the progress."""

    def __init__(self, file: Path | None) -> None:
        self._file = file

    def note(
        self, backend: str, scenario: str, whose: str, measured: Measured, server_cores: float
    ) -> None:
        """Record a round. `server_cores` is the CPU that the server's processes used, in cores."""
        record = {"backend": backend, "scenario": scenario, "of": whose}
        self._keep(record | asdict(measured) | {"server_cores": round(server_cores, 3)})
        rate = f"{measured.rate:9.0f}/s" if measured.statements else " " * 11
        times = f"p50 {measured.p50:7.2f}  p95 {measured.p95:7.2f}  p99 {measured.p99:7.2f} ms"
        trouble = "" if measured.sound else f"  UNSOUND: {measured.errors} errors {measured.error}"
        cores = f"{server_cores:4.2f} cores"
        self.say(f"{backend:10} {scenario:28} {whose:8} {rate}  {times}  {cores}{trouble}")

    def row(self, backend: str, row: Row) -> None:
        """One line of the table, once it is known."""
        self._keep({"backend": backend, "row": asdict(row)})
        self.say(f"{backend:10} {'ok   ' if row.met else 'SHORT'} {row.scenario}: {row.figure}")

    def _keep(self, line: dict[str, Any]) -> None:
        if self._file is not None:
            with self._file.open("a") as file:
                file.write(json.dumps(line, ensure_ascii=False) + "\n")

    def say(self, text: str) -> None:
        print(text, file=sys.stderr, flush=True)


def table(backend: str, rows: Iterable[Row]) -> str:
    """A Markdown table."""
    lines = [f"| {backend} | figure | beside | ratio | target | |", "|---|---|---|---|---|---|"]
    for row in rows:
        cells = (row.scenario, row.figure, row.beside, row.ratio, row.target)
        lines.append(f"| {' | '.join(cells)} | {'ok' if row.met else '**short**'} |")
    return "\n".join(lines)
