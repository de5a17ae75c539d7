"""Programs of several versions on one store, at once and one after the other."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from time import sleep

import pytest
from sqlalchemy import Connection, text

from lrs.db.engine import Database, Options, open_database
from lrs.domain.errors import Unavailable
from lrs.ledger import Ledger
from lrs.projections.base import GENERATIONS
from lrs.projector import Projector, rebuild_requests, startup
from lrs.projector.batch_runner import Step
from lrs.projector.startup import prepare
from lrs.service.projection_admin import ProjectionAdmin, ProjectionState
from tests.conftest import Place
from tests.support.own_projection import (
    Marked,
    Newer,
    Tally,
    following,
    leftovers,
    marks,
    tallied,
)
from tests.support.processes import wait_until
from tests.support.stores import statement_event


def state(ledger: Ledger, projector: Projector) -> ProjectionState:
    return ProjectionAdmin(ledger, projector, projector._views).of("tally").state


def test_the_older_version_serves_until_the_newer_one_is_made(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """Both work while statements come in. Then it notices and neither folds nor answers; the newer
    one answers from then on, and nothing is missed or there twice.
    """
    ledger.append([statement_event(), statement_event()])
    with following(place, Tally()) as older:
        older.reads.fresh("tally")
        with following(place, Newer()) as newer:
            assert state(ledger, newer) is ProjectionState.REBUILDING
            with pytest.raises(Unavailable, match="being built"):
                newer.reads.fresh("tally")
            ledger.append([statement_event()])
            assert older.reads.fresh("tally").position == 3
            assert marks(views) == {"attended"}
            older.start()
            newer.start()
            while state(ledger, newer) is not ProjectionState.RUNNING:
                ledger.append([statement_event()])
                sleep(0.01)
            assert state(ledger, older) is ProjectionState.REPLACED
            (last,) = ledger.append([statement_event()])
            with pytest.raises(Unavailable, match="restart"):
                # while the newer one folds the event, a step finds the file's one writer busy
                wait_until(lambda: older.runner.step(Tally()) is not Step.BUSY, 60)
            with pytest.raises(Unavailable, match="restart"):
                older.reads.fresh("tally")
            assert newer.reads.fresh("tally").position == last
    assert (tallied(views), marks(views)) == (list(range(1, last + 1)), {"marked"})


def test_an_answer_of_the_older_version_does_not_come_from_the_newer_ones_rows(
    place: Place, ledger: Ledger
) -> None:
    """Also when the swap comes between its look at the position and its look at the rows."""
    ledger.append([statement_event()])
    with following(place, Tally()) as older:
        older.reads.fresh("tally")

        def question(connection: Connection) -> object:
            with following(place, Newer()) as newer:
                newer.rebuild(["tally"])
            return connection.execute(text("SELECT 1")).scalar()

        with pytest.raises(Unavailable, match="restart"):
            older.reads.query("tally", question)


def test_two_newer_programs_that_start_at_once_make_one_read_model(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """One of them makes it; both answer from it; nothing is folded twice."""
    ledger.append([statement_event() for _ in range(30)])
    with following(place, Tally()) as older:
        older.reads.fresh("tally")
    with ExitStack() as stack, ThreadPoolExecutor(2) as pool:
        programs = [following(place, Newer()) for _ in range(2)]
        both = list(pool.map(stack.enter_context, programs))
        for newer in both:
            newer.start()
        for newer in both:
            wait_until(lambda newer=newer: state(ledger, newer) is ProjectionState.RUNNING, 60)  # type: ignore[misc]
        ledger.append([statement_event()])
        assert [newer.reads.fresh("tally").position for newer in both] == [31, 31]
    assert (tallied(views), marks(views)) == (list(range(1, 32)), {"marked"})
    assert leftovers(place) == []


def test_a_newer_read_model_is_left_alone_by_an_older_program(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """A worker that starts again in the old version undoes nothing; to go back is a command."""
    ledger.append([statement_event()])
    with following(place, Newer()) as newer:
        newer.reads.fresh("tally")
    with following(place, Tally()) as older:
        older.start()
        assert state(ledger, older) is ProjectionState.REPLACED
        with pytest.raises(Unavailable, match="restart"):
            older.reads.fresh("tally")
        assert marks(views) == {"marked"}
        older.rebuild(["tally"])
        assert older.reads.fresh("tally").position == 1
    assert marks(views) == {"attended"}


def test_a_still_newer_program_takes_over_what_an_older_one_is_making(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """The older one's wish is gone, and with it the rebuild that was to fulfil it."""

    class Newest(Marked):
        VERSION = 3

    ledger.append([statement_event()])
    with following(place, Tally()) as oldest:
        oldest.reads.fresh("tally")
    with following(place, Newer()) as newer, following(place, Newest()) as newest:
        newer.start()
        newest.start()
        wait_until(lambda: state(ledger, newest) is ProjectionState.RUNNING)
        assert state(ledger, newer) is ProjectionState.REPLACED
        with views.read.connect() as connection:
            assert rebuild_requests.read_all(connection) == {}


