"""POST merges JSON objects (xAPI 1.0.3 part 3, 2.2.s7 and s8)."""

from __future__ import annotations

import json

import pytest

from tests.api.caller import Caller
from tests.api.xapi.documents import BYTES, JSON, KINDS, VERSIONS, document, tag_of
from tests.api.xapi.test_bad_bodies import SECRET, head, refused

pytestmark = pytest.mark.rules

each_kind = pytest.mark.parametrize("kind", KINDS)

MERGES = {
    "disjoint": ('{"car":"Honda"}', '{"type":"Civic"}', '{"car":"Honda","type":"Civic"}'),
    "the same property": ('{"x":"foo","y":"bar"}', '{"x":"bash"}', '{"x":"bash","y":"bar"}'),
    "only the top level": (
        '{"car":{"make":"Ford","model":"Escape"},"n":[1,2]}',
        '{"car":{"make":"Dodge"},"n":[3]}',
        '{"car":{"make":"Dodge"},"n":[3]}',
    ),
    "null is a value": ('{"a":1,"b":2}', '{"a":null}', '{"a":null,"b":2}'),
    "nothing into something": ('{"a":1}', "{}", '{"a":1}'),
    "something into nothing": ("{}", '{"a":1}', '{"a":1}'),
    "keys differ in case": ('{"a":1}', '{"A":2}', '{"a":1,"A":2}'),
    "other types": ('{"a":{"b":1}}', '{"a":"text"}', '{"a":"text"}'),
    "Cyrillic": ('{"имя":"Анна"}', '{"отчество":"Ёж😀"}', '{"имя":"Анна","отчество":"Ёж😀"}'),
    "escapes": (r'{"a":"\u00e9\n"}', r'{"b\/":"\"\\"}', r'{"a":"é\n","b/":"\"\\"}'),
}


@each_kind
@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("case", MERGES)
def test_two_objects_become_one(client: Caller, kind: str, version: str, case: str) -> None:
    """2.2.s7: each property of the posted object is set, whole; the others stay."""
    before, posted, after = (text.encode() for text in MERGES[case])
    doc = document(client.speaking(version), kind).holding(before, JSON)
    assert doc.post(posted).status_code == 204
    assert (doc.get().data, doc.get().mimetype) == (after, JSON)
    assert doc.get().headers["ETag"] == tag_of(after)


NUMBERS = "[1.10,1e2,1E+2,-0,-0.0,0.1e-7,12345678901234567890,12345678901234567890123.450]"


@each_kind
def test_numbers_stay_as_they_were_written(client: Caller, kind: str) -> None:
    """2.2.s7: a property's value is set to the one posted, and kept where none is."""
    doc = document(client, kind).holding(f'{{"old": {NUMBERS}, "x": 1.0}}'.encode(), JSON)
    assert doc.post(f'{{"new": {{"in": {NUMBERS}}}, "x": 2.50}}'.encode()).status_code == 204
    expected = f'{{"old":{NUMBERS},"x":2.50,"new":{{"in":{NUMBERS}}}}}'
    assert doc.get().text == expected


@each_kind
def test_what_is_posted_where_nothing_is_is_stored_as_it_came(client: Caller, kind: str) -> None:
    """2.2: as a PUT would, to the byte; also after a document was deleted."""
    doc, data = document(client, kind), b' {"a" : 1.10 }\r\n'
    for _ in range(2):
        assert doc.post(data, "application/json; charset=UTF-8").status_code == 204
        assert doc.holds(data, "application/json; charset=UTF-8")
        doc.delete()


@each_kind
@pytest.mark.parametrize("before", ["application/json;charset=utf-8", "APPLICATION/Json", JSON])
@pytest.mark.parametrize("posted", ["application/json; charset=utf-8", "Application/JSON", JSON])
def test_a_media_type_is_known_in_any_writing(
    client: Caller, kind: str, before: str, posted: str
) -> None:
    """RFC 9110, 8.3.1: case and parameters do not make it another type."""
    doc = document(client, kind).holding(b'{"a":1}', before)
    assert doc.post(b'{"b":2}', posted).status_code == 204
    assert doc.holds(b'{"a":1,"b":2}', posted)


