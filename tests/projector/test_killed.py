"""Whoever makes a projection anew is killed: what was there is there, and the way is free."""

from __future__ import annotations

import time
from pathlib import Path

from sqlalchemy import Connection, event, select

from lrs.db.engine import Database
from lrs.ledger import Ledger
from lrs.projector import Projector, rebuild_requests
from lrs.service.projection_admin import ProjectionAdmin, ProjectionState
from tests.conftest import Place
from tests.support.own_projection import (
    Marked,
    Stuck,
    Tally,
    following,
    leftovers,
    marks,
    rows,
    tallied,
)
from tests.support.processes import running, wait_until
from tests.support.stores import statement_event


def rebuild_stuck(place: Place, sign: Path) -> None:
    """A process that is in the middle of a copy for ever."""
    with following(place, Tally(), Stuck(sign)) as projector:
        projector.rebuild(["tally"])


def fold_stuck(place: Place, sign: Path) -> None:
    """The same for a rebuild that was asked for."""
    with following(place, Tally(), Stuck(sign)) as projector:
        projector.start()
        time.sleep(600)


def swap_stuck(place: Place, sign: Path) -> None:
    """A process that has swapped, but for the commit, which it never comes to."""
    with following(place, Tally(), Marked()) as projector:

        def stop(connection: Connection) -> None:
            if connection.scalar(select(rows.c.verb).limit(1)) == "marked":
                sign.touch()
                time.sleep(600)

        event.listen(projector._views.write, "commit", stop)
        projector.rebuild(["tally"])


def killed(worker: object, place: Place, sign: Path) -> None:
    """Run that in a process until the sign is there, and kill it."""
    with running(worker, [[place, sign]]) as (process,):  # type: ignore[arg-type]
        wait_until(sign.exists, 60)
        process.kill()
        process.join(60)


def test_after_a_rebuild_that_was_killed_the_next_one_is_made(
    place: Place, ledger: Ledger, projector: Projector, views: Database, tmp_path: Path
) -> None:
    """The live projection was not touched; nobody is said to be rebuilding; nothing is left."""
    ledger.append([statement_event() for _ in range(10)])
    projector.reads.fresh("tally")
    killed(rebuild_stuck, place, tmp_path / "sign")
    ledger.append([statement_event()])
    assert projector.reads.fresh("tally").position == 11
    assert ProjectionAdmin(ledger, projector, views).of("tally").state is ProjectionState.RUNNING
    assert [done.position for done in projector.rebuild(["tally"])] == [11]
    assert tallied(views) == list(range(1, 12))
    assert leftovers(place) == []


def test_what_a_killed_rebuild_left_is_swept_away(
    place: Place, ledger: Ledger, projector: Projector, views: Database, tmp_path: Path
) -> None:
    """By any process that folds, also if nobody ever rebuilds again."""
    ledger.append([statement_event()])
    projector.reads.fresh("tally")
    killed(rebuild_stuck, place, tmp_path / "sign")
    assert leftovers(place) != []
    projector.start()
    wait_until(lambda: leftovers(place) == [])
    with views.read.connect() as connection:
        assert rebuild_requests.read_all(connection) == {}


def test_a_rebuild_that_was_asked_for_is_made_though_its_process_is_killed(
    place: Place, ledger: Ledger, projector: Projector, views: Database, tmp_path: Path
) -> None:
    """The next process that folds begins it anew."""
    ledger.append([statement_event() for _ in range(10)])
    projector.reads.fresh("tally")
    generation = projector.runner.position("tally").generation
    control = ProjectionAdmin(ledger, projector, views)
    control.rebuild("tally")
    killed(fold_stuck, place, tmp_path / "sign")
    assert control.of("tally").state is ProjectionState.REBUILDING
    projector.start()
    wait_until(lambda: control.of("tally").state is ProjectionState.RUNNING)
    assert projector.runner.position("tally").generation != generation
    assert tallied(views) == list(range(1, 11))


def test_a_swap_that_was_killed_has_not_happened(
    place: Place, ledger: Ledger, projector: Projector, views: Database, tmp_path: Path
) -> None:
    """Readers see what was there, whole; folding goes on; the next rebuild swaps."""
    ledger.append([statement_event() for _ in range(10)])
    projector.reads.fresh("tally")
    killed(swap_stuck, place, tmp_path / "sign")
    assert (tallied(views), marks(views)) == (list(range(1, 11)), {"attended"})
    ledger.append([statement_event()])
    assert projector.reads.fresh("tally").position == 11
    assert [done.same for done in projector.rebuild(["tally"], compare=True)] == [True]
    assert tallied(views) == list(range(1, 12))
    assert leftovers(place) == []
