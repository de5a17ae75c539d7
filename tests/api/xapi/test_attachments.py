"""Attachments: stored with their statements, and given out with these (1.0.3 part 3, 1.5.2)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

import pytest

from lrs.domain.aggregates.credential import Scope
from lrs.service import Lrs
from tests.api.caller import STATEMENTS, Caller, fresh, ref, said, voiding
from tests.api.opening import Calling, caller_of, opened
from tests.api.xapi.parts import (
    JSON,
    attached,
    attachment,
    carrying,
    digest,
    first,
    multipart,
    part,
    parts_of,
    posted,
)
from tests.api.xapi.test_bad_bodies import head, refused
from tests.conftest import Place

FILE = "https://files.example.org/photo.jpg"
AWKWARD = {
    "nothing": b"",
    "text": b"here is a simple attachment",
    "ends of lines": b"\r\n\n\r--\r\n",
    "almost a boundary": b"\r\n---------31415926535897932384\r\n--\r\n\r\n-",
    "every byte": bytes(range(256)) * 5,
    "zeros": bytes(70_000),
}


def unique() -> bytes:
    """Bytes that no other test knows."""
    return f"attached {fresh()}".encode()


def with_attachments(*attachments: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return said(attachments=list(attachments), **parts)


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("content", AWKWARD)
def test_bytes_come_back_with_their_statement(client: Caller, content: str, version: str) -> None:
    """1.0.3 part 3, 1.5.2: whatever they are, unchanged, in a part of their own."""
    data, caller = AWKWARD[content], client.speaking(version)
    statement = with_attachments(attachment(data, contentType="image/jpeg"))
    assert posted(caller, statement, data).json == [statement["id"]]
    answer = caller.get(statementId=statement["id"], attachments="true")
    found, contents = attached(answer)
    assert (found["attachments"], contents) == (statement["attachments"], {digest(data): data})
    assert parts_of(answer)[1].headers["content-type"] == "image/jpeg"


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("algorithm", ["sha256", "sha384", "sha512"])
@pytest.mark.parametrize("written", [str.lower, str.upper])
def test_bytes_are_named_by_any_of_three_hashes(
    client: Caller, algorithm: str, version: str, written: Callable[[str], str]
) -> None:
    """1.0.3 part 3, 1.5.2.s4.b4: and come back under the very hash that the statement names."""
    data, caller = unique(), client.speaking(version)
    sha2 = written(digest(data, algorithm))
    statement = with_attachments(attachment(data, sha2=sha2))
    sent = multipart(first(statement), part(data, X_Experience_API_Hash=sha2.swapcase()))
    assert caller.send("POST", STATEMENTS, **sent).json == [statement["id"]]
    answer = caller.get(statementId=statement["id"], attachments="true")
    found, contents = attached(answer)
    assert (found["attachments"], contents) == (statement["attachments"], {sha2: data})
    by_url = with_attachments(attachment(unique(), sha2=sha2, fileUrl=FILE))
    assert caller.post(by_url).status_code == 200  # the same hash, and no bytes came with it
    assert attached(caller.get(statementId=by_url["id"], attachments="true"))[1] == {}


def test_the_same_bytes_under_two_hashes_are_kept_once(client: Caller, lrs: Lrs) -> None:
    """Each part goes by its own hash, and the bytes are stored under their SHA-256 alone."""
    data = unique()
    hashes = [digest(data, algorithm) for algorithm in ("sha512", "sha256", "sha384")]
    statement = with_attachments(*(attachment(data, sha2=sha2) for sha2 in hashes))
    parts = [part(data, X_Experience_API_Hash=sha2) for sha2 in hashes]
    assert client.send("POST", STATEMENTS, **multipart(first(statement), *parts)).json
    answer = client.get(statementId=statement["id"], attachments="true")
    assert list(attached(answer)[1].items()) == [(sha2, data) for sha2 in hashes]
    (row,) = lrs.ledger.reader.statements([UUID(statement["id"])])
    assert row.attachments == dict.fromkeys(hashes, digest(data))


@pytest.mark.parametrize("algorithm", ["sha384", "sha512"])
def test_a_part_and_its_attachment_name_the_same_hash(client: Caller, algorithm: str) -> None:
    """1.0.3 part 3, 1.5.2.s2.b2.b7: what the header and the statement say must match."""
    data = unique()
    other, wrong = digest(data, algorithm), digest(unique(), algorithm)
    statement = with_attachments(attachment(data))
    for sha2, code, at in (
        (other, "attachment-missing", "/attachments/0"),
        (wrong, "attachment-hash", None),
        (other[:-2], "attachment-hash", None),
    ):
        sent = multipart(first(statement), part(data, X_Experience_API_Hash=sha2))
        refused(client.send("POST", STATEMENTS, **sent), 400, code, at)
    bad = with_attachments(attachment(data, sha2=other[:-2], fileUrl=FILE))
    refused(client.post(bad), 400, "sha2", "/attachments/0/sha2")


def test_put_takes_parts_too(client: Caller) -> None:
    """1.0.3 part 3, 1.5.2.s2.b2.b2: on PUT and POST alike, one statement and no array."""
    data, id = unique(), fresh()
    statement = with_attachments(attachment(data))
    del statement["id"]
    query = {"statementId": id}
    answer = client.send("PUT", STATEMENTS, query_string=query, **carrying(statement, data))
    assert (answer.status_code, answer.data) == (204, b"")
    assert attached(client.get(statementId=id, attachments="true"))[1] == {digest(data): data}
    array = carrying([statement], data)
    query = {"statementId": fresh()}
    refused(client.send("PUT", STATEMENTS, query_string=query, **array), 400, "not-one-statement")


def test_a_batch_brings_the_bytes_of_all_its_statements(client: Caller) -> None:
    """1.0.3 part 3, 1.5.2.s2.b2.b5: one copy of what several statements share."""
    shared, own = unique(), unique()
    one = with_attachments(attachment(shared), attachment(own))
    two = with_attachments(attachment(shared, display={"en": "The same"}))
    without = said()
    batch = [one, without, two]
    assert posted(client, batch, own, shared).json == [s["id"] for s in batch]
    both = {digest(shared): shared, digest(own): own}
    for statement, expected in ((one, both), (two, {digest(shared): shared}), (without, {})):
        answer = client.get(statementId=statement["id"], attachments="true")
        assert attached(answer)[1] == expected


def test_a_query_gives_each_attachment_once(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: the statements, `more` and the bytes of exactly this page."""
    verb, shared = f"urn:{fresh()}", unique()
    contents = [unique() for _ in range(3)]
    for data in contents:
        statement = with_attachments(attachment(shared), attachment(data), verb={"id": verb})
        assert posted(client, statement, data, shared).status_code == 200
    query = {"verb": verb, "attachments": "true", "ascending": "true"}
    found, bytes_ = attached(client.get(**query))
    assert (len(found["statements"]), found["more"]) == (3, "")
    assert bytes_ == {digest(data): data for data in (shared, *contents)}
    answer, contents_read = client.get(**query, limit="1"), []
    while True:
        page, bytes_ = attached(answer)
        (statement,) = page["statements"]
        assert list(bytes_) == [a["sha2"] for a in statement["attachments"]]
        contents_read.append(bytes_[statement["attachments"][1]["sha2"]])
        if not page["more"]:
            break
        answer = client.get(page["more"])
    assert contents_read == contents


