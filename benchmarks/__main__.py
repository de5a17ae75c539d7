"""python -m benchmarks [NAME...]: measure, and print what goes into docs/performance.md.

Names: validation (in this process), single batch mixed lag (beside the floor), read disk memory
rebuild (of a filled store), training (of a training centre's store: training-fold, training-read,
training-crowd, training-replay, training-rebuild and training-share).
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path

from benchmarks import crowd, filled, folding, replaying, reports, servers, sharing, writing
from benchmarks.backends import BACKENDS, machine
from benchmarks.bench import Bench, Plan
from benchmarks.load import Generator
from benchmarks.report import Record, Row, table
from benchmarks.servers import Served
from benchmarks.trained import Trained, trained
from benchmarks.validation import validation

ALONE: dict[str, Callable[[Bench], Iterator[Row]]] = {"validation": validation}
WRITING: dict[str, Callable[[Bench, Served, Served], Iterator[Row]]] = {
    "single": writing.single,
    "batch": writing.batch,
    "mixed": writing.mixed,
    "lag": writing.lag,
}
FILLED: dict[str, Callable[[Bench, filled.Store, filled.Store], Iterator[Row]]] = {
    "read": filled.read,
    "disk": filled.disk,
    "memory": filled.memory,
    "rebuild": filled.rebuild,  # last: it takes the large store from its server
}
TRAINING: dict[str, Callable[[Bench, Trained], Iterator[Row]]] = {
    "training-fold": folding.live,
    "training-read": reports.read,
    "training-crowd": crowd.crowd,
    "training-replay": replaying.replay,
    "training-rebuild": folding.rebuild,
    "training-share": sharing.share,
}
TOGETHER = {"training": tuple(TRAINING)}
QUICK = Plan(
    rounds=1, seconds=1.0, warm=0.3, size=3_000, small=1_000, burst=2_000, idle=2.0,
    statements=3_000,
)  # fmt: skip


def main(arguments: Sequence[str] | None = None) -> int:
    """0 if every target was met, 1 if not."""
    given = _parser().parse_args(arguments)
    names = _names(given)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))  # so that servers are stopped
    tables, met = [], True
    generator = Generator()
    try:
        for kind in given.backend or BACKENDS:
            with BACKENDS[kind](given.keep) as backend:
                bench = Bench(_plan(given), backend, generator, Record(given.out))
                rows = list(_rows(bench, names))
                tables.append(f"{backend.describe()}\n\n{table(backend.name, rows)}")
                met &= all(row.met for row in rows)
    finally:
        generator.close()
    print("\n\n".join([_heading(_plan(given)), *tables]))
    return 0 if met else 1


def _names(given: argparse.Namespace) -> list[str]:
    """The parts that are asked for."""
    known = [*ALONE, *WRITING, *FILLED, *TRAINING]
    unknown = [name for name in given.names if name not in (*known, *TOGETHER)]
    if unknown:
        there = " ".join((*known, *TOGETHER))
        sys.exit(f"benchmarks: there is no {unknown[0]}; there are: {there}")
    names = [part for name in given.names for part in TOGETHER.get(name, (name,))] or known
    if given.keep and not TRAINING.keys() >= set(names):
        sys.exit("benchmarks: --keep is for `training` alone")
    return names


def _rows(bench: Bench, names: Collection[str]) -> Iterator[Row]:
    for name, alone in ALONE.items():
        if name in names:
            yield from _noted(bench, alone(bench))
    with ExitStack() as stack:
        wanted = [part for name, part in WRITING.items() if name in names]
        if wanted:
            place = bench.backend.place("writing")
            ours = stack.enter_context(servers.store(place))
            floor = stack.enter_context(servers.floor(place))
        for part in wanted:
            yield from _noted(bench, part(bench, ours, floor))
    with ExitStack() as stack:
        about = [part for name, part in FILLED.items() if name in names]
        if about:
            small = stack.enter_context(filled.filled(bench, "small", bench.plan.small))
            large = stack.enter_context(filled.filled(bench, "large", bench.plan.size))
        for look in about:
            yield from _noted(bench, look(bench, small, large))
    with ExitStack() as stack:
        studied = [part for name, part in TRAINING.items() if name in names]
        if studied:
            centre = stack.enter_context(trained(bench))
        for study in studied:
            yield from _noted(bench, study(bench, centre))


def _noted(bench: Bench, rows: Iterator[Row]) -> Iterator[Row]:
    for row in rows:
        bench.record.row(bench.backend.name, row)
        yield row


def _plan(given: argparse.Namespace) -> Plan:
    plan = QUICK if given.quick else Plan()
    changed = {
        name: value
        for name in ("rounds", "seconds", "size", "statements")
        if (value := getattr(given, name)) is not None
    }
    return replace(plan, **changed)


def _heading(plan: Plan) -> str:
    return (
        f"{machine()}, load average {os.getloadavg()[2]:.1f}; {plan.rounds} interleaved rounds of "
        f"{plan.seconds:g} s; medians, and the lowest and highest ratio of a round."
    )


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("names", nargs="*", metavar="NAME", help="only these parts")
    parser.add_argument("--quick", action="store_true", help="see whether it works at all")
    parser.add_argument("--backend", action="append", choices=list(BACKENDS), help="only this one")
    parser.add_argument("--size", type=int, help="statements in the large store (1,000,000)")
    parser.add_argument("--statements", type=int, help="of a training centre (1,000,000)")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keep the centre's store there")
    parser.add_argument("--rounds", type=int, help="rounds of each side (5)")
    parser.add_argument("--seconds", type=float, help="seconds of a round (5)")
    parser.add_argument("--out", type=Path, metavar="FILE", help="append JSON lines to it")
    return parser


if __name__ == "__main__":
    sys.exit(main())
