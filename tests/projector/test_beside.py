"""A projection is made anew beside the one that is read, and takes its place in one step."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from time import monotonic, sleep

import pytest
from sqlalchemy import Connection, func, select

from lrs.db.engine import Database, open_database
from lrs.domain.errors import Misconfigured, RebuildConflict
from lrs.ledger import Ledger
from lrs.projector import Projector, batch_runner
from lrs.service.projection_admin import ProjectionAdmin, ProjectionState
from tests.conftest import Place
from tests.support.own_projection import (
    Gated,
    Marked,
    Tally,
    following,
    leftovers,
    marks,
    quarantined,
    rows,
    swaps_given_up,
    tallied,
)
from tests.support.processes import running, wait_until
from tests.support.stores import statement_event


def test_the_live_one_goes_on_while_the_copy_is_made(
    place: Place, ledger: Ledger, views: Database, tmp_path: Path
) -> None:
    """What is stored meanwhile is folded and read as ever, and stands in the copy in the end."""
    copy = Gated(tmp_path)
    ledger.append([statement_event() for _ in range(20)])
    with following(place, Tally(), copy) as projector, ThreadPoolExecutor(1) as pool:
        projector.reads.fresh("tally")
        rebuild = pool.submit(projector.rebuild, ["tally"])
        wait_until(copy.entered.exists)
        ledger.append([statement_event() for _ in range(5)])
        assert projector.reads.fresh("tally").position == 25
        assert tallied(views) == list(range(1, 26))
        copy.go.touch()
        assert [done.position for done in rebuild.result(20)] == [25]
        ledger.append([statement_event()])
        assert projector.reads.fresh("tally").position == 26
    assert tallied(views) == list(range(1, 27))
    assert leftovers(place) == []


def test_everybody_sees_how_far_a_rebuild_is(
    place: Place, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its progress, pace and time left stand in the database, and are gone when it is over."""
    monkeypatch.setattr(batch_runner, "LARGE_BATCH", 10)
    ledger.append([statement_event() for _ in range(60)])
    with (
        following(place, Tally(), Slow()) as projector,
        following(place, Tally()) as other,
        ThreadPoolExecutor(1) as pool,
    ):
        projector.runner.catch_up()
        control = ProjectionAdmin(ledger, other, other._views)
        rebuild = pool.submit(projector.rebuild, ["tally"])

        def is_half_way() -> bool:
            entry = control.of("tally")
            return entry.rebuild is not None and entry.rebuild.position > 0

        wait_until(is_half_way)
        entry = control.of("tally")
        assert entry.rebuild is not None
        assert (entry.state, entry.position, entry.answers) == (
            ProjectionState.REBUILDING,
            60,
            True,
        )
        assert 0 < entry.rebuild.progress < 1
        assert entry.rebuild.rate > 0
        assert entry.rebuild.seconds_left is not None
        rebuild.result(30)
        assert (control.of("tally").state, control.of("tally").rebuild) == (
            ProjectionState.RUNNING,
            None,
        )


class Slow(Tally):
    """Takes a while longer for each batch."""

    def apply(self, batch: object, connection: Connection) -> None:
        sleep(0.2)
        super().apply(batch, connection)  # type: ignore[arg-type]


def rebuild_gated(place: Place, folder: Path) -> None:
    """A process that makes the projection anew."""
    with following(place, Tally(), Gated(folder)) as projector:
        projector.rebuild(["tally"])


@pytest.mark.parametrize("elsewhere", [False, True], ids=["a thread", "a process"])
def test_a_second_rebuild_is_refused(
    elsewhere: bool, place: Place, ledger: Ledger, projector: Projector, tmp_path: Path
) -> None:
    """Whoever makes the first one; afterwards the next is welcome."""
    ledger.append([statement_event()])
    first = threading.Thread(target=rebuild_gated, args=(place, tmp_path))
    with running(rebuild_gated, [[place, tmp_path]] if elsewhere else []) as processes:
        if not elsewhere:
            first.start()
        wait_until((tmp_path / "entered").exists, 60)
        with pytest.raises(RebuildConflict, match="already"):
            projector.rebuild(["tally"])
        with pytest.raises(RebuildConflict, match="already"):
            projector.rebuilds.ask("tally")
        (tmp_path / "go").touch()
        for end in [process.join for process in processes] or [first.join]:
            end(20)
        assert [done.position for done in projector.rebuild(["tally"])] == [1]