def test_a_new_read_model_of_a_long_log_answers_once_it_is_whole(
    place: Place, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a short log it is folded in place, and what is there can be read at once."""
    monkeypatch.setattr(startup, "SHORT", 5)
    ledger.append([statement_event() for _ in range(6)])
    with following(place, Tally()) as projector:
        with pytest.raises(Unavailable, match="being built"):
            projector.reads.fresh("tally")
        projector.start()
        wait_until(lambda: state(ledger, projector) is ProjectionState.RUNNING)
        assert projector.reads.fresh("tally").position == 6


def test_whoever_begins_is_not_begun_anew_by_the_next_start(
    place: Place, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still to be made stays so, with the one wish for it, whoever starts meanwhile."""
    monkeypatch.setattr(startup, "SHORT", 0)
    ledger.append([statement_event()])
    with following(place, Tally()) as first, first._views.read.connect() as connection:
        (request,) = rebuild_requests.read_all(connection).values()
        with following(place, Tally()):
            assert list(rebuild_requests.read_all(connection).values()) == [request]


_OLD = """
CREATE TABLE {0}projection (name TEXT NOT NULL PRIMARY KEY, version INTEGER NOT NULL,
    log_id TEXT NOT NULL, begun TEXT NOT NULL, position BIGINT NOT NULL, stored BIGINT NOT NULL,
    commitment {1});
CREATE TABLE {0}quarantine (projection TEXT NOT NULL, position BIGINT NOT NULL,
    error TEXT NOT NULL, PRIMARY KEY (projection, position));
CREATE TABLE {0}tally (position BIGINT NOT NULL PRIMARY KEY, verb TEXT NOT NULL);
INSERT INTO {0}projection VALUES ('tally', 1, '{2}', 'then', 2, {3}, {4});
INSERT INTO {0}tally VALUES (2, 'attended');
INSERT INTO {0}quarantine VALUES ('tally', 1, 'ValueError: it was so')
"""


def test_a_store_of_the_program_before_starts_as_it_is(place: Place, ledger: Ledger) -> None:
    """Its control tables get the columns that they lack; positions and quarantine are kept."""
    *_, last = ledger.append([statement_event(), statement_event()])
    commitment = ledger.reader.commitment_at(last)
    assert commitment is not None
    row = ledger.reader.at([last])[last]
    views = open_database(place.views_url, Options(durable=False))
    postgres = place.backend == "postgresql"
    literal = f"'\\x{commitment.hex()}'::bytea" if postgres else f"x'{commitment.hex()}'"
    words = ("views." if postgres else "", "BYTEA" if postgres else "BLOB")
    with views.write.begin() as connection:
        if postgres:
            connection.exec_driver_sql("CREATE SCHEMA views")
        for statement in _OLD.format(*words, ledger.log_id, row.stored, literal).split(";"):
            connection.exec_driver_sql(statement)
    prepare(ledger, views, [Tally()])
    views.close()
    with following(place, Tally()) as projector:
        (aside,) = ProjectionAdmin(ledger, projector, projector._views).quarantined()
        assert (aside.event.error, aside.event.failed) == ("ValueError: it was so", 0)
        assert projector.runner.position("tally").generation == "then"
        ledger.append([statement_event()])
        assert projector.reads.fresh("tally").position == 3
        assert tallied(projector._views) == [2, 3]


def test_other_words_make_another_read_model_and_the_last_that_started_has_it(
    place: Place, ledger: Ledger, views: Database
) -> None:
    """What an installation has settled tells versions apart, but not which of them is newer."""

    class InOtherWords(Marked):
        VERSION = 5 * GENERATIONS + Tally.VERSION

    ledger.append([statement_event()])
    with following(place, Tally()) as first:
        first.reads.fresh("tally")
        with following(place, InOtherWords()) as second:
            second.start()
            wait_until(lambda: state(ledger, second) is ProjectionState.RUNNING)
            assert second.reads.fresh("tally").position == 1
            assert marks(views) == {"marked"}
            assert state(ledger, first) is ProjectionState.REPLACED
            with pytest.raises(Unavailable, match="restart"):
                first.reads.fresh("tally")
    with following(place, Tally()) as third:
        assert state(ledger, third) is ProjectionState.REBUILDING
