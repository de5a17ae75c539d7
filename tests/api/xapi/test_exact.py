from __future__ import annotations

import json
from collections.abc import Sequence
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lrs.domain.xapi.agent import JsonObject
from lrs.domain.xapi.attachment import attachments
from lrs.domain.xapi.version import Version
from tests.api.caller import Caller, fresh, said, someone
from tests.conftest import Witnesses
from tests.schemas.strategies import statements
from tests.schemas.values import CONTENTS
from tests.support.examples import drawn

HASH = "X-Experience-API-Hash"

NUMBERS = (
    "1.10", "1e2", "1E+2", "-0", "-0.0", "0.1e-7", "12345678901234567890123", "1" + "0" * 308,
    "0.30000000000000004", "123456789.123456789123456789", "1.7976931348623157e308", "5e-324",
)  # fmt: skip


def text_of(extra: str, **parts: Any) -> tuple[str, bytes]:
    """An id, and a statement's text with spaces and an order of its own."""
    statement = said(**parts)
    text = json.dumps(statement, ensure_ascii=False, indent=1)[:-1]
    return statement["id"], f'{text} , "result" :{{"extensions":{{"urn:x":{extra}}}}}\n}}'.encode()


def kept(client: Caller, id: str) -> bytes:
    """What stands in the answer after what the store has put in front."""
    answer: bytes = client.get(statementId=id).data
    end = answer.index(b',"version":"') + len(b',"version":"2.0.0",')
    return b"{" + answer[end:]


def without(statement: JsonObject, *names: str) -> JsonObject:
    return {k: v for k, v in statement.items() if k not in names}


@pytest.mark.parametrize("number", NUMBERS)
def test_numbers_come_back_as_they_were_written(client: Caller, number: str) -> None:
    """1.0.3 part 2, 2.2: no precision is lost; not even the form of a number changes."""
    id, text = text_of(f"[{number}]", timestamp="2026-03-01T09:30:00Z")
    assert client.post(text).status_code == 200
    assert kept(client, id) == text
    assert client.found(agent={"mbox": "mailto:anna@example.org"})[0] == id


@pytest.mark.parametrize(
    "value",
    [
        '"ёЁ \U0001f600 e\\u0301 \\ud83d\\ude00 \\u2028 \\/ \\"\\\\"',
        '{"_type_":"uuid_hex","_data_":"0"}',
        '{"_type_":"tuple_as_list","_data_":[{"_type_":"x","_data_":null}]}',
        '{"b":1,"a":{"d":[],"c":{}},"":null}',
        "[true,false,null,[[[]]]]",
    ],
)
def test_extensions_come_back_byte_for_byte(client: Caller, value: str) -> None:
    """1.0.3 part 2, 4.1: an LRS keeps extensions as they are, whatever they look like."""
    id, text = text_of(value, timestamp="2026-03-01T09:30:00Z")
    assert client.post(b"[" + text + b"]").json == [id]
    assert kept(client, id) == text


def test_a_batch_keeps_each_statements_own_bytes(client: Caller) -> None:
    """A statement's text does not depend on what it was sent with."""
    pairs = [text_of(n, timestamp="2026-03-01T09:30:00Z") for n in NUMBERS]
    ids, texts = [i for i, _ in pairs], [t for _, t in pairs]
    assert client.post(b"[" + b" ,\n".join(texts) + b"]").json == ids
    assert [kept(client, i) for i in ids] == texts
    result = client.get(limit=str(len(pairs)), ascending="false").data
    assert all(text[1:] in result for text in texts)


def test_stored_and_authority_are_the_stores_and_the_rest_is_untouched(client: Caller) -> None:
    """1.0.3 part 2, 2.4.8 and 2.4.9: stored is overwritten; numbers stay as they were."""
    id, text = text_of("[1.10,1e2,12345678901234567890123]", stored="2001-01-01T00:00:00Z")
    assert client.post(text).status_code == 200
    answer = client.get(statementId=id)
    assert b'{"urn:x":[1.10,1e2,12345678901234567890123]}' in answer.data
    assert json.loads(answer.data)["stored"] > "2026"
    assert answer.data.count(b'"stored"') == 1


@pytest.mark.parametrize("within", [False, True], ids=["statement", "SubStatement"])
def test_a_single_context_activity_becomes_an_array(client: Caller, within: bool) -> None:
    """1.0.3 part 2, 2.4.6.2: returned as an array, always; nothing else changes."""
    single, listed = {"id": "https://a/1"}, [{"id": "https://a/2"}]
    activities = {"parent": single, "other": listed, "grouping": single, "category": []}
    statement = said(context={"contextActivities": activities, "extensions": {"urn:x": 1.10}})
    if within:
        inner = {"objectType": "SubStatement", **without(statement, "id")}
        statement = said(object=inner)
    client.store(statement)
    answer = client.one(statement["id"])
    found = (answer["object"] if within else answer)["context"]
    expected = {"parent": [single], "other": listed, "grouping": [single], "category": []}
    assert found == {"contextActivities": expected, "extensions": {"urn:x": 1.1}}