def test_a_rebuild_can_be_cancelled_by_anybody(
    place: Place, ledger: Ledger, projector: Projector, views: Database, tmp_path: Path
) -> None:
    """What was there stays, and nothing is left of the copy; with none, there is none to cancel."""
    copy = Gated(tmp_path)
    ledger.append([statement_event() for _ in range(10)])
    projector.reads.fresh("tally")
    with following(place, Tally(), copy) as other, ThreadPoolExecutor(1) as pool:
        rebuild = pool.submit(other.rebuild, ["tally"])
        wait_until(copy.entered.exists)
        projector.rebuilds.cancel("tally")
        copy.go.touch()
        with pytest.raises(RebuildConflict, match="cancelled"):
            rebuild.result(20)
    with pytest.raises(RebuildConflict, match="nothing to cancel"):
        projector.rebuilds.cancel("tally")
    assert marks(views) == {"attended"}
    assert leftovers(place) == []


def asking(projector: Projector) -> tuple[str, int, str]:
    return projector.reads.query("tally", slowly)[0]


def holding(projector: Projector) -> tuple[str, int, str]:
    with projector.reads.snapshot_read("tally") as (connection, at):
        assert at.position == 50
        return slowly(connection)


@pytest.mark.parametrize("way", [asking, holding])
def test_readers_see_one_making_or_the_other(
    place: Place,
    ledger: Ledger,
    projector: Projector,
    way: Callable[[Projector], tuple[str, int, str]],
) -> None:
    """However often it is swapped: never two in one answer, never none, and never an error."""
    ledger.append([statement_event() for _ in range(50)])
    projector.reads.fresh("tally")
    over, states = threading.Event(), set[str]()

    def read() -> None:
        while not over.is_set():
            first, count, last = way(projector)
            assert (first, count) == (last, 50)
            states.add(first)
            sleep(0.02)

    with ThreadPoolExecutor(3) as pool:
        readers = [pool.submit(read) for _ in range(3)]
        for n in range(3):
            with following(place, Tally(), Marked(f"making {n}")) as other:
                other.rebuild(["tally"])
        over.set()
        for reader in readers:
            reader.result(20)
    assert states >= {"attended", "making 0", "making 1"}


def slowly(connection: Connection) -> tuple[str, int, str]:
    """The first row's mark, how many rows there are, and the last one's mark, query by query."""
    first = connection.scalar(select(rows.c.verb).order_by(rows.c.position).limit(1))
    sleep(0.03)
    count = connection.scalar(select(func.count()).select_from(rows))
    sleep(0.03)
    last = connection.scalar(select(rows.c.verb).order_by(rows.c.position.desc()).limit(1))
    return str(first), count or 0, str(last)


