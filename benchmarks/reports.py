"""The speed of a training centre's reports over HTTP, and the memory of the server."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

from benchmarks import servers
from benchmarks.bench import Bench
from benchmarks.centre import LARGE, TODAY
from benchmarks.load import Job, Measured
from benchmarks.report import Row
from benchmarks.servers import Served
from benchmarks.trained import Trained, apart, made, opened
from benchmarks.wire import STATEMENTS
from lrs.domain.errors import Unavailable
from lrs.settings import Settings

CONNECTIONS = 10
P50_LIMIT, P99_LIMIT = 5.0, 30.0
EVERY = 0.1
"""Seconds between two questions of a connection, where they are paced: a hundred a second."""
LIST_LIMIT = 200.0
"""Milliseconds for the list of a large office."""

TRANSCRIPT = "/api/v1/transcripts/"
LIST = f"/api/v1/certifications?office={LARGE}&on={TODAY.isoformat()}"


@dataclass(frozen=True, slots=True)
class Report:
    """Paths that are asked for at random."""

    name: str
    paths: Sequence[str]


FLOOR = Report("floor: two dozen bytes", [f"{STATEMENTS}?verb=none"])
"""A route of Flask's that computes nothing, as the same web server serves it."""


def read(bench: Bench, store: Trained) -> Iterator[Row]:
    """The floor; transcripts, courses' figures and the list of the largest office; the memory."""
    if not apart(level, store.settings):
        servers.lrs(store.place, "replay", "rebuild")
    with servers.floor(store.place) as served:
        yield from _rows(bench, served, FLOOR)
    with servers.store(store.place) as served:
        for report in _reports(store, served):
            bench.backend.warm(store.place)
            _ask_each(served, report)
            yield from _rows(bench, served, report)
        bench.backend.warm(store.place)
        yield _list_row(store, _measured(bench, served, Report("certificates", [LIST]), 1))
        yield Row(
            "memory of the server after these, at most", f"{served.peak_bytes() / 2**20:.0f} MB",
            "", "", "", True,
        )  # fmt: skip


def level(settings: Settings) -> bool:
    """Brings the read models of a store that was kept up to its log. Not those of an older version
    of the program.
    """
    made(settings)
    try:
        with opened(settings) as lrs:
            lrs.projector.runner.catch_up()
    except Unavailable:
        return False
    return True


def _reports(store: Trained, served: Served) -> Iterator[Report]:
    keys = [trainee.key for trainee in store.centre.trainees]
    yield Report("transcript", [TRANSCRIPT + quote(key, safe="") for key in keys])
    courses = served.endpoint.ask("/api/v1/courses")[1]["courses"]
    figures = [course["statistics"] for course in courses if course["trainees"]]
    yield Report("course statistics", figures)
    yield Report("course statistics by office", [f"{path}?by=office" for path in figures])


def _ask_each(served: Served, report: Report) -> None:
    """Once before the rounds: a server that was just started has read nothing yet."""
    for path in report.paths:
        served.endpoint.ask(path)


def _measured(
    bench: Bench, served: Served, report: Report, connections: int, every: float = 0.0
) -> list[Measured]:
    name = f"{report.name}, {connections}" + (" paced" if every else " at once")
    job = Job(
        served.endpoint, "paths", bench.plan.seconds, bench.plan.warm, connections,
        paths=report.paths, every=every,
    )  # fmt: skip
    whose = "floor" if report is FLOOR else "store"
    return [bench.measure(name, whose, served, job) for _ in range(bench.plan.rounds)]


def _rows(bench: Bench, served: Served, report: Report) -> Iterator[Row]:
    """Asked for at a pace, and as fast as the server answers."""
    alone = _measured(bench, served, report, 1)
    size = f"{alone[0].size / 1000:.1f} KB"
    yield _row(
        report,
        f"{CONNECTIONS} connections, {CONNECTIONS / EVERY:.0f} a second",
        _measured(bench, served, report, CONNECTIONS, EVERY),
        size,
    )
    one50, one99 = median([m.p50 for m in alone]), median([m.p99 for m in alone])
    yield _row(
        report,
        f"{CONNECTIONS} connections, without a pause",
        _measured(bench, served, report, CONNECTIONS),
        f"1 connection: p50 {one50:.1f}, p99 {one99:.1f} ms",
    )


def _row(report: Report, how: str, found: list[Measured], beside: str) -> Row:
    p50, p99 = median([m.p50 for m in found]), median([m.p99 for m in found])
    rate = median([m.requests / m.seconds for m in found if m.seconds] or [0.0])
    floor = report is FLOOR
    return Row(
        f"{report.name}, {how}",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, {rate:,.0f}/s",
        beside,
        "",
        "" if floor else f"p50 < {P50_LIMIT:.0f} ms, p99 < {P99_LIMIT:.0f} ms",
        all(m.sound for m in found) and (floor or (p50 < P50_LIMIT and p99 < P99_LIMIT)),
    )


def _list_row(store: Trained, found: list[Measured]) -> Row:
    p50, worst = median([m.p50 for m in found]), max(m.worst for m in found)
    return Row(
        f"certificates of an office of {store.centre.sizes.large:,}",
        f"median {p50:.0f} ms, worst {worst:.0f} ms",
        f"1 connection; {found[0].size / 1000:,.0f} KB",
        "",
        f"< {LIST_LIMIT:.0f} ms",
        all(m.sound for m in found) and worst < LIST_LIMIT,
    )
