"""Keys in use: whose documents they reach, and when they are good no more. On both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text

from lrs import bootstrap
from lrs.domain.aggregates.catalogue_entry import EntryKind
from lrs.domain.aggregates.credential import MODULE, KeyStatus, Scope
from lrs.domain.aggregates.document import stored
from lrs.domain.errors import Unauthenticated
from lrs.domain.events import DocumentStored
from lrs.domain.xapi.version import Version
from lrs.service import Lrs
from lrs.service.catalogue_changes import Stated
from lrs.settings import Settings
from tests.api.caller import fresh, said
from tests.api.opening import Calling
from tests.api.xapi.documents import document
from tests.api.xapi.test_bad_bodies import refused
from tests.conftest import Place

KINDS = ("state", "agent-profile")


@pytest.mark.parametrize("kind", KINDS)
def test_a_modules_key_reaches_the_documents_that_it_keeps(calling: Calling, kind: str) -> None:
    """1.0.3 part 3, 4.2: the actors associated with a key are those whose documents it made."""
    module, other = calling(*MODULE), calling(*MODULE)
    paper = document(module, kind).holding(b"page 5")
    assert paper.get().data == b"page 5"
    theirs = paper.asked_by(other)
    refused(theirs.get(), 404, "document-not-found")
    for method in ("PUT", "DELETE"):
        refused(theirs.send(method, b"6"), 403, "another-keys-document")
    assert theirs.ids() == []
    assert paper.ids() == [paper.name]
    assert paper.get().data == b"page 5"


@pytest.mark.parametrize("kind", KINDS)
def test_whoever_reads_or_does_all_reaches_them(calling: Calling, kind: str) -> None:
    """The document stays the key's that made it."""
    module = calling(*MODULE)
    paper = document(module, kind).holding(b"page 5")
    assert paper.asked_by(calling(Scope.ALL_READ)).get().data == b"page 5"
    whole = paper.asked_by(calling(Scope.ALL))
    assert whole.put(b"page 6", if_match="*").status_code == 204
    assert paper.get().data == b"page 6"


def test_a_key_that_takes_anothers_place_reaches_its_documents(lrs: Lrs, calling: Calling) -> None:
    module = calling(*MODULE)
    paper = document(module, "state").holding(b"page 5")
    assert module.key is not None
    lrs.credentials.revoke(module.key.id)
    key = lrs.credentials.create("next", MODULE, continues=(module.key.name,))
    successor = paper.asked_by(replace(module, key=key))
    assert successor.get().data == b"page 5"
    assert successor.put(b"page 6", if_match="*").status_code == 204


def test_a_deleted_document_is_the_next_ones(calling: Calling) -> None:
    module, other = calling(*MODULE), calling(*MODULE)
    paper = document(module, "state").holding(b"page 5")
    assert paper.delete().status_code == 204
    paper.asked_by(other).holding(b"page 1")
    refused(paper.get(), 404, "document-not-found")


def test_clearing_leaves_what_others_keep(calling: Calling) -> None:
    """All that the key reaches is deleted, in one go."""
    module, other = calling(*MODULE), calling(*MODULE)
    mine = document(module, "state").holding(b"1")
    theirs = mine.named(fresh()).asked_by(other).holding(b"2")
    assert module.send("DELETE", mine.path, query_string=mine.around).status_code == 204
    refused(mine.get(), 404, "document-not-found")
    assert theirs.get().data == b"2"


def test_a_document_of_an_earlier_version_is_open_to_all_modules(
    lrs: Lrs, calling: Calling
) -> None:
    """The log did not keep who had made it, so nobody can tell."""
    paper = document(calling(*MODULE), "state")
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("lrs.domain.aggregates.document.stored", _as_before)
        paper.holding(b"page 5")
    assert paper.asked_by(calling(*MODULE)).get().data == b"page 5"


def _as_before(*arguments: Any) -> DocumentStored:
    return stored(*arguments[:-1])


@dataclass
class Clock:
    """A clock that a test sets, in microseconds."""

    at: int = 1_900_000_000_000_000

    def read(self) -> int:
        return self.at


HOUR = 3_600_000_000


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(made: Place, settings: Settings, clock: Clock) -> Iterator[Lrs]:
    """A store whose process goes by that clock."""
    lrs = bootstrap.build(settings, now=clock.read)
    yield lrs
    lrs.close()


class Sent:
    """A statement as it came in."""

    def __init__(self) -> None:
        self.value = said()
        self.text = b'{"id": "%s"}' % self.value["id"].encode()


@pytest.mark.parametrize("ended", ["revoked", "expired"])
def test_what_comes_in_after_a_key_has_ended_is_not_stored(
    timed: Lrs, clock: Clock, ended: str
) -> None:
    """An upload may take as long as it likes; the key is looked at once more before it is kept."""
    seconds = 0.0
    timed.credentials._clock = lambda: seconds
    key = timed.credentials.create("t", [Scope.ALL], lasting=timedelta(hours=1))
    by = timed.credentials.check(key.name, key.secret)
    if ended == "revoked":
        timed.credentials.revoke(key.id)
        seconds = 6.0
    else:
        clock.at += HOUR
    head = timed.ledger.reader.head()
    with pytest.raises(Unauthenticated):
        timed.statements.store([Sent()], by, Version.V2_0_0)
    assert timed.ledger.reader.head() == head