def test_parts_are_given_only_where_they_are_asked_for(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3.s2: `attachments` is false by default; true is always multipart."""
    data, bare = unique(), said()
    statement = with_attachments(attachment(data))
    posted(client, statement, data)
    client.store(bare)
    for query in ({}, {"attachments": "false"}):
        answer = client.get(statementId=statement["id"], **query)
        assert (answer.mimetype, answer.json["id"]) == (JSON, statement["id"])
        assert client.get(limit="1", **query).mimetype == JSON
    found, contents = attached(client.get(statementId=bare["id"], attachments="true"))
    assert (found["id"], contents) == (bare["id"], {})
    found, contents = attached(client.get(verb=f"urn:{fresh()}", attachments="true"))
    assert (found, contents) == ({"statements": [], "more": ""}, {})


@pytest.mark.parametrize("written", ["exact", "ids", "canonical"])
def test_parts_go_with_every_format(client: Caller, written: str) -> None:
    """1.0.3 part 3, 2.1.3: the two parameters are independent of each other."""
    data = unique()
    statement = with_attachments(attachment(data))
    posted(client, statement, data)
    query = {"statementId": statement["id"], "format": written, "attachments": "true"}
    found, contents = attached(client.get(**query))
    plain = client.get(statementId=statement["id"], format=written).json
    assert (found, contents) == (plain, {digest(data): data})


def test_a_voided_statement_keeps_its_attachments(client: Caller) -> None:
    """1.0.3 part 3, 2.1.3: voidedStatementId goes with attachments."""
    data = unique()
    statement = with_attachments(attachment(data))
    posted(client, statement, data)
    client.store(voiding(statement))
    query = {"voidedStatementId": statement["id"], "attachments": "true"}
    assert attached(client.get(**query))[1] == {digest(data): data}
    assert client.get(statementId=statement["id"], attachments="true").status_code == 404


def test_a_statement_that_refers_brings_no_bytes_of_its_target(client: Caller) -> None:
    """1.0.3 part 3, 1.5.2: a part belongs to a statement of the answer."""
    data, verb = unique(), f"urn:{fresh()}"
    statement = with_attachments(attachment(data))
    posted(client, statement, data)
    client.store(said(object=ref(statement), verb={"id": verb}))
    found, contents = attached(client.get(verb=verb, attachments="true"))
    assert (len(found["statements"]), contents) == (1, {})


def test_bytes_may_come_with_a_file_url_or_stand_only_there(client: Caller) -> None:
    """1.0.3 part 3, 1.5.1 and 1.5.2.s3: either is enough, as JSON, as one part, or among others."""
    here, there = unique(), unique()
    both = with_attachments(attachment(here, fileUrl=FILE), attachment(there, fileUrl=FILE))
    assert posted(client, both, here).status_code == 200
    reply = client.get(statementId=both["id"], attachments="true")
    assert attached(reply)[1] == {digest(here): here}
    for plain in (True, False):
        elsewhere = with_attachments(attachment(unique(), fileUrl=FILE))
        answer = client.post(elsewhere) if plain else posted(client, elsewhere)
        assert answer.json == [elsewhere["id"]]
        reply = client.get(statementId=elsewhere["id"], attachments="true")
        assert attached(reply) == (client.one(elsewhere["id"]), {})


def test_parts_need_not_hold_attachments(client: Caller) -> None:
    """1.0.3 part 3, 1.5.2.s3.b8: multipart with the statements alone."""
    one, batch = said(), [said(), said()]
    assert posted(client, one).json == [one["id"]]
    assert posted(client, batch).json == [s["id"] for s in batch]
    assert posted(client, []).json == []


def test_nobody_gets_at_bytes_by_naming_their_hash(client: Caller, calling: Calling) -> None:
    """A module that knows a hash, and not the bytes, does not get them by a statement of its own:
    they belong to the statements that brought them.
    """
    secret, own = unique(), unique()
    theirs = with_attachments(attachment(secret))
    posted(client, theirs, secret)
    module = calling(Scope.STATEMENTS_WRITE, Scope.STATEMENTS_READ_MINE)
    named = attachment(secret, fileUrl=FILE)
    alone, second = with_attachments(named), with_attachments(attachment(own), named)
    assert [posted(module, alone).status_code, posted(module, second, own).status_code] == [200] * 2
    for query in ({"statementId": second["id"]}, {"limit": "10"}):
        assert attached(module.get(**query, attachments="true"))[1] == {digest(own): own}
    assert attached(module.get(statementId=alone["id"], attachments="true"))[1] == {}
    refused(module.get(statementId=theirs["id"], attachments="true"), 404)
    refused(posted(module, with_attachments(attachment(secret))), 400, "attachment-missing")


WITHIN = {"objectType": "SubStatement", **{k: v for k, v in said().items() if k != "id"}}


def test_a_substatements_attachments_come_along(client: Caller) -> None:
    """1.0.3 part 2, 2.4.4.3 and 2.4.11: declared within, or beside it."""
    inner, outer = unique(), unique()
    sub = {**WITHIN, "attachments": [attachment(inner)]}
    statement = with_attachments(attachment(outer), object=sub)
    assert posted(client, statement, outer, inner).status_code == 200
    found, contents = attached(client.get(statementId=statement["id"], attachments="true"))
    assert contents == {digest(inner): inner, digest(outer): outer}
    assert found["object"]["attachments"] == sub["attachments"]
    missing = said(object={**WITHIN, "attachments": [attachment(unique())]})
    refused(posted(client, missing), 400, "attachment-missing", "/object/attachments/0")


def test_a_hash_may_be_written_in_capitals(client: Caller) -> None:
    """Hex digits have no case; an answer's parts are named as its statement names them (1.0.3
    part 3, 1.5.2.s2.b2.b7).
    """
    data = unique()
    capitals = digest(data).upper()
    statement = with_attachments(attachment(data, sha2=capitals))
    for headers in ({}, {"X_Experience_API_Hash": capitals}):
        again = {**statement, "id": fresh()}
        sent = multipart(first(again), part(data, **headers))
        assert client.send("POST", STATEMENTS, **sent).status_code == 200
        found, contents = attached(client.get(statementId=again["id"], attachments="true"))
        assert found["attachments"][0]["sha2"] == capitals
        assert contents == {capitals: data}


@pytest.mark.parametrize("kept", ["in the database", "in a folder"])
def test_a_large_attachment_passes_through(
    place: Place, own: Caller, tmp_path: Path, kept: str
) -> None:
    """Several megabytes, in the log's database or in a folder; and they survive a restart."""
    data = Random(1).randbytes(5_000_000)
    statement = with_attachments(attachment(data))
    settings = {"blob_folder": str(tmp_path / "blobs")} if kept == "in a folder" else {}
    with opened(place, **settings) as lrs:
        assert posted(caller_of(lrs), statement, data).status_code == 200
    with opened(place, **settings) as lrs:
        answer = caller_of(lrs).get(statementId=statement["id"], attachments="true")
        assert attached(answer)[1] == {digest(data): data}


def test_the_same_statement_again_is_no_conflict(client: Caller) -> None:
    """1.0.3 part 2, 2.3.1: attachments do not make it another one; its bytes stay."""
    data, before = unique(), head(client)
    statement = with_attachments(attachment(data))
    for _ in range(2):
        assert posted(client, statement, data).json == [statement["id"]]
    assert (
        client.post({k: v for k, v in statement.items() if k != "attachments"}).status_code == 200
    )
    assert head(client) == before + 1
    answer = client.get(statementId=statement["id"], attachments="true")
    assert attached(answer)[1] == {digest(data): data}
