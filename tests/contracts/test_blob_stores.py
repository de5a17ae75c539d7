"""The port Blobs (lrs/ledger/blobs.py), where bytes are kept: in a table of the log's database or
in a folder. They come back whole and in parts, each is kept once, and half of one is not kept.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError

from lrs import bootstrap
from lrs.db.engine import Database, open_database
from lrs.domain.errors import StorageFull, Unavailable
from lrs.ledger import BlobFolder, Blobs, BlobTable, blobs, migrate
from lrs.ledger.blobs import CHUNK
from lrs.ledger.tables import blob
from lrs.settings import Settings
from tests.conftest import Place
from tests.support.contents import Content
from tests.support.examples import drawn

several = settings(max_examples=drawn(30), deadline=None, suppress_health_check=list(HealthCheck))
SIZES = [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7]


@dataclass(frozen=True)
class Kept:
    """A store of bytes, and how many different ones it holds."""

    blobs: Blobs
    count: Callable[[], int]


def in_table(database: Database) -> int:
    with database.read.connect() as connection:
        found: int = connection.scalar(select(func.count()).select_from(blob)) or 0
        return found


def in_folder(folder: Path) -> int:
    """Files of every name, those of a writing that failed too."""
    return sum(path.is_file() for path in folder.rglob("*"))


@pytest.fixture(params=["table", "folder"])
def kept(request: pytest.FixtureRequest, database: Database, tmp_path: Path) -> Kept:
    """Each kind, empty; a folder that is yet to be made."""
    table = BlobTable(database)
    if request.param == "table":
        return Kept(table, lambda: in_table(database))
    folder = tmp_path / "blobs"
    return Kept(BlobFolder(folder, table), lambda: in_folder(folder))


def some(size: int, seed: int = 0) -> bytes:
    return Random(seed).randbytes(size)


def whole(blobs: Blobs, content: Content) -> bytes:
    """What is kept, which comes in parts that memory has room for."""
    parts = list(blobs.chunks(content.sha2))
    assert all(0 < len(part) <= CHUNK for part in parts)
    return b"".join(parts)


def test_bytes_come_back_in_parts(kept: Kept) -> None:
    """Whatever their number, and however they came, none is held in memory whole."""
    for seed, (size, part) in enumerate(product(SIZES, [CHUNK, 1_000_000, 65_537])):
        content = Content(some(size, seed), part)
        kept.blobs.put(content)
        assert whole(kept.blobs, content) == content.data
        assert kept.blobs.sizes([content.sha2]) == {content.sha2: size}


def test_what_was_never_put_is_not_there(kept: Kept) -> None:
    """No size, no parts, and no error."""
    content = Content(b"never")
    kept.blobs.put(Content(b"something else"))
    assert kept.blobs.sizes([content.sha2]) == {}
    assert kept.blobs.sizes([]) == {}
    assert list(kept.blobs.chunks(content.sha2)) == []


def test_sizes_are_told_of_those_that_are_there(kept: Kept) -> None:
    """Of many at once, among others that are not."""
    contents = [Content(some(n, n)) for n in range(700)]
    for content in contents[:20]:
        kept.blobs.put(content)
    found = kept.blobs.sizes([content.sha2 for content in contents])
    assert found == {content.sha2: content.size for content in contents[:20]}


def test_all_are_listed_by_hash(kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also where they are more than are listed at once."""
    monkeypatch.setattr(blobs, "_LISTED", blobs._LISTED.limit(7))
    monkeypatch.setattr(blobs, "LISTED", 7)
    assert list(kept.blobs.listed()) == []
    contents = [Content(some(n, n)) for n in range(21)]
    for content in contents:
        kept.blobs.put(content)
    found = sorted((content.sha2, content.size) for content in contents)
    assert list(kept.blobs.listed()) == found


def test_what_is_there_is_not_put_again(kept: Kept) -> None:
    """The second bringing is not even read."""
    first, second = Content(b"the same"), Content(b"the same")
    kept.blobs.put(first)
    kept.blobs.put(second)
    assert (first.readings, second.readings, kept.count()) == (1, 0, 1)


class Slow(Content):
    """Does not come on until as many as `together` are under way."""

    def __init__(self, data: bytes, together: threading.Barrier) -> None:
        super().__init__(data)
        self._together = together

    def chunks(self) -> Iterator[bytes]:
        parts = list(super().chunks())
        self._meet()
        yield from parts

    def _meet(self) -> None:
        try:
            self._together.wait(0.2)
        except threading.BrokenBarrierError:
            return  # the other waits for this one to be written


