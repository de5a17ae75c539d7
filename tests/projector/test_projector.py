"""Projections follow the log; a read gets them fresh, in time, or is told how fresh they are."""

from __future__ import annotations

from pathlib import Path
from time import monotonic

import pytest
from sqlalchemy import delete

from lrs.db.engine import Database, open_database
from lrs.ledger import Ledger
from lrs.ledger.tables import content
from lrs.projector import Projector, checkpoints
from tests.conftest import Place
from tests.support.own_projection import Tally, following, quarantined, tallied
from tests.support.postgres import PostgresServer
from tests.support.processes import wait_until
from tests.support.stores import appending, opened, statement_event


def test_a_poison_event_is_set_aside_and_does_not_stop_the_rest(
    ledger: Ledger, projector: Projector, views: Database
) -> None:
    """It is quarantined with its position and error; all others are folded, once."""
    ledger.append(
        [statement_event(verb="poisonous" if n in (0, 70, 99) else "attended") for n in range(100)]
    )
    assert projector.reads.fresh("tally").position == 100
    assert tallied(views) == [n for n in range(1, 101) if n not in (1, 71, 100)]
    error = "ValueError: this statement cannot be folded"
    assert quarantined(views) == [(1, error), (71, error), (100, error)]


def test_a_read_waits_for_another_worker_only_so_long(place: Place, ledger: Ledger) -> None:
    """Whoever asks while the projection is held elsewhere gets what is there, in time, and a
    Consistent-Through that does not reach beyond it.
    """
    first, second = ledger.append([statement_event()]), ledger.append([statement_event()])
    with following(place, Tally(), wait=0.5) as projector:
        projector.reads.fresh("tally")
        third = ledger.append([statement_event()])
        stored = {n: ledger.reader.at([n])[n].stored for n in (*first, *second, *third)}
        other = open_database(place.views_url)
        with other.write.begin() as connection:
            assert checkpoints.lock(connection, "tally") is not None
            began = monotonic()
            reach = projector.reads.fresh("tally")
            assert 0.4 < monotonic() - began < 10
        other.close()
        assert (reach.position, reach.through) == (2, stored[2])
        assert projector.reads.fresh("tally").through >= stored[3]


def test_consistent_through_does_not_pass_an_append_in_flight(
    place: Place, ledger: Ledger, projector: Projector, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While somebody may be about to commit, the clock promises nothing; afterwards it does."""
    calls, quiet_clock = [], Ledger.quiet_clock

    def noted(ledger: Ledger) -> tuple[int, int] | None:
        calls.append(quiet_clock(ledger))
        return calls[-1]

    monkeypatch.setattr(Ledger, "quiet_clock", noted)
    projector.start()
    wait_until(lambda: projector.reads.through > 0)
    with appending(place.ledger_url):
        began = monotonic()
        assert ledger.quiet_clock() is None
        assert monotonic() - began < 1.5
        through, before = projector.reads.through, len(calls)
        wait_until(lambda: len(calls) > before + 1)  # so one was asked for and done with
        assert (projector.reads.through, calls[before]) == (through, None)
    wait_until(lambda: projector.reads.through > through, 60)


def test_an_idle_store_promises_the_recent_past(ledger: Ledger, projector: Projector) -> None:
    """Consistent-Through rises by itself, though nothing is stored."""
    ledger.append([statement_event()])
    projector.start()
    wait_until(lambda: projector.reads.through > 0)
    through = projector.reads.through
    wait_until(lambda: projector.reads.through > through, 30)
    assert projector.reads.fresh("tally").through == projector.reads.through


def test_a_projection_of_another_log_begins_anew(
    place: Place, ledger: Ledger, views: Database, tmp_path: Path
) -> None:
    """The read models were left behind when the log was replaced."""
    ledger.append([statement_event(), statement_event()])
    with following(place, Tally()) as projector:
        projector.reads.fresh("tally")
    elsewhere = Place("sqlite", f"sqlite:///{tmp_path}/other.db", place.views_url)
    with opened(elsewhere.ledger_url) as other, following(elsewhere, Tally()) as projector:
        assert projector.runner.position("tally").position == 0
        other.append([statement_event()])
        assert projector.reads.fresh("tally").position == 1
    assert tallied(views) == [1]


@pytest.mark.parametrize("regrown", [0, 5])
def test_a_projection_ahead_of_a_restored_log_begins_anew(
    regrown: int, place: Place, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """A backup of the log misses its last events: what was folded of them is forgotten, also when
    others have taken their positions meanwhile.
    """
    with opened(place.ledger_url) as ledger:
        ledger.append([statement_event()])
    restored = Place(place.backend, backup(place, tmp_path, request), place.views_url)
    with opened(place.ledger_url) as ledger, following(place, Tally()) as projector:
        ledger.append([statement_event(), statement_event()])
        assert projector.reads.fresh("tally").position == 3
    with opened(restored.ledger_url) as ledger:
        if regrown:
            ledger.append([statement_event() for _ in range(regrown)])
        with following(restored, Tally()) as projector:
            assert projector.runner.position("tally").position == 0
            assert projector.reads.fresh("tally").position == 1 + regrown


def backup(place: Place, folder: Path, request: pytest.FixtureRequest) -> str:
    """A copy of the log as it is now; its URL."""
    if place.backend == "sqlite":
        copy = folder / "backup.db"
        copy.write_bytes(Path(place.ledger_url.removeprefix("sqlite:///")).read_bytes())
        return f"sqlite:///{copy}"
    server: PostgresServer = request.getfixturevalue("postgres")
    name = place.ledger_url.rpartition("/")[2]
    return server.create_database(f"{name}_backup", template=name)


def test_a_rebuild_gives_the_same_rows(ledger: Ledger, projector: Projector) -> None:
    """Folded again from the start, in larger batches, they come out byte for byte."""
    ledger.append([statement_event() for _ in range(30)])
    projector.reads.fresh("tally")
    before = projector.runner.checksum("tally")
    (done,) = projector.rebuild(["tally"], compare=True)
    assert (done.position, done.same) == (30, True)
    assert projector.runner.checksum("tally") == before


def test_an_erased_event_is_stepped_over(
    place: Place, ledger: Ledger, projector: Projector, views: Database
) -> None:
    """Its content is gone; the projection's position passes it all the same."""
    ledger.append([statement_event() for _ in range(3)])
    database = open_database(place.ledger_url)
    with database.write.begin() as connection:
        connection.execute(delete(content).where(content.c.position.in_([2, 3])))
    database.close()
    assert projector.reads.fresh("tally").position == 3
    assert tallied(views) == [1]
