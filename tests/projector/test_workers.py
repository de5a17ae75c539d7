"""Several workers on one projection, some of which die: everything is folded once all the same."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import Connection

from lrs.db.engine import Database
from lrs.ledger import Ledger
from lrs.projections.base import Batch
from lrs.projector import Projector, Step
from lrs.projector.rebuild.job import Rebuilt
from tests.conftest import Place
from tests.support.own_projection import (
    Stuck,
    Tally,
    following,
    quarantined,
    swaps_given_up,
    tallied,
)
from tests.support.processes import finish, running, wait_until
from tests.support.stores import statement_event


def test_the_loser_of_a_race_for_a_poison_event_sets_no_other_aside(
    place: Place, ledger: Ledger, projector: Projector, views: Database
) -> None:
    """Two workers meet one poison event: what follows it is not quarantined in its stead."""

    class Overtaken(Tally):
        """While its batch fails, another worker sets the event aside."""

        def apply(self, batch: Batch, connection: Connection) -> None:
            connection.rollback()
            other.runner.step(Tally())
            raise ValueError("this statement cannot be folded")

    ledger.append([statement_event(verb="poisonous")])
    with following(place, Tally()) as other:
        projector.runner.step(Overtaken())
        assert [position for position, _ in quarantined(views)] == [1]
        ledger.append([statement_event()])
        assert projector.reads.fresh("tally").position == 2
    assert tallied(views) == [2]


def work(place: Place, sign: Path | None, until: int) -> None:
    """A worker in a process of its own."""
    with following(place, Stuck(sign) if sign else Tally(), batch=50) as projector:
        projector.start()
        wait_until(lambda: projector.runner.position("tally").position >= until, 30)


def test_two_workers_fold_everything_once(place: Place, ledger: Ledger, views: Database) -> None:
    """In two processes on one projection, while the log grows: nothing twice, nothing missed."""
    ledger.append([statement_event() for _ in range(200)])
    with running(work, [[place, None, 400]] * 2) as workers:
        for _ in range(20):
            ledger.append([statement_event() for _ in range(10)])
        finish(workers, 30)
    assert tallied(views) == list(range(1, 401))
    assert quarantined(views) == []


def test_after_a_worker_killed_in_a_batch_the_next_goes_on(
    place: Place, ledger: Ledger, projector: Projector, views: Database, tmp_path: Path
) -> None:
    """Its batch is undone whole, and nothing has to expire before somebody else may work."""
    ledger.append([statement_event() for _ in range(200)])
    sign = tmp_path / "in-the-middle"
    with running(work, [[place, sign, 200]]) as (worker,):
        wait_until(sign.exists, 60)
        assert projector.runner.step(Tally()) is Step.BUSY
        worker.kill()
        worker.join(60)
    began = monotonic()
    assert projector.reads.fresh("tally").position == 200
    assert monotonic() - began < 10
    assert tallied(views) == list(range(1, 201))


def test_a_lost_wake_up_loses_nothing(
    ledger: Ledger, projector: Projector, views: Database
) -> None:
    """The log is another process's, whose hints never arrive: polling finds its events."""
    projector.start()
    wait_until(lambda: projector.reads.through > 0)
    ledger.append([statement_event()])
    wait_until(lambda: tallied(views) == [1], 30)


def test_a_rebuild_waits_for_the_batch_under_way(
    place: Place,
    ledger: Ledger,
    projector: Projector,
    views: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """It swaps no tables under another worker, nor do the two wait for each other."""
    given_up = swaps_given_up(monkeypatch)
    entered, begun, go = threading.Event(), threading.Event(), threading.Event()

    class Paused(Tally):
        def apply(self, batch: Batch, connection: Connection) -> None:
            entered.set()
            assert go.wait(10)
            super().apply(batch, connection)

    def make_anew() -> list[Rebuilt]:
        begun.set()
        return projector.rebuild(["tally"])

    ledger.append([statement_event() for _ in range(10)])
    with following(place, Tally()) as other, ThreadPoolExecutor(2) as pool:
        step = pool.submit(other.runner.step, Paused())
        assert entered.wait(10)
        rebuild = pool.submit(make_anew)
        # On SQLite the worker keeps it from as much as saying that it begins.
        waits = begun.is_set if place.backend == "sqlite" else lambda: bool(given_up)
        wait_until(waits, 9)
        assert not rebuild.done()
        go.set()
        assert step.result(10) is Step.SOME
        assert [done.position for done in rebuild.result(10)] == [10]
    assert tallied(views) == list(range(1, 11))
    assert quarantined(views) == []
