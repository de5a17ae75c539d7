"""Bytes of documents and attachments: how many there are, whose they are, how many there may be."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest

from lrs import bootstrap
from lrs.domain.aggregates.credential import Credential, Scope
from lrs.domain.errors import QuotaExceeded, StorageFull
from lrs.domain.xapi.document import Condition
from lrs.domain.xapi.version import Version
from lrs.ledger import KeyAccount, blob_folder
from lrs.ledger import blobs as blobs_module
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.ledger.test_document_history import ADDRESSES, put
from tests.ledger.test_pruning import STATE, attach, prune
from tests.support.contents import Content
from tests.support.stores import AUTHORITY, WRITER, now


@pytest.fixture(params=["database", pytest.param("folder", marks=pytest.mark.briefly("sqlite"))])
def where(
    request: pytest.FixtureRequest, made: Place, settings: Settings, tmp_path: Path
) -> Settings:
    """Settings of a store with its bytes in the database or in a folder."""
    folder = str(tmp_path / "blobs") if request.param == "folder" else ""
    return replace(settings, blob_folder=folder)


@pytest.fixture
def store(where: Settings) -> Iterator[Lrs]:
    """A store that may hold ten bytes, and each key six."""
    lrs = bootstrap.build(replace(where, quota_bytes=10, key_quota_bytes=6))
    yield lrs
    lrs.close()


def key(number: int, quota: int = 0) -> Credential:
    return Credential(UUID(int=number), "k", frozenset({Scope.ALL}), AUTHORITY, quota=quota)


def stored(lrs: Lrs, by: Credential, data: bytes, name: str = "x") -> bool:
    """Whether the key may store these bytes as a State document."""
    address = replace(STATE, name=name)
    try:
        lrs.documents.put(address, "a/b", Content(data), Condition(), by, Version.V1_0_3)
    except QuotaExceeded:
        return False
    return True


def used(lrs: Lrs, *numbers: int) -> list[int]:
    """Bytes in all, and of the keys of these numbers."""
    by_key = lrs.space.by_key([UUID(int=n).hex for n in numbers])
    return [lrs.space.used(), *(by_key.get(UUID(int=n).hex, 0) for n in numbers)]


def test_bytes_count_once_for_the_key_that_brought_them_first(store: Lrs) -> None:
    """Whatever else names them, whoever sends them again."""
    assert stored(store, key(1), b"1234")
    assert stored(store, key(2), b"1234", "other")
    attach(store, b"1234")  # with the first key, whose quota leaves no room for it
    assert stored(store, key(2), b"1", "third")
    assert used(store, 1, 2) == [5, 4, 1]


def test_a_key_brings_no_more_than_its_quota(store: Lrs) -> None:
    """To the byte; what is there already is no more, and another key may go on."""
    assert stored(store, key(1), b"123456")
    head = store.ledger.reader.head()
    assert not stored(store, key(1), b"7")
    assert store.ledger.reader.head() == head
    assert stored(store, key(1), b"123456", "again")
    assert stored(store, key(2), b"7")
    assert used(store, 1, 2) == [7, 6, 1]


def test_a_key_may_have_a_quota_of_its_own(store: Lrs) -> None:
    """More than others or less."""
    assert stored(store, key(1, quota=8), b"12345678")
    assert not stored(store, key(2, quota=1), b"12")


def test_the_store_holds_no_more_than_its_quota(store: Lrs) -> None:
    """Whichever key it is, and an operator, who has none."""
    assert stored(store, key(1), b"123456")
    assert not stored(store, key(2), b"abcde")
    assert not stored(store, store.credentials.operator("import"), b"abcde")
    assert stored(store, key(2), b"abcd")
    assert used(store, 1, 2) == [10, 6, 4]


def test_of_several_attachments_all_are_kept_or_none(store: Lrs) -> None:
    """What is too much leaves nothing behind."""
    blobs, account = store.documents._blobs, KeyAccount("k", 6)
    contents = [Content(b"123"), Content(b"456"), Content(b"7")]
    with pytest.raises(QuotaExceeded):
        blobs.put(*contents, by=account, attached=True)
    assert (store.space.used(), blobs.sizes([one.sha2 for one in contents])) == (0, {})
    assert blobs.put(*contents[:2], by=account, attached=True) == frozenset()


def test_what_is_pruned_makes_room_for_the_key_that_brought_it(store: Lrs) -> None:
    """And for all; an attachment does not go."""
    for data in (b"123", b"456"):
        assert stored(store, key(1), data)
    attach(store, b"456")
    store.documents.delete(replace(STATE, name="x"), Condition(), key(1))
    assert (prune(store), used(store, 1)) == (3, [3, 3])
    assert stored(store, key(1), b"789", "new")


def test_together_they_do_not_exceed_it(where: Settings) -> None:
    """Two stores at one place, as two processes: of twelve at once five find room."""
    limited = replace(where, quota_bytes=50)
    with closing(bootstrap.build(limited)) as one, closing(bootstrap.build(limited)) as other:

        def store(number: int) -> bool:
            lrs = one if number % 2 else other
            return stored(lrs, key(1 + number % 3), b"%010d" % number, f"{number}")

        with ThreadPoolExecutor(12) as pool:
            outcomes = list(pool.map(store, range(12)))
        assert (sum(outcomes), one.space.used()) == (5, 50)
        assert sum(used(one, 1, 2, 3)[1:]) == 50


def test_what_cannot_be_written_is_not_counted(store: Lrs, monkeypatch: pytest.MonkeyPatch) -> None:
    """The disk is full, or the client goes away in the middle."""
    blobs, content = store.documents._blobs, Content(b"123456")

    def full(*_: object) -> None:
        raise StorageFull("storage-full")

    with monkeypatch.context() as patched:
        patched.setattr(blob_folder, "_write", full)
        patched.setattr(blobs_module, "_insert", full)
        with pytest.raises(StorageFull):
            blobs.put(content, by=KeyAccount("k", 6))
    assert (store.space.used(), blobs.sizes([content.sha2])) == (0, {})
    assert blobs.put(content, by=KeyAccount("k", 6)) == frozenset()
    assert b"".join(blobs.chunks(content.sha2)) == b"123456"


def test_without_quotas_all_is_taken_and_counted(where: Settings) -> None:
    """The default."""
    with closing(bootstrap.build(where)) as lrs:
        for number in range(5):
            put(lrs, ADDRESSES[number % 4], b"%0100d" % number)
        assert (lrs.space.used(), lrs.space.quota) == (500, 0)
        assert lrs.space.by_key([WRITER.id.hex]) == {WRITER.id.hex: 500}


def test_a_clock_that_is_wrong_prunes_nothing_young(where: Settings) -> None:
    """What was superseded lately by the log is compared with the clock that dates the log."""
    with closing(bootstrap.build(where, lambda: now() - 86_400_000_000)) as lrs:
        put(lrs, STATE, b"1")
        put(lrs, STATE, b"2")
        assert lrs.pruning.run(1).size == 0
