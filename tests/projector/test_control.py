"""What whoever runs the store sees of projections, and tells them."""

from __future__ import annotations

from collections.abc import Iterator
from time import sleep
from typing import Any, ClassVar

import pytest
from sqlalchemy import Connection, insert

from lrs.db.engine import Database
from lrs.domain.errors import ProjectionNotFound, RebuildConflict, StorageFull
from lrs.ledger import Ledger
from lrs.projections.base import Batch
from lrs.projections.statements.index import StatementsFold
from lrs.projector import Projector, Step, quarantine, throughput
from lrs.projector.quarantine import Quarantined
from lrs.service import Lrs
from lrs.service.projection_admin import ProjectionAdmin, ProjectionState
from tests.conftest import Place
from tests.support.own_projection import (
    Tally,
    following,
    leftovers,
    quarantined,
    rows,
    tallied,
)
from tests.support.processes import wait_until
from tests.support.stores import statement, statement_event, store


class Picky(Tally):
    """Cannot fold what is poisonous for as long as it has not learned to."""

    learned: ClassVar[bool] = False

    def apply(self, batch: Batch, connection: Connection) -> None:
        for s in batch.statements:
            verb = s.statement["verb"]["id"].rpartition("/")[2]
            if verb == "poisonous" and not self.learned:
                raise ValueError("this statement cannot be folded")
            connection.execute(insert(rows), {"position": s.position, "verb": verb})


@pytest.fixture
def picky(place: Place) -> Iterator[Projector]:
    with following(place, Picky()) as projector:
        yield projector
    Picky.learned = False


@pytest.fixture
def control(ledger: Ledger, picky: Projector) -> ProjectionAdmin:
    return ProjectionAdmin(ledger, picky, picky._views)


