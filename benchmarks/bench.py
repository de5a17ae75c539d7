"""One run: what is asked for, on which backend, with which load generator."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from time import perf_counter

from benchmarks.backends import Backend
from benchmarks.load import Generator, Job, Measured
from benchmarks.report import Record
from benchmarks.servers import Served
from benchmarks.wire import Endpoint


@dataclass(frozen=True, slots=True)
class Plan:
    """How much to measure. Times in seconds, sizes in statements."""

    rounds: int = 5
    seconds: float = 5.0
    warm: float = 1.0
    size: int = 1_000_000
    small: int = 10_000
    burst: int = 50_000
    idle: float = 10.0
    statements: int = 1_000_000
    """In the store of a training centre."""


@dataclass(frozen=True, slots=True)
class Bench:
    """What every part needs."""

    plan: Plan
    backend: Backend
    generator: Generator
    record: Record

    def measure(self, scenario: str, whose: str, served: Served, job: Job) -> Measured:
        """Run the job on that server, and record its cost."""
        used, began = served.cpu_seconds(), perf_counter()
        measured = self.generator.run(job)
        cores = (served.cpu_seconds() - used) / (perf_counter() - began)
        self.record.note(self.backend.name, scenario, whose, measured, cores)
        return measured

    def compare(
        self,
        scenario: str,
        sides: Mapping[str, Served],
        job: Callable[[Endpoint], Job],
        settle: Callable[[], object] = lambda: None,
    ) -> dict[str, list[Measured]]:
        """Rounds of a scenario on both sides in turn: A B, B A, A B ...

        `settle` waits before each round until the previous one has finished its work.
        """
        rounds: dict[str, list[Measured]] = {name: [] for name in sides}
        for number in range(self.plan.rounds):
            names = list(sides) if number % 2 == 0 else list(sides)[::-1]
            for name in names:
                settle()
                rounds[name].append(
                    self.measure(scenario, name, sides[name], job(sides[name].endpoint))
                )
        return rounds
