"""The benchmark of a training centre tells believable things, and measures all it says."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from time import perf_counter
from uuid import UUID

import pytest

from benchmarks import folding, reports, servers
from benchmarks.backends import sqlite
from benchmarks.bench import Bench, Plan
from benchmarks.centre import LARGE, Centre, Sizes
from benchmarks.load import Generator, Job
from benchmarks.report import Record
from benchmarks.studies import SHEET, statements
from benchmarks.trained import Trained, trained
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.training.outcomes import outcomes
from lrs.domain.xapi.statement import RecordedStatement
from lrs.domain.xapi.version import Version
from schemas import ParsedStatement, check_statement
from schemas.catalogue.entries import check_entries
from tests.support.examples import SOAKS

SIZE = 6_000
STORED = 10_500 if SOAKS else 2_500
"""In the long run more than are folded in place when a store is begun."""


@pytest.fixture(scope="module")
def told() -> list[ParsedStatement]:
    """What a small centre does."""
    return list(statements(Centre(Sizes.of(SIZE))))


@pytest.fixture(scope="module")
def bench() -> Iterator[Bench]:
    """Little that is measured, on SQLite."""
    generator = Generator()
    plan = Plan(rounds=1, seconds=0.4, warm=0.1, statements=STORED)
    with sqlite() as backend:
        yield Bench(plan, backend, generator, Record(None))
    generator.close()


@pytest.fixture(scope="module")
def store(bench: Bench) -> Iterator[Trained]:
    """A store filled for it."""
    with trained(bench) as filled:
        yield filled


def test_its_statements_are_valid_and_of_about_a_kilobyte(told: list[ParsedStatement]) -> None:
    """Both versions take them; there are as many as were asked for."""
    for statement in told:
        check_statement(statement.value, Version.V1_0_3)
        check_statement(statement.value, Version.V2_0_0)
    assert len(told) == SIZE
    assert 1_000 < sum(len(statement.text) for statement in told) / SIZE < 1_300


def test_one_seed_gives_the_same_statements_again(told: list[ParsedStatement]) -> None:
    """Another seed gives others."""
    again = islice(statements(Centre(Sizes.of(SIZE))), 500)
    other = islice(statements(Centre(Sizes.of(SIZE), seed=2)), 500)
    texts = [statement.text for statement in told[:500]]
    assert [statement.text for statement in again] == texts
    assert not {statement.text for statement in other} & set(texts)


def test_a_third_of_them_is_no_training_outcome(told: list[ParsedStatement]) -> None:
    """Answers and goodbyes, mostly."""
    results = [outcomes(_recorded(n, statement)) for n, statement in enumerate(told)]
    assert 0.28 < sum(not said for said in results) / SIZE < 0.38


def test_there_are_sheets_mistakes_and_late_arrivals(told: list[ParsedStatement]) -> None:
    """Twelve sign one sheet; one statement in two hundred is voided; some come after later ones."""
    values = [statement.value for statement in told]
    sheets = Counter(len(value["actor"].get("member", ())) for value in values)
    voided = sum(value["verb"]["id"].endswith("/voided") for value in values)
    local = [t for value in values if not (t := value["timestamp"]).endswith("Z")]
    late = sum(t < max(before) for n, t in enumerate(local) if (before := local[max(0, n - 9) : n]))
    assert sheets[SHEET] > SIZE / 1_000
    assert 0.002 < voided / SIZE < 0.008
    assert 0.03 < late / len(local) < 0.5


def test_its_catalogue_is_valid_and_as_large_as_it_says() -> None:
    """One office has a tenth of all people; two in a hundred have a second identifier."""
    centre = Centre(Sizes.of(200_000))
    entries: dict[EntryKind, list[object]] = {}
    for kind, value in centre.catalogue():
        entries.setdefault(kind, []).extend(entry for _, entry, _ in check_entries(kind, value))
    sizes, people = centre.sizes, centre.trainees
    assert len(entries[EntryKind.COURSE]) == sizes.courses == 60
    assert len(entries[EntryKind.PROGRAMME]) == sizes.programmes + 3
    assert sum(trainee.office == LARGE for trainee in people) == sizes.large == 200
    assert 0.01 < len(entries[EntryKind.LINK]) / len(people) < 0.03
    assert len(entries[EntryKind.EXEMPTION]) == len(entries[EntryKind.REVOCATION]) == 20


def test_a_store_is_filled_once_and_kept(bench: Bench, store: Trained) -> None:
    """With everything described and stored; another one does not take its place."""
    with trained(bench) as again:
        assert again.events == store.events > STORED
    other = Bench(Plan(statements=STORED + 100), bench.backend, bench.generator, bench.record)
    with pytest.raises(SystemExit, match="holds other statements"), trained(other):
        pass


def test_folding_is_measured_for_each_read_model(bench: Bench, store: Trained) -> None:
    """What is folded most costs most; the read models are on disk."""
    *rows, disk = folding.live(bench, store)
    costs = {row.scenario.split()[1]: float(row.figure.split()[0]) for row in rows}
    assert costs.keys() == {"statements", "training", "documents", "catalogue"}
    assert 0 < costs["documents"] < costs["statements"]
    assert "training" in disk.beside


def test_reports_are_read_and_answered_well(bench: Bench, store: Trained) -> None:
    """Every time is one of a good answer."""
    rows = {row.scenario: row for row in reports.read(bench, store)}
    assert not rows["transcript, 10 connections, without a pause"].figure.startswith("p50 0.0 ms")
    assert rows["transcript, 10 connections, 100 a second"].beside.endswith("KB")
    assert rows[f"certificates of an office of {store.centre.sizes.large:,}"].figure.startswith(
        "median"
    )
    memory = rows["memory of the server after these, at most"].figure
    assert int(memory.split()[0]) > 30


def test_paced_connections_ask_when_it_is_their_turn(bench: Bench, store: Trained) -> None:
    """Ten a second each, however soon they are answered: a second sees a hundred."""
    with servers.floor(store.place) as served:
        job = Job(served.endpoint, "paths", 1.0, 0.2, 10, paths=reports.FLOOR.paths, every=0.1)
        measured = bench.generator.run(job)
    assert measured.sound
    assert 10 <= measured.requests <= 110


def test_a_rebuild_is_timed_with_the_cpu_of_all_it_starts(bench: Bench, store: Trained) -> None:
    """On one core no more CPU is used than time passes."""
    began = perf_counter()
    found = folding.refold(bench, store, "training", 1)
    assert 0 < found.seconds < perf_counter() - began
    assert 0.1 < found.cpu < perf_counter() - began


def test_cores_are_given_back() -> None:
    """What is started meanwhile has fewer."""
    before = os.sched_getaffinity(0)
    with folding.on_cores(1, None):
        assert os.sched_getaffinity(0) == {min(before)}
    assert os.sched_getaffinity(0) == before


def _recorded(number: int, statement: ParsedStatement) -> RecordedStatement:
    return RecordedStatement(
        position=number,
        stored=0,
        key=UUID(statement.value["id"]),
        authority={},
        may_void_any=True,
        may_define=True,
        statement=statement.value,
    )
