"""Folding shared among processes: the rows are the same, however the work is split."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import pytest
from distributed import LocalCluster

from lrs import bootstrap
from lrs.domain.errors import LogDiverged, Unreachable
from lrs.domain.xapi import filters
from lrs.projections.statements import index
from lrs.projector.rebuild import shard_file, split
from lrs.projector.rebuild.shard_file import ShardFile
from lrs.projector.rebuild.split import InThisThread, Workers, in_this_thread
from lrs.service import Lrs
from lrs.settings import Settings
from replay.rebuild import rebuild
from replay.workers import cluster, workers
from tests.support.varied import tell

EVENTS = 120


@pytest.fixture
def full(lrs: Lrs, hurried: None, monkeypatch: pytest.MonkeyPatch) -> Lrs:
    """A store with events of every kind, for small ranges and shards."""
    tell(lrs, EVENTS)
    lrs.projector.runner.catch_up()
    monkeypatch.setattr(split, "LARGE_BATCH", 11)
    monkeypatch.setattr(split, "PER_SHARD", 30)
    return lrs


def differences(lrs: Lrs, by: Workers) -> tuple[object, ...]:
    """What a rebuild of all read models by these workers finds that differs."""
    found = rebuild(lrs.projection_admin.names, lrs.projector, by, compare=True)
    assert found.untold == ()
    return found.different


@pytest.mark.parametrize(("events", "positions"), [(1, 1_000), (7, 5), (50, 17), (1_000, 1)])
def test_neither_ranges_nor_shards_change_a_row(
    full: Lrs, monkeypatch: pytest.MonkeyPatch, events: int, positions: int
) -> None:
    """One range or one for each event; one shard or as many as there are positions."""
    monkeypatch.setattr(split, "LARGE_BATCH", events)
    monkeypatch.setattr(split, "PER_SHARD", positions)
    assert differences(full, in_this_thread(full.ledger)) == ()


def test_several_processes_fold_the_same_rows(full: Lrs) -> None:
    with workers(partial(bootstrap.log_only, full.settings), 2) as found:
        assert found.count == 2
        assert differences(full, found) == ()


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The scheduler of a cluster with two workers, which are threads of this process."""
    with LocalCluster(  # type: ignore[no-untyped-call]
        n_workers=2, threads_per_worker=1, processes=False, dashboard_address=None
    ) as found:
        yield found.scheduler_address


def test_a_cluster_folds_the_same_rows(full: Lrs, address: str) -> None:
    """By the same code: only the executor is another one."""
    with cluster(partial(bootstrap.log_only, full.settings), address) as found:
        assert found.count == 2
        assert differences(full, found) == ()


def test_without_a_scheduler_there_is_no_cluster(lrs: Lrs, monkeypatch: pytest.MonkeyPatch) -> None:
    open_log = partial(bootstrap.log_only, lrs.settings)
    monkeypatch.setattr("replay.workers.CONNECTING", 0.2)
    with (
        pytest.raises(Unreachable, match="no Dask scheduler at"),
        cluster(open_log, "tcp://127.0.0.1:1"),
    ):
        pass


def _end_this_process() -> NoReturn:
    os._exit(1)


def test_a_process_that_is_killed_is_named(full: Lrs) -> None:
    """The read models are what they were."""
    with workers(_end_this_process, 2) as found, pytest.raises(Unreachable, match="was killed"):
        differences(full, found)
    assert differences(full, in_this_thread(full.ledger)) == ()


@pytest.mark.parametrize("events", [0, 60])
def test_workers_that_read_another_log_are_noticed(full: Lrs, tmp_path: Path, events: int) -> None:
    """One that ends earlier, and one with other events: the read models are what they were."""
    urls = (f"sqlite:///{tmp_path}/other-{name}.db" for name in ("ledger", "views"))
    settings = Settings(ledger_url=next(urls), views_url=next(urls))
    bootstrap.migrate(settings)
    other = bootstrap.build(settings)
    if events:
        tell(other, EVENTS)
    with pytest.raises(LogDiverged):
        differences(full, in_this_thread(other.ledger))
    other.close()
    assert differences(full, in_this_thread(full.ledger)) == ()


class Losing(Executor):
    """A cluster that gives up its tasks."""

    def submit(self, *_: Any, **__: Any) -> Future[Any]:
        future: Future[Any] = Future()
        future.cancel()
        return future


def test_a_cluster_that_loses_its_workers_is_not_taken_for_a_broken_event(full: Lrs) -> None:
    lost = Workers(Losing(), 1, in_this_thread(full.ledger).open_log)
    with pytest.raises(Unreachable, match=r"A worker has failed \(CancelledError"):
        differences(full, lost)


def test_an_event_that_cannot_be_folded_is_found_all_the_same(
    full: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It goes into quarantine, and the rest is folded: by one process, batch by batch."""
    broken = str(full.ledger.reader.at([57])[57].id)
    monkeypatch.setattr(index, "terms", partial(_terms, filters.terms, broken))
    done = rebuild(["statements"], full.projector, in_this_thread(full.ledger))
    assert done.events == full.ledger.reader.head()[0]
    assert [one.event.position for one in full.projection_admin.quarantined("statements")] == [57]


def _terms(terms: Any, broken: str, found: dict[str, Any], authority: object) -> object:
    if found.get("id") == broken:
        raise ValueError("this statement cannot be folded")
    return terms(found, authority)


class TestShardFile:
    def test_parts_are_read_in_their_order(self) -> None:
        with ShardFile() as kept:
            for number in range(4):
                kept.add(("a", number % 2), b"%d" % number)
            assert kept.shards() == [("a", 0), ("a", 1)]
            assert [kept.read(("a", shard)) for shard in (0, 1)] == [[b"0", b"2"], [b"1", b"3"]]

    def test_where_the_disk_is_full_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(shard_file, "TemporaryFile", partial(open, "/dev/full", "w+b"))
        with pytest.raises(Unreachable, match="No space left"), ShardFile() as kept:
            kept.add(("a", 0), b"0" * 1_000_000)

    def test_without_a_temporary_folder_it_says_so(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(tempfile, "tempdir", "/nowhere")
        with pytest.raises(Unreachable, match="/nowhere cannot be used"):
            ShardFile()


def test_a_process_that_folds_alone_tells_errors_as_others_do() -> None:
    future = InThisThread().submit(int, "x")
    with pytest.raises(ValueError, match="invalid literal"):
        future.result()
