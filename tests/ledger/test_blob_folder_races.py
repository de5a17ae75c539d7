"""Bytes in a folder, while others store and prune the same: what is counted is there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from lrs.db.engine import Database
from lrs.domain.errors import QuotaExceeded, StorageFull
from lrs.ledger import BlobFolder, BlobTable, KeyAccount, blob_folder
from tests.support.contents import Content

DATA = Content(b"123456")


@pytest.fixture
def folder(database: Database, tmp_path: Path) -> BlobFolder:
    return BlobFolder(tmp_path / "blobs", BlobTable(database))


def path(tmp_path: Path) -> Path:
    return tmp_path / "blobs" / DATA.sha2[:2] / DATA.sha2


def around_writing(
    monkeypatch: pytest.MonkeyPatch,
    before: Callable[[], object] = lambda: None,
    after: Callable[[], object] = lambda: None,
) -> list[None]:
    """Have these run as a file is written; an entry for each that was."""
    write, written = blob_folder._write, list[None]()

    def between(*arguments: object) -> None:
        before()
        write(*arguments)  # type: ignore[arg-type]
        written.append(None)
        after()

    monkeypatch.setattr(blob_folder, "_write", between)
    return written


def test_bytes_that_are_being_written_are_not_counted(
    folder: BlobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another request that found them counted would name them, and the first may yet fail."""
    sizes: list[int] = []
    look = lambda: sizes.append(folder.space.used())  # noqa: E731
    around_writing(monkeypatch, look, look)
    folder.put(DATA)
    assert (sizes, folder.space.used()) == ([0, 0], 6)


def test_a_file_that_is_removed_before_it_is_counted_is_written_again(
    folder: BlobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A sweep may have been on its way to it."""

    def sweep() -> None:
        if len(written) == 1:
            path(tmp_path).unlink()

    written = around_writing(monkeypatch, after=sweep)
    assert folder.put(DATA) == frozenset()
    assert b"".join(folder.chunks(DATA.sha2)) == DATA.data
    assert (len(written), folder.space.used()) == (2, 6)


def test_what_was_written_for_nothing_is_swept(
    folder: BlobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room was found before it was written, and is gone when it is to be counted."""
    by, other = KeyAccount("k", 10), Content(b"abcdef")
    written: list[None] = []

    def take_room() -> None:
        if len(written) == 1:
            folder.put(other, by=by)

    written = around_writing(monkeypatch, after=take_room)
    with pytest.raises(QuotaExceeded):
        folder.put(DATA, by=by)
    assert path(tmp_path).exists()
    folder.sweep()
    assert (path(tmp_path).exists(), folder.space.used()) == (False, 6)
    assert b"".join(folder.chunks(other.sha2)) == other.data


def test_a_file_that_another_request_counts_outlives_one_that_fails(
    folder: BlobFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The disk is full after the first of two files, which somebody else needs, too."""

    def count_elsewhere() -> None:
        if len(written) == 1:
            folder.put(DATA)

    def fail() -> None:
        if len(written) == 1:
            raise StorageFull("storage-full")

    written: list[None] = []
    written = around_writing(monkeypatch, fail, count_elsewhere)
    with pytest.raises(StorageFull):
        folder.put(DATA, Content(b"abcdef"))
    folder.sweep()
    assert b"".join(folder.chunks(DATA.sha2)) == DATA.data


def test_a_file_and_the_folders_above_it_are_on_disk_when_it_is_stored(
    folder: BlobFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A new name is on disk when its folder is; so also for whoever found the file there."""
    synced: list[Path] = []
    monkeypatch.setattr(blob_folder, "_sync", synced.append)
    above = [path(tmp_path).parent, tmp_path / "blobs", tmp_path]
    for _ in range(2):
        folder.put(DATA)
        assert synced == above
        synced.clear()
