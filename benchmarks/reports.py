"""How fast a training centre's reports are read over HTTP, and what memory that takes."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from statistics import median
from urllib.parse import quote

from benchmarks import servers, unserved
from benchmarks.bench import Bench
from benchmarks.centre import LARGE, TODAY
from benchmarks.load import Job, Measured
from benchmarks.report import Row
from benchmarks.servers import Served
from benchmarks.trained import Trained, apart, opened
from lrs.settings import Settings

CONNECTIONS = 10
P50_LIMIT, P99_LIMIT = 5.0, 30.0
LIST_LIMIT = 200.0
"""Milliseconds for the list of a large office."""

TRANSCRIPT = "/api/v1/transcripts/"
LIST = f"/api/v1/certifications?office={LARGE}&on={TODAY.isoformat()}"


@dataclass(frozen=True, slots=True)
class Report:
    """Paths that are asked for at random."""

    name: str
    paths: Sequence[str]


def read(bench: Bench, store: Trained) -> Iterator[Row]:
    """Transcripts, courses' figures and the list of the largest office; then the memory."""
    apart(level, store.settings)
    with servers.store(store.place) as served:
        for report in _reports(store, served):
            if _is_served(served, report.paths[0]):
                yield _row(bench, served, report)
            else:
                bench.record.say(f"{report.name}: not served")
        if _is_served(served, LIST):
            yield _list_row(store, _measured(bench, served, Report("certifications", [LIST]), 1))
        else:
            yield unserved.list_row(store, LIST_LIMIT)
        yield Row(
            "memory of the server after these, at most", f"{served.peak_bytes() / 2**20:.0f} MB",
            "", "", "", True,
        )  # fmt: skip


def level(settings: Settings) -> None:
    """Brings the read models of a store that was kept up to its log."""
    with opened(settings) as lrs:
        lrs.projector.catch_up()


def _is_served(served: Served, path: str) -> bool:
    """Whether there is such an address and parameter; what fails otherwise is to be seen."""
    return served.endpoint.ask(path)[0] not in (400, 404)


def _reports(store: Trained, served: Served) -> Iterator[Report]:
    keys = [trainee.key for trainee in store.centre.trainees]
    yield Report("transcript", [TRANSCRIPT + quote(key, safe="") for key in keys])
    courses = served.endpoint.ask("/api/v1/courses")[1]["courses"]
    figures = [course["statistics"] for course in courses if course["trainees"]]
    yield Report("course statistics", figures)
    yield Report("course statistics by office", [f"{path}?by=office" for path in figures])


def _measured(bench: Bench, served: Served, report: Report, connections: int) -> list[Measured]:
    name = f"{report.name}, {connections} at once"
    job = Job(
        served.endpoint, "paths", bench.plan.seconds, bench.plan.warm, connections,
        paths=report.paths,
    )  # fmt: skip
    return [bench.measure(name, "store", served, job) for _ in range(bench.plan.rounds)]


def _row(bench: Bench, served: Served, report: Report) -> Row:
    alone, found = (_measured(bench, served, report, n) for n in (1, CONNECTIONS))
    p50, p99 = median([m.p50 for m in found]), median([m.p99 for m in found])
    rate = median([m.requests / m.seconds for m in found if m.seconds] or [0.0])
    one50, one99 = median([m.p50 for m in alone]), median([m.p99 for m in alone])
    sound = all(m.sound for m in (*alone, *found))
    return Row(
        f"{report.name}, {CONNECTIONS} connections",
        f"p50 {p50:.1f} ms, p99 {p99:.1f} ms, {rate:,.0f}/s",
        f"1 connection: p50 {one50:.1f}, p99 {one99:.1f} ms; {found[0].size / 1000:.1f} KB",
        "",
        f"p50 < {P50_LIMIT:.0f} ms, p99 < {P99_LIMIT:.0f} ms",
        sound and p50 < P50_LIMIT and p99 < P99_LIMIT,
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