def test_what_two_bring_at_once_is_stored_once(kept: Kept) -> None:
    """One is told that it was there already; it is whole, and there is one of it."""
    for seed in range(3):
        data, together = some(3 * CHUNK, seed), threading.Barrier(2)
        with ThreadPoolExecutor(2) as pool:
            both = [pool.submit(kept.blobs.put, Slow(data, together)) for _ in range(2)]
            found = [putting.result(20) for putting in both]
        assert sorted(map(len, found)) == [0, 1]
        assert whole(kept.blobs, Content(data)) == data
        assert kept.count() == seed + 1


class Failing(Content):
    """Ends in the middle, as when a client goes away."""

    def chunks(self) -> Iterator[bytes]:
        yield self.data[:10]
        raise EOFError


def test_half_of_it_is_not_kept(kept: Kept) -> None:
    """What could not be read to its end is not there, and can be put later."""
    data = some(100)
    with pytest.raises(EOFError):
        kept.blobs.put(Failing(data))
    assert kept.count() == 0
    assert kept.blobs.sizes([Content(data).sha2]) == {}
    kept.blobs.put(Content(data))
    assert whole(kept.blobs, Content(data)) == data


@several
@given(contents=st.lists(st.binary(max_size=200), max_size=8))
def test_whatever_is_put_is_there_once(kept: Kept, contents: list[bytes]) -> None:
    """Any bytes in any order, repeats among them."""
    before = kept.count()
    hashes = set(kept.blobs.sizes([Content(data).sha2 for data in contents]))
    for data in contents:
        kept.blobs.put(Content(data))
    assert [whole(kept.blobs, Content(data)) for data in contents] == contents
    assert kept.count() - before == len({Content(data).sha2 for data in contents} - hashes)


def test_a_folder_set_later_still_has_what_the_table_holds(
    database: Database, tmp_path: Path
) -> None:
    """And new bytes go to the folder alone."""
    table, old, new = BlobTable(database), Content(some(2 * CHUNK)), Content(b"new")
    table.put(old)
    both = BlobFolder(tmp_path / "blobs", table)
    both.put(new)
    assert (whole(both, old), whole(both, new)) == (old.data, new.data)
    assert both.sizes([old.sha2, new.sha2]) == {old.sha2: old.size, new.sha2: new.size}
    assert table.sizes([new.sha2]) == {}


def test_the_setting_says_where(place: Place, database: Database, tmp_path: Path) -> None:
    """LRS_BLOB_FOLDER names a folder; without it the log's database is the place."""
    plain = Settings(ledger_url=place.ledger_url, views_url=place.views_url)
    folder = tmp_path / "named"
    named = replace(plain, blob_folder=str(folder))
    bootstrap.blobs(named, database).put(Content(b"1"))
    assert (in_folder(folder), in_table(database)) == (1, 0)
    bootstrap.blobs(plain, database).put(Content(b"2"))
    assert (in_folder(folder), in_table(database)) == (1, 1)


def test_a_folder_that_cannot_be_used_is_said_to_be_away(
    database: Database, tmp_path: Path
) -> None:
    """503 and not 500: whoever runs the store can mend it, and the client may try again."""
    (tmp_path / "file").write_text("no folder")
    away, content = BlobFolder(tmp_path / "file", BlobTable(database)), Content(b"x")
    for use in (
        lambda: away.put(content),
        lambda: away.sizes([content.sha2]),
        lambda: list(away.chunks(content.sha2)),
    ):
        with pytest.raises(Unavailable) as error:
            use()
        assert error.value.code == "folder-away"
    assert not isinstance(error.value, StorageFull)


def test_the_database_refuses_to_change_bytes(database: Database) -> None:
    """What a statement's hash vouches for is not rewritten; it can only be erased."""
    BlobTable(database).put(Content(b"original"))
    prefix = "" if database.dialect == "sqlite" else "ledger."
    for table, change in (("blob", "size = 1"), ("blob_chunk", "number = 1")):
        with (
            pytest.raises(DBAPIError, match="append-only"),
            database.write.begin() as connection,
        ):
            connection.execute(text(f"UPDATE {prefix}{table} SET {change}"))


def test_what_is_kept_is_there_after_a_restart(place: Place) -> None:
    """In the database as everything else."""
    content = Content(some(CHUNK + 1))
    for step in (migrate, lambda database: BlobTable(database).put(content)):
        database = open_database(place.ledger_url)
        step(database)
        database.close()
    again = open_database(place.ledger_url)
    assert whole(BlobTable(again), content) == content.data
    again.close()
