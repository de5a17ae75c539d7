"""A document is its history in the log: found again after a restart, and by nobody without keys."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, select

from lrs import bootstrap
from lrs.db.engine import Database
from lrs.domain.errors import DocumentNotFound
from lrs.domain.events import DocumentDeleted, DocumentStored
from lrs.domain.xapi.document import Address, Condition, DocumentCollection, DocumentKind
from lrs.domain.xapi.version import Version
from lrs.ledger.tables import content, document_owner, event
from lrs.service import Lrs
from lrs.settings import Settings
from tests.support.contents import Content
from tests.support.stores import WRITER

ANNA = "mbox|mailto:anna@example.org"
COURSE = "https://example.org/courses/1"
ADDRESSES = [
    Address(DocumentCollection(DocumentKind.STATE, ANNA, COURSE), "bookmark"),
    Address(DocumentCollection(DocumentKind.STATE, ANNA, COURSE, UUID(int=1)), "bookmark"),
    Address(DocumentCollection(DocumentKind.AGENT_PROFILE, agent=ANNA), "settings"),
    Address(DocumentCollection(DocumentKind.ACTIVITY_PROFILE, activity=COURSE), "highscores"),
]
each_address = pytest.mark.parametrize("address", ADDRESSES, ids=lambda a: str(a.collection.kind))


def put(lrs: Lrs, address: Address, data: bytes, media: str = "application/json") -> str:
    """Store it, whatever is there."""
    there = Condition(if_match={"*"}) if holds(lrs, address) is not None else Condition()
    return lrs.documents.put(address, media, Content(data), there, WRITER, Version.V2_0_0)


def holds(lrs: Lrs, address: Address) -> bytes | None:
    try:
        return b"".join(lrs.documents.get(address, WRITER).chunks())
    except DocumentNotFound:
        return None


TOPICS = (DocumentStored.TOPIC, DocumentDeleted.TOPIC)


def streams(database: Database) -> list[UUID]:
    """The streams of documents in a log, in order."""
    query = select(event.c.originator_id).where(event.c.topic.in_(TOPICS))
    with database.read.connect() as connection:
        return list(connection.scalars(query.order_by(event.c.position)))


@each_address
def test_every_change_is_an_event_of_one_stream(lrs: Lrs, address: Address) -> None:
    """Versions 1 to n, each with the digest of its bytes; nothing is overwritten."""
    put(lrs, address, b'{"a":1}')
    lrs.documents.merge(address, "application/json", Content(b'{"b":2}'), Condition(), WRITER)
    lrs.documents.delete(address, Condition(), WRITER)
    lrs.documents.delete(address, Condition(), WRITER)
    put(lrs, address, b"again", "text/plain")
    (stream,) = set(streams(lrs.databases[0]))
    made = lrs.ledger.stream(stream)
    assert [one.originator_version for one in made] == [1, 2, 3, 4]
    assert isinstance(made[2], DocumentDeleted)
    stored = [one for one in made if isinstance(one, DocumentStored)]
    contents = [Content(data) for data in (b'{"a":1}', b'{"a":1,"b":2}', b"again")]
    assert [(f.sha2, f.sha1, f.size) for f in stored] == [
        (c.sha2, c.sha1, c.size) for c in contents
    ]
    assert {(f.kind, f.agent, f.activity, f.name) for f in stored} == {
        (
            address.collection.kind,
            address.collection.agent,
            address.collection.activity,
            address.name,
        )
    }
    assert holds(lrs, address) == b"again"


def test_what_changes_nothing_is_no_event(lrs: Lrs) -> None:
    """Deleting what is not there leaves no trace in the log."""
    before = lrs.ledger.reader.head()
    for address in ADDRESSES:
        lrs.documents.delete(address, Condition(), WRITER)
        lrs.documents.clear(address.collection, WRITER)
    assert lrs.ledger.reader.head() == before


def bootstrap_at(file: Path) -> Lrs:
    """Another store, made there."""
    settings = Settings(
        ledger_url=f"sqlite:///{file}", views_url=f"sqlite:///{file.with_suffix('.views')}"
    )
    bootstrap.migrate(settings)
    return bootstrap.build(settings)


def test_a_streams_name_cannot_be_computed_from_identifiers(lrs: Lrs, tmp_path: Path) -> None:
    """A random key of the owner names it: another store has another name for the same document."""
    with closing(bootstrap_at(tmp_path / "other.db")) as other:
        for store in (lrs, other):
            for address in ADDRESSES:
                put(store, address, b"x")
        here, there = (streams(store.databases[0]) for store in (lrs, other))
    assert len({*here, *there}) == 2 * len(ADDRESSES)


@each_address
def test_without_the_owners_key_nobody_finds_the_document(lrs: Lrs, address: Address) -> None:
    """Its events stay; that they were this person's is gone with the key. What is stored then is
    another stream.
    """
    put(lrs, address, b"secret")
    (stream,) = streams(lrs.databases[0])
    with lrs.databases[0].write.begin() as connection:
        connection.execute(delete(document_owner))
    assert holds(lrs, address) is None
    assert len(lrs.ledger.stream(stream)) == 1
    put(lrs, address, b"new")
    assert stream not in streams(lrs.databases[0])[1:]
    assert holds(lrs, address) == b"new"


@pytest.mark.parametrize("where", ["in the database", "in a folder"])
def test_a_restart_finds_every_document(settings: Settings, tmp_path: Path, where: str) -> None:
    """And goes on where its history stands."""
    if where == "in a folder":
        settings = replace(settings, blob_folder=str(tmp_path / "blobs"))
    bootstrap.migrate(settings)
    for number in range(3):
        lrs = bootstrap.build(settings)
        for index, address in enumerate(ADDRESSES):
            assert holds(lrs, address) == (f"{number - 1}.{index}".encode() if number else None)
            put(lrs, address, f"{number}.{index}".encode())
            assert address.name in lrs.documents.names(address.collection, None, WRITER)
        lrs.close()


def test_an_erased_document_is_not_found_and_can_be_stored_again(lrs: Lrs) -> None:
    """Its content is gone, its place in the stream is not."""
    address = ADDRESSES[0]
    put(lrs, address, b"x")
    with lrs.databases[0].write.begin() as connection:
        connection.execute(delete(content).where(content.c.position == lrs.ledger.reader.head()[0]))
    assert holds(lrs, address) is None
    put(lrs, address, b"y")
    assert holds(lrs, address) == b"y"
    (stream,) = set(streams(lrs.databases[0]))
    latest = lrs.ledger.reader.latest(stream)
    assert latest is not None
    assert latest.originator_version == 2
