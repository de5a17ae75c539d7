"""The log, on both databases: the event stays and commits to its content, which can go; and the
database refuses everything else.
"""

from __future__ import annotations

import hmac
from dataclasses import MISSING, fields, replace
from typing import Any
from uuid import uuid4

import pytest
from eventsourcing.persistence import StoredEvent
from sqlalchemy import delete, select, text
from sqlalchemy.exc import DBAPIError

from lrs.db.engine import Database
from lrs.domain.events import EVENT_TYPES, CredentialCreated, Event
from lrs.domain.xapi.agent import JsonObject
from lrs.ledger import Ledger
from lrs.ledger.encoding import mapper
from lrs.ledger.tables import content, event
from lrs.service import Lrs
from tests.support.stores import AUTHORITY, WRITER, statement, statement_event, store

REQUIRED: dict[str, Any] = {"str": "x", "int": 1, "bytes": b"{}", "JsonObject": {"a": "b"}}
EMPTY: dict[str, Any] = {"str": "", "int": 0, "bool": False}
"""A value for a field of an event, by its type; of any other type it is a tuple."""

REWRITES = [
    "UPDATE ledger.event SET stored = stored + 1",
    "DELETE FROM ledger.event",
    "TRUNCATE ledger.event",
    "UPDATE ledger.content SET state = salt",
    "TRUNCATE ledger.content",
]


def test_a_commitment_is_the_hmac_of_the_content_under_its_salt(
    database: Database, ledger: Ledger
) -> None:
    """Anybody with the content and its salt can recompute what the event commits to."""
    ledger.append([statement_event(), statement_event()])
    query = select(event.c.commitment, content.c.salt, content.c.state).join(
        content, content.c.position == event.c.position
    )
    with database.read.connect() as connection:
        rows = connection.execute(query).all()
    assert [commitment for commitment, *_ in rows] == [
        hmac.digest(salt, state, "sha256") for _, salt, state in rows
    ]
    assert len({salt for _, salt, _ in rows}) == 2


def erase(database: Database, position: int) -> None:
    with database.write.begin() as connection:
        connection.execute(delete(content).where(content.c.position == position))


def test_an_erased_event_keeps_its_place_and_loses_its_statement(
    database: Database, ledger: Ledger
) -> None:
    """Without its content the event still counts; readers leave its statement out."""
    made = [statement_event() for _ in range(3)]
    ledger.append(made)
    erase(database, 2)
    page = ledger.reader.after(0, 10)
    assert (page.count, page.last) == (3, 3)
    assert [s.position for s in page.statements] == [1, 3]
    assert ledger.reader.commitment_at(2) is not None
    assert ledger.reader.at([2]) == {}
    assert ledger.reader.statements([made[1].originator_id]) == []
    assert ledger.stream(made[1].originator_id) == []


def test_a_store_with_an_erased_statement_folds_and_answers(lrs: Lrs) -> None:
    """Projections step over it; the statements around it are served."""
    ids = store(lrs, statement(), statement(), statement())
    erase(lrs.databases[0], 2)
    assert lrs.statements.get(ids[2], WRITER)[0].position == 3
    assert not lrs.health().quarantined


@pytest.mark.parametrize("rewrite", REWRITES)
def test_the_database_itself_refuses_to_rewrite_the_past(
    rewrite: str, database: Database, ledger: Ledger
) -> None:
    """No program with the store's own password changes or removes an event, or alters content."""
    ledger.append([statement_event()])
    if database.dialect == "sqlite":
        if rewrite.startswith("TRUNCATE"):
            pytest.skip("SQLite has no TRUNCATE")
        rewrite = rewrite.replace("ledger.", "")
    with (
        pytest.raises(DBAPIError, match="the log is append-only"),
        database.write.begin() as connection,
    ):
        connection.execute(text(rewrite))
    assert ledger.reader.after(0, 10).count == 1


@pytest.mark.parametrize(
    "text",
    [
        b'{"_type_":"uuid_hex","_data_":"0"}',
        '{"a": 1.10, "б":"\\u0436",\n "a2" :1e2}'.encode(),
        b'{"big":12345678901234567890123}',
    ],
)
def test_the_text_comes_back_byte_for_byte(text: bytes, ledger: Ledger) -> None:
    """No JSON library, then or now, changes a statement: not its numbers, spaces or escapes."""
    stored = replace(statement_event(), text=text)
    ledger.append([stored])
    assert ledger.reader.statements([stored.originator_id])[0].text == text
    assert ledger.stream(stored.originator_id) == [stored]


def test_who_vouches_is_read_without_the_statement(database: Database, ledger: Ledger) -> None:
    """Of an envelope of any length; an erased statement has none."""
    pair: JsonObject = {"objectType": "Group", "member": [{"mbox": f"mailto:{'a' * 3_000}@b.c"}]}
    ledger.append(
        [statement_event(), statement_event(), replace(statement_event(), authority=pair)]
    )
    erase(database, 2)
    assert ledger.reader.authorities_at([1, 2, 3, 4]) == {1: AUTHORITY, 3: pair}


def test_a_key_of_an_earlier_version_is_read() -> None:
    """What was not kept then has its default: no activity, and nobody who made it."""
    state = b'{"label":"launch","scopes":["state"],"salt":"00","digest":"00","learner":"mbox|m"}'
    found = mapper().to_domain_event(StoredEvent(uuid4(), 1, CredentialCreated.TOPIC, state))
    assert isinstance(found, CredentialCreated)
    assert (found.learner, found.expires) == ("mbox|m", 0)
    assert (found.activity, found.any_activity, found.continues, found.by) == ("", False, (), "")


@pytest.mark.parametrize("kind", EVENT_TYPES)
def test_an_event_comes_back_with_its_empty_fields(kind: type[Event], ledger: Ledger) -> None:
    """Empty values are not written, so that a field's default stays the empty one for ever."""
    stated = {f.name: REQUIRED.get(str(f.type), (1,)) for f in fields(kind) if f.default is MISSING}
    empty = {f.name: EMPTY.get(str(f.type), ()) for f in fields(kind) if f.default is not MISSING}
    written = kind(**stated | empty | {"originator_id": uuid4()})
    ledger.append([written])
    assert ledger.stream(written.originator_id) == [written]
