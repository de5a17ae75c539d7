"""Replicas: read models as known at earlier positions, each in a file."""

from __future__ import annotations

import shutil
import sqlite3
import threading
from collections.abc import Callable

import pytest

from lrs.domain.errors import (
    InvalidQuery,
    LrsError,
    ReplicaConflict,
    ReplicaNotFound,
    StorageFull,
    Unavailable,
)
from lrs.projector.status import StatusReader
from lrs.service import Lrs
from replay import replica_progress, replicas
from replay.replica_progress import ProgressNote, ReplicaProgress
from replay.replicas import Replicas
from tests.support.varied import tell

pytestmark = pytest.mark.briefly("sqlite")


@pytest.fixture
def kept(lrs: Lrs) -> Replicas:
    """The replicas of a store with some history, none of which is made yet."""
    tell(lrs, 30)
    return lrs.known_reports.replicas


def files(lrs: Lrs) -> list[str]:
    """What is in the folder of replicas, but for the lock."""
    return sorted(path.name for path in lrs.settings.replicas.glob("[0-9]*"))


def positions(of: Replicas) -> list[int]:
    return [one.position for one in of.all()]


def interrupted(_: ReplicaProgress) -> None:
    raise KeyboardInterrupt


def test_a_later_replica_goes_on_from_the_nearest_earlier_one(lrs: Lrs, kept: Replicas) -> None:
    """What is there already is not folded again."""
    assert kept.remaining(20) == 20
    for position in (10, 20):
        kept.make(position)
    assert (kept.remaining(15), kept.remaining(20), kept.remaining(25)) == (5, 10, 5)
    told: list[ReplicaProgress] = []
    kept.make(25, told.append)
    assert told[0] == ReplicaProgress(25, 20, None)
    assert positions(kept) == [10, 20, 25]
    assert files(lrs) == ["10.db", "20.db", "25.db"]
    assert {kept.file(each).stat().st_mode & 0o777 for each in (10, 20, 25)} == {0o600}


def test_before_the_first_event_nothing_was_known(lrs: Lrs, kept: Replicas) -> None:
    """Position 0 stands for an instant before the log began."""
    assert lrs.known_reports.at(0).transcripts.courses().value == []
    assert lrs.known_reports.at(0).offices.all().value == []