def test_a_paused_projection_is_folded_by_nobody(
    place: Place,
    ledger: Ledger,
    picky: Projector,
    control: ProjectionAdmin,
    views: Database,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Neither by this process nor by another, by its thread, a reader or a command; a start does
    not end it; and a reader is not kept waiting.
    """
    ledger.append([statement_event()])
    picky.reads.fresh("tally")
    control.pause("tally")
    (second,) = ledger.append([statement_event()])
    with following(place, Picky()) as other:
        looked = looks(monkeypatch)
        other.start()
        picky.start()
        for projector in (picky, other):
            wait_until(lambda of=projector: looked.count(of) > 1)  # type: ignore[misc]
        for projector in (picky, other):
            reach = projector.reads.fresh("tally")
            assert (reach.position, reach.is_paused) == (1, True)
            assert reach.through < ledger.reader.at([second])[second].stored
            assert projector.runner.step(Picky()) is Step.PAUSED
            assert projector.runner.catch_up() == 1
        assert projector.reads.through < ledger.reader.at([second])[second].stored
        assert control.of("tally").state is ProjectionState.PAUSED
        assert tallied(views) == [1]
        control.resume("tally")
        wait_until(lambda: tallied(views) == [1, 2])
    assert control.of("tally").state is ProjectionState.RUNNING


def looks(monkeypatch: pytest.MonkeyPatch) -> list[Projector]:
    """Grows by a projector each time that its thread has looked at everything."""
    found: list[Projector] = []
    look_around = Projector._look_around

    def noted(projector: Projector, *arguments: Any) -> None:
        look_around(projector, *arguments)
        found.append(projector)

    monkeypatch.setattr(Projector, "_look_around", noted)
    return found


def test_a_rebuilt_projection_is_as_paused_as_before(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin, views: Database
) -> None:
    """The rebuild takes it to the log's head, and there it stays."""
    control.pause("tally")
    ledger.append([statement_event()])
    picky.rebuild(["tally"])
    ledger.append([statement_event()])
    assert picky.reads.fresh("tally").position == 1
    assert control.of("tally").state is ProjectionState.PAUSED


def test_lag_is_told_in_events_and_in_seconds(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin
) -> None:
    """The age of the oldest event that waits; nothing at the head."""
    ledger.append([statement_event() for _ in range(3)])
    sleep(0.3)
    entry = control.of("tally")
    assert (entry.position, entry.lag) == (0, 3)
    assert 0.2 < entry.lag_seconds < 20
    picky.reads.fresh("tally")
    entry = control.of("tally")
    assert (entry.position, entry.lag, entry.lag_seconds) == (3, 0, 0.0)


def test_lag_counts_a_projections_own_events_alone(lrs: Lrs) -> None:
    """Statements do not make the documents late."""
    store(lrs, *(statement() for _ in range(4)))
    lags = {entry.name: (entry.lag, entry.lag_seconds > 0) for entry in lrs.projection_admin.all()}
    assert lags["statements"] == (4, True)
    assert lags["documents"] == (0, False)


def test_the_rate_is_that_of_whoever_folds_and_ends_with_it(
    place: Place,
    ledger: Ledger,
    picky: Projector,
    control: ProjectionAdmin,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Measured with each batch, seen from everywhere, 0 for what has been idle."""
    assert control.of("tally").rate == 0
    for _ in range(5):
        ledger.append([statement_event() for _ in range(100)])
        picky.reads.fresh("tally")
    with following(place, Picky()) as other:
        rate = ProjectionAdmin(ledger, other, other._views).of("tally").rate
    assert rate > 1
    monkeypatch.setattr(throughput, "WINDOW", 0.2)
    sleep(0.3)
    assert control.of("tally").rate == 0


@pytest.mark.parametrize("seconds", [0.1, 1, 60])
def test_a_steady_pace_is_told_as_it_is(seconds: float) -> None:
    """However long the batches are, the mean comes to what they have in common."""
    rate = 0.0
    for _ in range(int(100 / seconds) + 2):
        rate = throughput.paced(rate, int(500 * seconds), int(seconds * throughput.SECOND))
    assert rate == pytest.approx(500, rel=0.01)


def test_what_keeps_a_projection_from_being_folded_is_told(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin
) -> None:
    """With its time, and for as long as nobody has folded it since as its state."""
    ledger.append([statement_event(verb="poisonous"), statement_event()])
    before = ledger.now()
    picky.reads.fresh("tally")
    entry = control.of("tally")
    assert (entry.state, entry.quarantined) == (ProjectionState.RUNNING, 1)
    assert entry.failure is not None
    assert entry.failure.error == "ValueError: this statement cannot be folded"
    assert before <= entry.failure.failed <= ledger.now()
    picky._note("tally", OSError("no room"))
    assert control.of("tally").state is ProjectionState.ERRING
    ledger.append([statement_event()])
    picky.reads.fresh("tally")
    assert control.of("tally").state is ProjectionState.RUNNING


def test_what_waits_long_and_is_not_folded_is_said_to_be_stopped(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody folds here: no thread runs, and nobody reads."""
    ledger.append([statement_event()])
    assert control.of("tally").state is ProjectionState.RUNNING
    monkeypatch.setattr("lrs.service.projection_entries.LATE", 0.1)
    sleep(0.2)
    assert control.of("tally").state is ProjectionState.STOPPED


def test_what_one_projection_cannot_does_not_keep_the_others(
    lrs: Lrs, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The projector's thread goes on to the next, and says what was wrong with the first."""

    def fail(*_: object) -> None:
        raise StorageFull("storage-full")

    monkeypatch.setattr(StatementsFold, "apply", fail)
    store(lrs, statement())
    lrs.start()
    wait_until(lambda: lrs.projector.runner.position("training").position == 1)
    entry = lrs.projection_admin.of("statements")
    assert (entry.state, entry.position) == (ProjectionState.ERRING, 0)
    assert entry.failure is not None
    assert "no room left" in entry.failure.error


def test_an_event_set_aside_is_listed_with_its_statement(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin
) -> None:
    """Its position, its id, the reason and when that was."""
    poisonous = statement_event(verb="poisonous")
    ledger.append([statement_event(), poisonous])
    picky.reads.fresh("tally")
    (aside,) = control.quarantined("tally")
    assert (aside.event.position, aside.stream) == (2, poisonous.originator_id)
    assert aside.event.error == "ValueError: this statement cannot be folded"
    assert 0 < aside.event.failed <= ledger.now()
    assert control.quarantined() == [aside]


def test_an_event_that_still_cannot_be_folded_stays_with_the_new_reason(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin, views: Database
) -> None:
    """What was tried is undone."""
    ledger.append([statement_event(verb="poisonous"), statement_event()])
    picky.reads.fresh("tally")
    with views.write.begin() as connection:
        quarantine.give_reason(connection, Quarantined("tally", 1, "another", 5))
    (tried,) = control.retry("tally", 1)
    assert tried.reason == "ValueError: this statement cannot be folded"
    assert quarantined(views) == [(1, tried.reason)]
    assert tallied(views) == [2]


def test_an_event_that_can_be_folded_now_comes_in_by_a_rebuild(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin, views: Database
) -> None:
    """To try it changes nothing; made anew, the projection is as if it had never failed."""
    ledger.append([statement_event(), statement_event(verb="poisonous"), statement_event()])
    picky.reads.fresh("tally")
    Picky.learned = True
    (tried,) = control.retry("tally")
    assert (tried.position, tried.reason) == (2, None)
    assert tallied(views) == [1, 3]
    picky.rebuild(["tally"])
    assert tallied(views) == [1, 2, 3]
    assert (quarantined(views), control.retry("tally")) == ([], [])
    assert control.of("tally").failure is None


def test_what_is_not_there_is_said_not_to_be(
    ledger: Ledger, picky: Projector, control: ProjectionAdmin
) -> None:
    """A projection nobody knows, with those there are; an event that is not set aside."""
    for act in (control.of, control.pause, control.resume, control.rebuild, control.cancel,
                control.quarantined, control.retry):  # fmt: skip
        with pytest.raises(ProjectionNotFound, match="There are: tally"):
            act("nonsense")
    with pytest.raises(ProjectionNotFound, match="has no event at that position"):
        control.retry("tally", 7)
    with pytest.raises(RebuildConflict, match="nothing to cancel"):
        control.cancel("tally")


def test_a_rebuild_that_is_asked_for_is_made_by_a_process_that_folds(
    place: Place, ledger: Ledger, control: ProjectionAdmin, views: Database
) -> None:
    """Not by the one that asks, which does not fold here; everybody sees it wait until then."""
    ledger.append([statement_event() for _ in range(5)])
    control.rebuild("tally")
    entry = control.of("tally")
    assert entry.rebuild is not None
    assert (entry.state, entry.rebuild.has_started) == (ProjectionState.REBUILDING, False)
    with following(place, Picky()) as other:
        generation = other.runner.position("tally").generation
        other.start()
        wait_until(lambda: control.of("tally").rebuild is None)
        assert other.runner.position("tally").generation != generation
    assert tallied(views) == [1, 2, 3, 4, 5]
    assert leftovers(place) == []


def test_a_rebuild_in_the_background_is_cancelled_as_any_other(
    place: Place, ledger: Ledger, control: ProjectionAdmin
) -> None:
    """Before anybody has begun it."""
    control.rebuild("tally")
    with pytest.raises(RebuildConflict, match="already"):
        control.rebuild("tally")
    control.cancel("tally")
    assert control.of("tally").rebuild is None


def test_a_rebuild_in_the_background_that_fails_says_why(
    place: Place, ledger: Ledger, control: ProjectionAdmin
) -> None:
    """And is tried again later, until it is cancelled."""

    class Broken(Tally):
        def __init__(self) -> None:
            raise RuntimeError("it cannot")

    control.rebuild("tally")
    with following(place, Picky(), anew=lambda: [Broken()]) as other:
        other.start()
        wait_until(lambda: control.of("tally").failure is not None)
        failure = control.of("tally").failure
        assert failure is not None
        assert failure.error == "rebuild: RuntimeError: it cannot"
        assert control.of("tally").state is ProjectionState.REBUILDING
    control.cancel("tally")
    assert control.of("tally").state is not ProjectionState.REBUILDING