NO_OBJECTS = {
    "half of it": (b'{"a":1', "malformed-json"),
    "two": (b'{"a":1}{"b":2}', "malformed-json"),
    "junk after it": (b'{"a":1}{', "malformed-json"),
    "another bracket": (b'{"a":1}[', "malformed-json"),
    "text": (b"abcdefg", "malformed-json"),
    "nothing": (b"", "malformed-json"),
    "an array": (b'[{"a":1}]', "document-not-object"),
    "a number": (b"5", "document-not-object"),
    "a string": (b'"{}"', "document-not-object"),
    "null": (b"null", "document-not-object"),
    "true": (b"true", "document-not-object"),
    "a key twice": (b'{"a":1,"a":2}', "duplicate-key"),
    "NaN": (b'{"a":NaN}', "number-out-of-range"),
    "no UTF-8": (f'{{"a":"{SECRET} é"}}'.encode("latin-1"), "not-utf8"),
    "a byte order mark": (b'\xef\xbb\xbf{"a":1}', "byte-order-mark"),
    "too deep": (b'{"a":' + b"[" * 100_000 + b"]" * 100_000 + b"}", "nesting-too-deep"),
    "half a pair": (b'{"a":"\\ud800"}', "forbidden-character"),
}


@each_kind
@pytest.mark.parametrize("case", NO_OBJECTS)
def test_what_is_no_json_object_is_not_merged(client: Caller, kind: str, case: str) -> None:
    """2.2.s8.b1: 400, whether a document is there or not, and nothing is changed."""
    data, code = NO_OBJECTS[case]
    doc, before = document(client, kind), head(client)
    refused(doc.post(data), 400, code)
    assert doc.get().status_code == 404
    assert head(client) == before
    doc.holding(b'{"a": 1}', JSON)
    refused(doc.post(data), 400, code)
    assert doc.holds(b'{"a": 1}', JSON)


@each_kind
@pytest.mark.parametrize(
    "media",
    [
        BYTES,
        "not/json",
        "application/ld+json",
        "text/json",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "",
    ],
)
def test_only_json_is_posted(client: Caller, kind: str, media: str) -> None:
    """2.2.s8.b1: another Content-Type is 400, an object or not; a type with `json` in it is not
    JSON's own, and a form is no alternate syntax without `method`.
    """
    for version in VERSIONS:
        doc = document(client.speaking(version), kind)
        refused(doc.post(b'{"a":1}', media), 400, "document-not-json")
        assert doc.get().status_code == 404
        doc.holding(b'{"a": 1}', JSON)
        refused(doc.post(b"abcdefg", media), 400, "document-not-json")
        refused(doc.post(b'{"b":2}', media), 400, "document-not-json")
        assert doc.holds(b'{"a": 1}', JSON)


THERE = {
    "bytes": (b"/ asdf / undefined", BYTES, "document-not-json"),
    "an object of another type": (b'{"a":1}', "text/plain", "document-not-json"),
    "what looks like JSON's type": (b'{"a":1}', "application/jsonx", "document-not-json"),
    "an array": (b'[{"a":1}]', JSON, "document-not-object"),
    "text that is said to be JSON": (b"{half", JSON, "document-not-object"),
    "nothing that is said to be JSON": (b"", JSON, "document-not-object"),
    "NaN": (b'{"a":NaN}', JSON, "document-not-object"),
    "no UTF-8": (b'{"a":"\xff"}', JSON, "document-not-object"),
    "half a pair": (b'{"a":"\\ud800"}', JSON, "document-not-object"),
    "depths": (b'{"a":' + b"[" * 50_000 + b"]" * 50_000 + b"}", JSON, "document-not-object"),
}


@each_kind
@pytest.mark.parametrize("case", THERE)
def test_nothing_is_merged_into_what_is_no_json_object(
    client: Caller, kind: str, case: str
) -> None:
    """2.2.s8.b1: 400 and unchanged, whatever a PUT has left there."""
    data, media, code = THERE[case]
    doc = document(client, kind).holding(data, media)
    before = head(client)
    refused(doc.post(b'{"b":2}'), 400, code)
    assert doc.holds(data, media)
    assert head(client) == before


@each_kind
def test_a_large_document_is_merged_and_read_in_parts(client: Caller, kind: str) -> None:
    """As any other: what was stored in parts is put together, and the result parted again."""
    large = {f"{n}": "я" * 1_000 for n in range(150)}
    doc = document(client, kind).holding(json.dumps(large).encode(), JSON)
    assert doc.post(json.dumps({"0": 0, "new": 1}).encode()).status_code == 204
    assert doc.get().json == {**large, "0": 0, "new": 1}
