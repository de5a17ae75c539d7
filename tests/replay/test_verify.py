"""A store is verified: its log, and each read model that it serves."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import delete, update

from lrs import bootstrap
from lrs.db.engine import Database
from lrs.ledger.tables import content, event
from lrs.projector import divergence, quarantine
from lrs.projector.checkpoints import projection
from lrs.projector.quarantine import Quarantined
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.ledger.test_document_history import put
from tests.ledger.test_pruning import STATE, attach
from tests.replay.checking import findings, unguarded, verified
from tests.support.varied import tell


@pytest.fixture
def told(lrs: Lrs) -> Lrs:
    tell(lrs, 60)
    lrs.projector.runner.catch_up()
    return lrs


def test_an_untouched_store_is_identical(told: Lrs, settings: Settings) -> None:
    """The digest is the one that a checksum of the served rows gives."""
    found = verified(settings)
    assert found.is_clean
    assert found.log.events == found.log.position == told.ledger.reader.head()[0]
    for model in found.models:
        assert model.digest == told.projector.runner.checksum(model.projection)
        assert model.rows > 0


def test_a_store_is_verified_while_it_takes_statements(
    told: Lrs, settings: Settings, hurried: None
) -> None:
    """Each read model is compared at the position that it has in one snapshot."""
    told.start()
    before = told.ledger.reader.head()[0]
    for start in (61, 71, 81):
        tell(told, 10, start)
        found = verified(settings)
        assert found.is_clean, found
    assert found.models[0].position > before


def test_a_read_model_is_compared_at_its_own_position(told: Lrs, settings: Settings) -> None:
    """One that is paused or behind is no fault; a change to it is."""
    told.projection_admin.pause("training")
    tell(told, 20, 61)
    told.projector.runner.catch_up()
    found = verified(settings, ["training", "catalogue"])
    assert found.is_clean
    training, catalogue = found.models
    assert training.position < catalogue.position
    later(told.databases[1], "training", stored=projection.c.stored + 1)
    (difference,) = findings(settings, ["training"])
    assert (difference["table"], [*difference["columns"]]) == ("projection", ["stored"])


def later(views: Database, name: str, **values: object) -> None:
    """Change the row of a checkpoint."""
    with views.write.begin() as connection:
        connection.execute(update(projection).where(projection.c.name == name).values(values))


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"version": 1}, "its version is 1"),
        ({"version": 0}, "it has not been built yet"),
        ({"log_id": "5b9b0f5a-4b0e-4c55-9d4c-b1f1c0d0a001"}, "it was built from another log"),
        ({"commitment": b"\0" * 32}, "is not in the log"),
    ],
)
@pytest.mark.briefly("sqlite")
def test_what_cannot_be_compared_is_said_with_the_reason(
    told: Lrs, settings: Settings, values: dict[str, object], reason: str
) -> None:
    later(told.databases[1], "training", **values)
    found = verified(settings, ["training"])
    assert not found.is_clean
    assert reason in found.models[0].reason


def test_an_event_in_quarantine_in_one_of_the_two_is_a_difference(
    told: Lrs, settings: Settings
) -> None:
    with told.databases[1].write.begin() as connection:
        quarantine.set_aside(connection, Quarantined("training", 3, "ValueError: so", 1))
    (difference,) = findings(settings, ["training"])
    assert (difference["table"], difference["kind"], difference["key"]) == (
        "quarantine", "extra", {"position": 3},
    )  # fmt: skip


def test_erased_content_is_counted_and_no_fault_of_the_log(told: Lrs, settings: Settings) -> None:
    """What a read model still holds of it is a difference."""
    with told.databases[0].write.begin() as connection:
        connection.execute(delete(content).where(content.c.position.in_([20, 21])))
    found = verified(settings, ["statements"])
    assert (found.log.erased, found.log.faults, found.is_clean) == (2, 0, False)


def test_triggers_that_are_gone_are_named(told: Lrs, settings: Settings) -> None:
    with unguarded(told.databases[0]):
        found = findings(settings, [])
    assert {one["table"] for one in found} == {"event", "content", "blob", "blob_chunk"}
    assert {one["log"] for one in found} == {"trigger"}
    assert findings(settings, []) == []


def test_an_end_that_the_log_has_lost_is_named(told: Lrs, settings: Settings) -> None:
    """Content and event are gone, so the log alone does not show it."""
    log, views = told.databases
    mark = told.ledger.reader.mark()
    assert mark is not None
    with views.write.begin() as connection:
        divergence.raise_to(connection, told.ledger.log_id, mark)
    with unguarded(log), log.write.begin() as connection:
        for table in (event, content):
            connection.execute(delete(table).where(table.c.position == mark.position))
    found = findings(settings)
    assert found[0] == {
        "log": "lost",
        "position": mark.position,
        "what": "the log does not hold the event that the store has seen here before",
    }
    assert {one["projection"] for one in found[1:]} >= {"statements", "training"}


@pytest.mark.briefly("sqlite")
def test_files_of_a_blob_folder_are_read_and_hashed(
    made: Place, settings: Settings, tmp_path: Path
) -> None:
    """One that is altered, one that is gone, and one that is pruned."""
    settings = replace(settings, blob_folder=str(tmp_path / "blobs"))
    lrs = bootstrap.build(settings)
    for data in (b"one", b"two"):
        put(lrs, STATE, data)
    lrs.pruning.run(0)
    for data in (b"photo", b"film"):
        attach(lrs, data)
    lrs.projector.runner.catch_up()
    lrs.close()
    found = verified(settings)
    assert (found.is_clean, found.log.contents, found.log.size) == (True, 3, 12)
    assert (found.log.documents, found.log.pruned) == (1, 1)
    first, second, third = sorted((tmp_path / "blobs").glob("??/*"))
    first.write_bytes(first.read_bytes()[:-1] + b"!")
    second.unlink()
    third.write_bytes(third.read_bytes() + b"!")
    lines = findings(settings, [])
    assert {one["sha2"] for one in lines} == {first.name, second.name, third.name}


def gone_or_broken(log: Database, gone: int, broken: int | None = None) -> None:
    """Take an event out of the log, and break the envelope of another."""
    with unguarded(log), log.write.begin() as connection:
        connection.execute(delete(event).where(event.c.position == gone))
        if broken is not None:
            altered = update(content).where(content.c.position == broken)
            connection.execute(altered.values(state=b"{no JSON"))


def test_an_event_that_is_gone_leaves_rows_too_many(told: Lrs, settings: Settings) -> None:
    gone_or_broken(told.databases[0], 31)
    fault, left, *rows = findings(settings, ["statements"])
    assert (fault["log"], fault["position"]) == ("position", 31)
    assert (left["log"], left["position"]) == ("content", 31)
    extra = {one["table"] for one in rows if one["key"].get("position") == 31}
    assert "statement_entry" in extra
    assert {one["kind"] for one in rows if one["table"] == "statement_entry"} == {"extra"}


def test_a_fold_that_an_altered_log_ends_is_said_with_the_reason(
    told: Lrs, settings: Settings
) -> None:
    """The fault itself is named beside it."""
    gone_or_broken(told.databases[0], 31, 30)
    found = findings(settings, ["statements", "training"])
    assert {(one["log"], one["position"]) for one in found if "log" in one} == {
        ("position", 31), ("content", 31), ("commitment", 30),
    }  # fmt: skip
    reasons = [one["reason"] for one in found if "reason" in one]
    assert len(reasons) == 2
    assert all(reason.startswith("an error ended it: JSONDecodeError") for reason in reasons)