def test_what_a_statement_lacks_is_added(client: Caller) -> None:
    """1.0.3 part 2, 2.4.1, 2.4.7 and 2.4.10: id, timestamp (that of stored) and version."""
    plain = without(said(actor=someone()), "id")
    for version, default in (("1.0.2", "1.0.0"), ("1.0.3", "1.0.0"), ("2.0.0", "2.0.0")):
        (id,) = client.speaking(version).store(plain)
        answer = client.one(id)
        assert answer["id"] == id
        assert answer["timestamp"] == answer["stored"]
        assert answer["version"] == default
        assert without(answer, "id", "timestamp", "stored", "version", "authority") == plain


@pytest.mark.parametrize("version", ["1.0", "1.0.0", "1.0.2", "1.0.9", "2.0.0"])
def test_a_version_is_returned_as_sent_whoever_reads(client: Caller, version: str) -> None:
    """A statement is answered as it is stored, whatever version the reader speaks."""
    statement = said(version=version)
    client.store(statement)
    for reader in ("1.0.3", "2.0.0"):
        assert client.speaking(reader).one(statement["id"])["version"] == version


@pytest.mark.parametrize(
    "timestamp",
    [
        "2026-03-01T09:30:00Z",
        "2026-03-01T09:30:00.123456789+05:00",
        "2026-03-01t09:30:00z",
        "2026-03-01T09:30:00-03:00",
    ],
)
def test_a_timestamp_is_returned_as_it_was_said(client: Caller, timestamp: str) -> None:
    """1.0.3 part 2, 4.5: the zone in which something happened is worth keeping."""
    statement = said(timestamp=timestamp)
    client.store(statement)
    assert client.one(statement["id"])["timestamp"] == timestamp


def test_the_id_of_put_is_added_in_front(client: Caller) -> None:
    """1.0.3 part 3, 2.1.1: the statement may leave its id to the parameter."""
    id, statement = fresh(), without(said(timestamp="2026-03-01T09:30:00Z"), "id")
    assert client.put(statement, statementId=id.upper()).status_code == 204
    answer = client.one(id)
    assert answer["id"] == id
    assert without(answer, "id", "stored", "authority", "version") == statement


def sent(statements: list[JsonObject]) -> tuple[bytes, str]:
    """A body with the statements and the bytes that they lack a fileUrl for, and its type."""
    text = json.dumps(statements, ensure_ascii=False).encode()
    parts = [b"Content-Type: application/json\r\n\r\n" + text]
    declared = [a for s in statements for _, a in attachments(s) if "fileUrl" not in a]
    for sha2 in {a["sha2"].lower() for a in declared}:
        head = f"Content-Type: a/b\r\nContent-Transfer-Encoding: binary\r\n{HASH}: {sha2}\r\n\r\n"
        parts.append(head.encode() + CONTENTS[sha2])
    body = b"".join(b"\r\n--limit\r\n" + part for part in parts) + b"\r\n--limit--\r\n"
    return body, "multipart/mixed; boundary=limit"


def assert_kept(client: Caller, version: Version, statements: Sequence[JsonObject]) -> None:
    """As text, so that 1, 1.0 and true are told apart."""
    statements = [{**deepcopy(statement), "id": fresh()} for statement in statements]
    body, content_type = sent(statements)
    answer = client.speaking(version.value).post(body, content_type=content_type)
    assert answer.status_code == 200, answer.text
    for statement in statements:
        wanted = without(statement, "stored")
        for part in (wanted, wanted["object"]):
            activities = part.get("context", {}).get("contextActivities", {})
            for kind, held in activities.items():
                activities[kind] = held if isinstance(held, list) else [held]
        found = client.one(statement["id"])
        kept = {name: found[name] for name in wanted}
        assert json.dumps(kept, sort_keys=True) == json.dumps(wanted, sort_keys=True)


@pytest.mark.parametrize("version", list(Version))
def test_statements_of_every_shape_are_returned_value_for_value(
    client: Caller, version: Version, witnesses: Witnesses
) -> None:
    """1.0.3 part 3, 2.1.3: exact; with the bytes of attachments, in one batch."""
    assert_kept(client, version, witnesses(version))


@settings(max_examples=drawn(15), deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_whatever_is_valid_is_returned_value_for_value(client: Caller, data: st.DataObject) -> None:
    """1.0.3 part 3, 2.1.3: exact; whatever is drawn, in both versions."""
    version = data.draw(st.sampled_from(list(Version)))
    assert_kept(client, version, [data.draw(statements(version))])