def test_a_report_that_has_begun_sees_no_swap(
    place: Place,
    ledger: Ledger,
    projector: Projector,
    views: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Also where it has not yet looked at any of the tables that are swapped. On PostgreSQL the
    swap waits for it.
    """
    given_up = swaps_given_up(monkeypatch)
    ledger.append([statement_event() for _ in range(5)])
    projector.reads.fresh("tally")
    with following(place, Tally(), Marked()) as other, ThreadPoolExecutor(1) as pool:
        with projector.reads.snapshot_read("tally") as (connection, _):
            rebuild = pool.submit(other.rebuild, ["tally"])
            wait_until(lambda: rebuild.done() or bool(given_up))
            assert slowly(connection) == ("attended", 5, "attended")
        rebuild.result(20)
    assert marks(views) == {"marked"}


def test_a_swap_waits_for_a_long_read_and_lets_others_pass(
    place: Place,
    ledger: Ledger,
    projector: Projector,
    views: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A report that takes its time is not disturbed, nor are short ones that come after it."""
    given_up = swaps_given_up(monkeypatch)
    if place.backend == "sqlite":
        pytest.skip("SQLite's readers keep no writer waiting")
    ledger.append([statement_event() for _ in range(10)])
    projector.reads.fresh("tally")
    database = open_database(place.views_url)
    with following(place, Tally(), Marked()) as other, ThreadPoolExecutor(1) as pool:
        with database.write.begin() as connection:
            connection.execute(select(rows)).all()
            rebuild = pool.submit(other.rebuild, ["tally"])
            slowest = longest(lambda: tallied(views), lambda: len(given_up) > 3)
            assert connection.execute(select(rows)).all()
            assert not rebuild.done()
        rebuild.result(20)
    database.close()
    assert slowest < 2
    assert marks(views) == {"marked"}


def longest(act: Callable[[], object], enough: Callable[[], bool]) -> float:
    """Act again and again until it is enough; how many seconds the slowest took."""
    slowest, end = 0.0, monotonic() + 60
    while not enough():
        assert monotonic() < end
        began = monotonic()
        act()
        slowest = max(slowest, monotonic() - began)
        sleep(0.01)
    return slowest


def test_what_keeps_tables_from_being_replaced_is_said_in_a_sentence(
    place: Place, ledger: Ledger, projector: Projector, views: Database
) -> None:
    """Somebody has made a view of them in the database; once it is gone, they are replaced."""
    if place.backend == "sqlite":
        pytest.skip("SQLite does not mind")
    with views.write.begin() as connection:
        connection.exec_driver_sql("CREATE VIEW ours AS SELECT verb FROM views.tally")
    with pytest.raises(Misconfigured, match="depends on the tables"):
        projector.rebuild(["tally"])
    assert leftovers(place) == []
    with views.write.begin() as connection:
        connection.exec_driver_sql("DROP VIEW ours")
    assert len(projector.rebuild(["tally"])) == 1


def test_what_the_copy_could_not_fold_is_what_is_set_aside(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """The quarantine is swapped with the rows: an event that can be folded now leaves it."""
    ledger.append([statement_event(), statement_event(verb="poisonous"), statement_event()])
    with following(place, Tally(), Marked()) as projector:
        projector.reads.fresh("tally")
        assert [position for position, _ in quarantined(views)] == [2]
        projector.rebuild(["tally"])
        assert quarantined(views) == []
    with following(place, Tally()) as projector:
        projector.rebuild(["tally"])
    assert [position for position, _ in quarantined(views)] == [2]
    assert tallied(views) == [1, 3]


def test_what_only_readers_need_is_made_in_the_end(
    place: Place, ledger: Ledger, projector: Projector, views: Database
) -> None:
    """The tables that are put in place have all their indexes."""
    ledger.append([statement_event()])
    projector.rebuild(["tally"])
    indexes = {
        "postgresql": "SELECT indexname FROM pg_indexes WHERE schemaname = 'views'",
        "sqlite": "SELECT name FROM sqlite_master WHERE type = 'index'",
    }[place.backend]
    with views.read.connect() as connection:
        assert "tally_by_verb" in connection.exec_driver_sql(indexes).scalars().all()


def test_comparing_leaves_what_differs_unless_it_is_to_be_replaced(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """It says how many rows differ, again and again until they are replaced."""
    ledger.append([statement_event() for _ in range(3)])
    with following(place, Tally(), Marked()) as projector:
        for _ in range(2):
            (left,) = projector.rebuild(["tally"], compare=True)
            assert (left.same, left.different, left.swapped) == (False, 3, False)
            assert marks(views) == {"attended"}
        (done,) = projector.rebuild(["tally"], compare=True, swap_anyway=True)
        assert (done.different, done.swapped, marks(views)) == (3, True, {"marked"})
        assert [done.same for done in projector.rebuild(["tally"], compare=True)] == [True]


def test_a_paused_projection_that_is_behind_cannot_be_compared(
    place: Place, ledger: Ledger
) -> None:
    with following(place, Tally()) as projector:
        projector.set_paused("tally", True)
        ledger.append([statement_event()])
        assert [done.same for done in projector.rebuild(["tally"], compare=True)] == [None]


def test_what_the_live_one_is_ahead_is_folded_in_the_swap(
    ledger: Ledger, projector: Projector, views: Database
) -> None:
    """It was folded after the copy was level, and before it was held still."""
    ledger.append([statement_event() for _ in range(10)])
    projector.reads.fresh("tally")

    def overtake() -> None:
        ledger.append([statement_event() for _ in range(5)])
        projector.runner.catch_up()

    done = projector.rebuilds.run("tally", level=overtake)
    assert (done.position, done.same) == (15, True)
    assert tallied(views) == list(range(1, 16))


def test_rebuilds_while_statements_pour_in_miss_nothing(
    place: Place, ledger: Ledger, projector: Projector, views: Database
) -> None:
    """Two workers fold, a third process rebuilds again and again: each event is there once."""
    projector.start()
    over = threading.Event()

    def write() -> None:
        while not over.is_set():
            ledger.append([statement_event() for _ in range(3)])
            sleep(0.02)

    with following(place, Tally()) as other, ThreadPoolExecutor(1) as pool:
        other.start()
        writer = pool.submit(write)
        with following(place, Tally()) as third:
            for _ in range(2):
                assert third.rebuild(["tally"], compare=True)[0].same is True
        over.set()
        writer.result(10)
        head, _ = ledger.reader.head()
        assert projector.reads.fresh("tally").position == head
    assert tallied(views) == list(range(1, head + 1))
    assert quarantined(views) == []
