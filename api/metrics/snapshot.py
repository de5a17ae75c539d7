"""The counts of one process, and their sum over several processes."""

from __future__ import annotations

import resource
import sys
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from api.metrics.tally import RequestTally, SeriesKey
from lrs.service import Lrs


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A process's counts since it began; and as of now the writes that wait, and its memory."""

    pid: int
    requests: dict[SeriesKey, tuple[int, float]]
    refusals: dict[str, int]
    statements: int
    waiting: int
    memory: int
    """Resident, in bytes."""


@dataclass
class MetricSum:
    """Counts of all processes, those that are gone included; of the living, each one's memory."""

    requests: dict[SeriesKey, tuple[int, float]] = field(default_factory=dict)
    refusals: Counter[str] = field(default_factory=Counter)
    statements: int = 0
    waiting: int = 0
    memory: dict[int, int] = field(default_factory=dict)

    def add(self, one: Snapshot, *, lives: bool) -> None:
        for key, (count, seconds) in one.requests.items():
            before = self.requests.get(key, (0, 0.0))
            self.requests[key] = before[0] + count, before[1] + seconds
        self.refusals.update(one.refusals)
        self.statements += one.statements
        if lives:
            self.waiting += one.waiting
            self.memory[one.pid] = one.memory


def sum_of(snapshots: Iterable[tuple[Snapshot, bool]]) -> MetricSum:
    """Of snapshots, each with whether its process lives."""
    total = MetricSum()
    for one, lives in snapshots:
        total.add(one, lives=lives)
    return total


def take(pid: int, tally: RequestTally, lrs: Lrs) -> Snapshot:
    """The snapshot of this process."""
    return Snapshot(
        pid,
        tally.requests(),
        tally.refusals(),
        lrs.statements.stored.total,
        lrs.ledger.waiting,
        _resident(),
    )


def _resident() -> int:
    """Bytes of this process in memory; where the system does not tell, the most it ever had."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * resource.getpagesize()
    except (OSError, ValueError, IndexError):
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
