"""A store of an earlier version: its bytes are counted once, and what was superseded goes, too."""

from __future__ import annotations

from contextlib import closing
from dataclasses import replace
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import delete, update

from lrs import bootstrap
from lrs.db.engine import open_database
from lrs.domain.aggregates.credential import MODULE, Credential, Scope
from lrs.domain.errors import UnknownSchema
from lrs.domain.xapi.document import Condition
from lrs.domain.xapi.version import Version
from lrs.ledger.tables import (
    blob_account,
    blob_discard,
    document_bytes,
    meta,
    metadata,
    pruning,
    space_used,
)
from lrs.service import Lrs
from lrs.settings import Settings
from tests.conftest import Place
from tests.ledger.test_document_history import holds, put
from tests.ledger.test_pruning import AGENT_PROFILE, BORIS, STATE, attach, prune, there
from tests.support.contents import Content
from tests.support.stores import WRITER, store

NEW = [blob_account, space_used, document_bytes, pruning, blob_discard]
"""The tables of schema version 3."""


@pytest.fixture(params=["database", pytest.param("folder", marks=pytest.mark.briefly("sqlite"))])
def where(
    request: pytest.FixtureRequest, made: Place, settings: Settings, tmp_path: Path
) -> Settings:
    folder = str(tmp_path / "blobs") if request.param == "folder" else ""
    return replace(settings, blob_folder=folder)


def made_old(settings: Settings) -> None:
    """Make the store what version 2 of the schema left: the same rows, without the new tables."""
    database = open_database(settings.ledger_url)
    with database.write.begin() as connection:
        metadata.drop_all(connection, tables=NEW)
        version = update(meta).where(meta.c.name == "schema_version")
        connection.execute(version.values(value="2"))
    database.close()


@pytest.fixture
def old(where: Settings) -> Settings:
    """Settings of a store of version 2 with documents and an attachment in it."""
    with closing(bootstrap.build(where)) as lrs:
        module = lrs.credentials.create("module", [Scope.STATE])
        authority = {"account": {"homePage": "http://zachetka.local/keys", "name": module.name}}
        by = Credential(module.id, "module", frozenset({*MODULE}), authority)
        for data in (b"1", b"22", b"attached too"):
            lrs.documents.put(STATE, "a/b", Content(data), Condition(), by, Version.V1_0_3)
        put(lrs, AGENT_PROFILE, b"profile")
        attach(lrs, b"attached too")
        attach(lrs, b"attached")
        attach(lrs, b"the module's", by)
        lrs.documents.delete(STATE, Condition(), by)
        lrs.documents._blobs.put(Content(b"of a request that was refused"))
    made_old(where)
    return where


def migrated(settings: Settings) -> Lrs:
    assert bootstrap.migrate(settings)
    assert not bootstrap.migrate(settings)
    return bootstrap.build(settings)


def key_of(lrs: Lrs) -> str:
    (record,) = lrs.credentials.records()
    return record.credential.id.hex


def test_an_old_store_is_counted_by_key_and_in_all(old: Settings) -> None:
    """Of documents the log says whose they are, of attachments who vouches; of others nobody."""
    with pytest.raises(UnknownSchema, match="lrs migrate"):
        bootstrap.build(old)
    with closing(migrated(old)) as lrs:
        names = [key_of(lrs), WRITER.id.hex, ""]
        by_key = lrs.space.by_key(names)
        assert [by_key[name] for name in names] == [15 + 12, 7, 8 + 29]
        assert lrs.space.used() == 15 + 12 + 7 + 8 + 29


def test_what_an_old_store_has_superseded_goes(old: Settings) -> None:
    """And attachments stay, also those that were a document's bytes, too."""
    with closing(migrated(old)) as lrs:
        assert prune(lrs) == 3
        assert there(lrs, b"1", b"22", b"attached too", b"attached", b"profile") == [
            *(False, False),
            *(True, True, True),
        ]
        assert lrs.space.by_key([key_of(lrs)]) == {key_of(lrs): 12 + 12}
        assert lrs.pruning.check().faults == []


def test_an_empty_old_store_has_nothing_to_count(where: Settings) -> None:
    made_old(where)
    with closing(migrated(where)) as lrs:
        store(lrs)
        assert lrs.space.used() == 0
        put(lrs, STATE, b"new")
        assert lrs.space.used() == 3


def test_what_an_old_server_stores_meanwhile_is_counted_and_stays(where: Settings) -> None:
    """It may run until the new one starts; what else names these bytes is not known."""
    with closing(bootstrap.build(where)) as lrs:
        for data in (b"old", b"new"):
            put(lrs, BORIS, data)
        with lrs.databases[0].write.begin() as connection:
            connection.execute(delete(blob_account))
            connection.execute(delete(space_used))
        assert prune(lrs) == 0
        assert (lrs.space.used(), holds(lrs, BORIS)) == (6, b"new")
        assert lrs.space.by_key([UUID(int=1).hex]) == {UUID(int=1).hex: 6}