@pytest.mark.parametrize("error", [KeyboardInterrupt, LrsError])
def test_what_is_interrupted_leaves_nothing_behind(
    lrs: Lrs, kept: Replicas, error: type[BaseException], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor does what fails; it can be made at once again."""

    def full(*_: object) -> None:
        raise StorageFull("storage-full")

    if error is LrsError:
        monkeypatch.setattr(replicas, "fold_from_start", full)
    with pytest.raises(error):
        kept.make(20, interrupted if error is KeyboardInterrupt else lambda _: None)
    assert (files(lrs), kept.all()) == ([], [])
    monkeypatch.undo()
    kept.make(20)
    assert files(lrs) == ["20.db"]


def test_what_a_killed_process_left_goes_with_the_next(lrs: Lrs, kept: Replicas) -> None:
    """A replica that nobody makes any more is not listed, and is no replica."""
    folder = lrs.settings.replicas
    folder.mkdir()
    for name in ("20.part", "20.part-wal", "20.progress"):
        (folder / name).write_bytes(b"half")
    assert (kept.all(), kept.progress(20), kept.path(20)) == ([], None, None)
    kept.make(10)
    assert files(lrs) == ["10.db"]


def test_with_all_replicas_what_a_killed_process_left_goes(lrs: Lrs, kept: Replicas) -> None:
    kept.make(10)
    (lrs.settings.replicas / "20.part").write_bytes(b"half")
    assert kept.drop_all() == [10]
    assert files(lrs) == []


def test_a_replica_dropped_while_its_progress_is_noted_stays_dropped(
    lrs: Lrs, kept: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Between the look at the note and the writing of the next one."""
    monkeypatch.setattr(replica_progress, "EVERY", 0)
    require = ProgressNote.require

    def require_and_drop(note: ProgressNote) -> None:
        require(note)
        kept.drop(20)

    monkeypatch.setattr(ProgressNote, "require", require_and_drop)
    with pytest.raises(ReplicaConflict, match="dropped"):
        kept.make(20)
    assert files(lrs) == []


def test_a_replica_dropped_as_it_becomes_ready_stays_dropped(
    lrs: Lrs, kept: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever drops it may not see the file yet, and has removed the note."""
    require = ProgressNote.require

    def require_then_drop(note: ProgressNote) -> None:
        require(note)
        (lrs.settings.replicas / "20.progress").unlink()

    monkeypatch.setattr(ProgressNote, "require", require_then_drop)
    with pytest.raises(ReplicaConflict, match="dropped"):
        kept.make(20)
    assert files(lrs) == []


def test_one_is_made_at_a_time_and_is_given_up_once_it_is_dropped(
    lrs: Lrs, kept: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever asks sees how far it is."""
    monkeypatch.setattr(replica_progress, "EVERY", 0)
    begun, seen, ended = threading.Event(), threading.Event(), list[str]()

    def hold(_: ReplicaProgress) -> None:
        begun.set()
        assert seen.wait(60)

    def make() -> None:
        try:
            kept.make(20, hold)
        except ReplicaConflict as conflict:
            ended.append(conflict.code)

    making = threading.Thread(target=make)
    making.start()
    assert begun.wait(60)
    with pytest.raises(ReplicaConflict, match="made already"):
        kept.make(25)
    assert kept.progress(20) == kept.all()[0].progress == ReplicaProgress(20, 0, None)
    kept.drop(20)
    seen.set()
    making.join(60)
    assert (ended, files(lrs), kept.all()) == (["replica-dropped"], [], [])


def test_those_not_used_for_longest_are_dropped_first(lrs: Lrs, kept: Replicas) -> None:
    """So many are kept as the setting says; the one that the next goes on from is used by that."""
    kept.most = 3
    for position in (10, 20, 30):
        kept.make(position)
    kept.note_use(10)
    kept.make(40)
    assert positions(kept) == [10, 30, 40]


def test_where_one_is_kept_the_next_goes_on_from_it(lrs: Lrs, kept: Replicas) -> None:
    """It is dropped once the next is whole."""
    kept.most = 1
    kept.make(10)
    noted: list[ReplicaProgress] = []
    kept.make(20, noted.append)
    assert (noted[0].folded, positions(kept)) == (10, [20])


@pytest.mark.parametrize("content", [b"", b"no database"])
def test_a_file_that_is_no_replica_stands_in_the_way_of_nothing(
    lrs: Lrs, kept: Replicas, content: bytes
) -> None:
    """It is not taken for one, and goes with the next that is made."""
    kept.make(10)
    kept.file(15).write_bytes(content)
    assert (kept.path(15), kept.remaining(20)) == (None, 10)
    kept.make(20)
    assert positions(kept) == [10, 20]


def test_a_replica_stays_while_nobody_can_say_whether_it_is_current(
    lrs: Lrs, kept: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A log that does not answer for a moment costs no replica."""

    def away(*_: object) -> None:
        raise Unavailable("unavailable")

    kept.make(10)
    monkeypatch.setattr(StatusReader, "all", away)
    with pytest.raises(Unavailable):
        kept.make(20)
    assert positions(kept) == [10]


def test_a_dropped_replica_is_gone_and_can_be_made_again(lrs: Lrs, kept: Replicas) -> None:
    """Reports that were open on it are opened anew."""
    before = lrs.known_reports.at(20).transcripts.courses().value
    kept.drop(20)
    assert kept.all() == []
    with pytest.raises(ReplicaNotFound, match="position 20"):
        kept.drop(20)
    assert lrs.known_reports.at(20).transcripts.courses().value == before


@pytest.mark.parametrize(
    "change",
    [
        "version = version + 1",
        "log_id = '00000000-0000-4000-8000-000000000000'",
        "commitment = x'00'",
    ],
)
def test_what_this_program_did_not_fold_from_this_log_is_made_anew(
    lrs: Lrs, kept: Replicas, change: str
) -> None:
    """A replica of another version or of another log, and one with events that this log lost."""
    kept.make(20)
    path = kept.file(20)
    with sqlite3.connect(path) as connection:
        connection.execute(f"UPDATE projection SET {change}")
    connection.close()
    assert (kept.path(20), kept.remaining(25)) == (None, 25)
    kept.make(25)
    assert files(lrs) == ["25.db"]


def refuse(lrs: Lrs, act: Callable[[], object]) -> str:
    """The code with which it is refused; nothing is left behind."""
    with pytest.raises((InvalidQuery, StorageFull, Unavailable)) as refused:
        act()
    assert files(lrs) == []
    return refused.value.code


def test_what_cannot_be_made_is_refused(
    lrs: Lrs, kept: Replicas, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A position beyond the log, a disk that is too small, a folder that is none."""
    head = lrs.ledger.reader.head()[0]
    assert refuse(lrs, lambda: kept.make(head + 1)) == "known-in-future"
    assert refuse(lrs, lambda: lrs.known_reports.at(head + 1)) == "known-in-future"
    usage = shutil.disk_usage("/")._replace(free=10)
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage)
    assert refuse(lrs, lambda: kept.make(20)) == "replica-too-large"
    shutil.rmtree(lrs.settings.replicas)
    lrs.settings.replicas.write_text("a file")
    with pytest.raises(Unavailable, match="LRS_REPLICA_FOLDER"):
        kept.make(20)
