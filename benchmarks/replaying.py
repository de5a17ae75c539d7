"""What was known earlier: a person, a course and a difference over HTTP; a replica; a verification.

Positions are random ones, none of which any replica has. A month is the part of the log that its
days are of all days.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median
from time import perf_counter
from typing import Any
from urllib.parse import quote

from benchmarks import servers
from benchmarks.bench import Bench
from benchmarks.centre import DAYS, TODAY
from benchmarks.folding import refold
from benchmarks.report import Row
from benchmarks.reports import TRANSCRIPT, level
from benchmarks.servers import Served
from benchmarks.trained import Trained, apart
from lrs.demo.dice import Dice

PERSONS, COURSES, DIFFERENCES = 200, 5, 3
"""How many of each are asked for."""
PEOPLE = 1_000
"""People of the course that is asked for, about."""
MONTH = 30
PERSON_LIMIT, COURSE_LIMIT, DIFFERENCE_LIMIT = 0.05, 3.0, 10.0
"""Seconds, medians."""
VERIFY_LIMIT = 1.3
"""How many times as long as a rebuild."""


def replay(bench: Bench, store: Trained) -> Iterator[Row]:
    """Each question from one connection; then a replica, and a verification beside a rebuild."""
    if not apart(level, store.settings):
        servers.lrs(store.place, "replay", "rebuild")
    dice = Dice(2026)
    with servers.store(store.place) as served:
        yield _persons(store, served, dice)
        yield _course(store, served, dice)
        yield _difference(store, served, dice)
    yield _replica(store)
    yield _verification(bench, store)


def _persons(store: Trained, served: Served, dice: Dice) -> Row:
    trainees = store.centre.trainees
    paths = []
    for _ in range(PERSONS):
        key, known = dice.pick(trainees).key, dice.between(store.events // 4, store.events)
        paths.append(f"{TRANSCRIPT}{quote(key, safe='')}?known={known}")
    took = [seconds for path in paths if (seconds := _timed(served, path, 404)) is not None]
    return _row(f"transcript as known at a random position, {len(took)} people", took, PERSON_LIMIT)


def _course(store: Trained, served: Served, dice: Dice) -> Row:
    courses = served.endpoint.ask("/api/v1/courses")[1]["courses"]
    course = min(courses, key=lambda one: abs(one["trainees"] - PEOPLE))
    positions = [dice.between(store.events * 3 // 4, store.events) for _ in range(COURSES)]
    took = [_timed(served, f"{course['statistics']}?known={known}") for known in positions]
    name = f"figures of a course of {course['trainees']:,} people, at random positions"
    return _row(name, [one for one in took if one is not None], COURSE_LIMIT)


def _difference(store: Trained, served: Served, dice: Dice) -> Row:
    month = store.events * MONTH // DAYS
    offices = served.endpoint.ask("/api/v1/offices")[1]["offices"]
    sizes = sorted(offices, key=lambda one: int(one["people"]))
    office: dict[str, Any] = sizes[len(sizes) // 2]
    took = []
    for _ in range(DIFFERENCES):
        begin = dice.between(store.events // 2, store.events - month)
        given = f"from={begin}&to={begin + month}&office={office['code']}&on={TODAY.isoformat()}"
        took.append(_timed(served, f"/api/v1/replay/diff?{given}&limit=1000") or 0.0)
    name = f"difference of a month of an office of {office['people']:,}"
    return _row(name, took, DIFFERENCE_LIMIT)


def _replica(store: Trained) -> Row:
    known = store.events // 2
    began = perf_counter()
    made = servers.lrs(store.place, "replay", "to", str(known))
    seconds = perf_counter() - began
    size = made.rpartition(", ")[2].rstrip(".\n")
    servers.lrs(store.place, "replay", "drop", str(known))
    shown = f"{known / seconds:,.0f} events/s in {seconds:,.0f} s"
    return Row("replica as known in the middle of the log", shown, size, "", "", True)


def _verification(bench: Bench, store: Trained) -> Row:
    rebuilt = refold(bench, store, "", 2)
    began = perf_counter()
    servers.lrs(store.place, "replay", "verify")
    seconds = perf_counter() - began
    ratio = seconds / rebuilt.seconds
    return Row(
        "verification of the log and all read models",
        f"{store.events / seconds:,.0f} events/s in {seconds:,.0f} s",
        f"rebuild {rebuilt.seconds:,.0f} s",
        f"{ratio:.2f}",
        f"<= {VERIFY_LIMIT:g} x a rebuild",
        ratio <= VERIFY_LIMIT,
    )


def _timed(served: Served, path: str, missing: int = 0) -> float | None:
    """Seconds of one answer; None for a person whom nothing named by then."""
    began = perf_counter()
    status, _ = served.endpoint.ask(path)
    seconds = perf_counter() - began
    if status == missing:
        return None
    if status != 200:
        raise RuntimeError(f"{path} is answered with {status}")
    return seconds


def _row(name: str, took: Sequence[float], limit: float) -> Row:
    p50, worst = median(took), max(took)
    shown = f"p50 {p50 * 1000:,.0f} ms, worst {worst * 1000:,.0f} ms"
    return Row(name, shown, "1 connection", "", f"p50 < {limit * 1000:,.0f} ms", p50 < limit)