def test_a_document_that_comes_in_too_late_is_not_stored(
    lrs: Lrs, calling: Calling, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A body that is still coming in when its key is revoked."""
    module = calling(Scope.STATE)
    paper = document(module, "state")
    good = lrs.credentials.check

    def revoked_meanwhile(name: str, secret: str) -> Any:
        found = good(name, secret)
        lrs.credentials.revoke(found.id)
        monkeypatch.setattr(lrs.credentials, "_rechecked", {})
        return found

    monkeypatch.setattr(lrs.credentials, "check", revoked_meanwhile)
    refused(paper.send("PUT", b"late"), 401, "unauthenticated")
    monkeypatch.undo()
    refused(paper.asked_by(calling(Scope.ALL)).get(), 404, "document-not-found")


def test_a_catalogue_that_comes_in_too_late_is_not_taken(timed: Lrs, clock: Clock) -> None:
    """Its body may be as long as that of statements."""
    key = timed.credentials.create("t", [Scope.ALL], lasting=timedelta(hours=1))
    by = timed.credentials.check(key.name, key.secret)
    clock.at += HOUR
    office = Stated(EntryKind.OFFICE, {"code": "N", "title": {"en": "North"}})
    with pytest.raises(Unauthenticated, match="expired"):
        timed.catalogue.describe([office], by)


def test_a_key_that_was_over_stays_over(timed: Lrs, clock: Clock) -> None:
    """However far the clock steps back, in this process or another: the log's end is a lower bound
    of now.
    """
    key = timed.credentials.create("t", [Scope.ALL], lasting=timedelta(hours=1))
    clock.at += 2 * HOUR
    with pytest.raises(Unauthenticated, match="expired"):
        timed.credentials.check(key.name, key.secret)
    clock.at -= 2 * HOUR
    with pytest.raises(Unauthenticated, match="expired"):
        timed.credentials.check(key.name, key.secret)


def test_the_logs_clock_counts_in_every_process(embedded: Settings, clock: Clock) -> None:
    """What was stored later than a key's end shows that it is over."""
    lrs = bootstrap.build(embedded, now=clock.read)
    key = lrs.credentials.create("t", [Scope.ALL], lasting=timedelta(hours=1))
    clock.at += 2 * HOUR
    lrs.credentials.create("other", [Scope.ALL])
    lrs.close()
    clock.at -= 2 * HOUR
    lrs = bootstrap.build(embedded, now=clock.read)
    try:
        with pytest.raises(Unauthenticated, match="expired"):
            lrs.credentials.check(key.name, key.secret)
        assert lrs.credentials.all()[0][1] is KeyStatus.EXPIRED
    finally:
        lrs.close()


@pytest.fixture
def embedded(tmp_path: Any) -> Settings:
    """A store on SQLite, which has no clock of its own."""
    settings = Settings(f"sqlite:///{tmp_path}/ledger.db", f"sqlite:///{tmp_path}/views.db")
    bootstrap.migrate(settings)
    return settings


def test_a_request_notes_that_its_key_is_used(lrs: Lrs, calling: Calling) -> None:
    caller = calling(Scope.ALL)
    assert caller.key is not None
    before = lrs.ledger.now()
    caller.get()
    assert before <= lrs.key_uses.read()[caller.key.id] <= lrs.ledger.now()
    refused(replace(caller, key=replace(caller.key, secret="x")).get(), 401, "unauthenticated")


def test_uses_are_noted_from_many_threads(own_lrs: Lrs) -> None:
    """Each key is noted once, and none is forgotten."""
    keys = [own_lrs.credentials.create(f"{n}", []).id for n in range(20)]

    def use() -> None:
        for key in keys:
            own_lrs.key_uses.note(key, 1_900_000_000_000_000)

    _at_once(use, 8)
    own_lrs.key_uses.flush()
    assert own_lrs.key_uses.read().keys() == set(keys)


def _at_once(do: Callable[[], None], count: int) -> None:
    threads = [threading.Thread(target=do) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_a_store_of_an_earlier_version_gets_the_table(made: Place, settings: Settings) -> None:
    """By `lrs migrate`, beside what is there; without it nothing but the uses is lost."""
    lrs = bootstrap.build(settings)
    name = "views.key_use" if lrs.databases[1].dialect == "postgresql" else "key_use"
    with lrs.databases[1].write.begin() as connection:
        connection.execute(text(f"DROP TABLE {name}"))
    key = lrs.credentials.create("t", [Scope.ALL])
    lrs.credentials.check(key.name, key.secret)
    lrs.close()
    bootstrap.migrate(settings)
    lrs = bootstrap.build(settings)
    try:
        assert lrs.key_uses.read() == {}
        lrs.credentials.check(key.name, key.secret)
        assert lrs.key_uses.read().keys() == {key.id}
    finally:
        lrs.close()
