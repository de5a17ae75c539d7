from __future__ import annotations

import gzip
import json
from typing import Any

import pytest

from tests.api.caller import STATEMENTS, Answer, Caller, fresh, said
from tests.api.opening import caller_of, opened
from tests.conftest import Place

pytestmark = pytest.mark.rules

SECRET = "S3cret"


def text(extra: str = "", **parts: object) -> bytes:
    """A statement's text with more JSON members at its end."""
    whole = json.dumps(said(**parts), ensure_ascii=False)
    return f"{whole[:-1]}{extra}}}".encode()


def extended(value: str) -> bytes:
    return text(f',"result":{{"extensions":{{"urn:{SECRET}":{value}}}}}')


def head(client: Caller) -> int:
    """How many events the log holds."""
    events: int = client.send("GET", "/health").json["events"]
    return events


def refused(
    response: Answer, status: int, code: str | None = None, pointer: str | None = None
) -> None:
    """An RFC 9457 problem with this code, at this place, which echoes no value."""
    problem = response.json
    assert (response.status_code, problem["status"]) == (status, status)
    assert response.mimetype == "application/problem+json"
    assert len(problem["detail"]) > 10
    assert code is None or problem["code"] == code
    assert pointer is None or problem["pointer"] == pointer
    assert SECRET not in response.text
    assert response.headers["X-Experience-API-Version"]
    assert response.headers["X-Experience-API-Consistent-Through"].endswith("Z")


NO_JSON = {
    "nothing": (b"", "malformed-json"),
    "half of it": (text()[:-1], "malformed-json"),
    "more than one": (text() + text(), "malformed-json"),
    "a comma too many": (b"[" + text() + b",]", "malformed-json"),
    "a form": (b"method=GET&statementId=1", "malformed-json"),
    "NaN": (extended("NaN"), "number-out-of-range"),
    "Infinity": (extended("-Infinity"), "number-out-of-range"),
    "1e999": (extended("1e999"), "number-out-of-range"),
    "five thousand digits": (extended("7" * 5_000), "number-out-of-range"),
    "U+0000": (extended(f'"{SECRET}\\u0000"'), "forbidden-character"),
    "half a pair": (extended(f'"{SECRET}\\ud83d"'), "forbidden-character"),
    "half a pair as a key": (extended('{"\\udc00":1}'), "forbidden-character"),
    "a key twice": (text(f',"id":"{fresh()}"'), "duplicate-key"),
    "a key twice, escaped": (text(',"\\u0061ctor":{}'), "duplicate-key"),
    "a key twice, deep": (extended(f'{{"{SECRET}":1,"{SECRET}":2}}'), "duplicate-key"),
    "too deep": (extended("[" * 62 + "]" * 62), "nesting-too-deep"),
    "far too deep": (extended("[" * 100_000 + "]" * 100_000), "nesting-too-deep"),
    "a byte order mark": (b"\xef\xbb\xbf" + text(), "byte-order-mark"),
    "UTF-16": (text().decode().encode("utf-16"), "not-utf8"),
    "Latin-1": (text(result={"response": "é"}).decode().encode("latin-1"), "not-utf8"),
    "a surrogate in UTF-8": (extended('"\udcff"'.encode(errors="surrogatepass").decode("latin-1"))
                             .decode().encode("latin-1"), "not-utf8"),
}  # fmt: skip


@pytest.mark.parametrize("case", NO_JSON)
def test_what_is_no_strict_json_is_refused(client: Caller, case: str) -> None:
    """RFC 8259 and 1.0.3 part 2, 2.2: 400, the same on every backend, and nothing is stored."""
    body, code = NO_JSON[case]
    before = head(client)
    refused(client.post(body), 400, code)
    refused(client.speaking("1.0.3").put(body, statementId=fresh()), 400, code)
    assert head(client) == before


def test_sixty_four_levels_are_taken(client: Caller) -> None:
    """Extensions may be deep, within reason: the statement is the first level."""
    assert client.post(extended("[" * 61 + "]" * 61)).status_code == 200


SUB = {k: v for k, v in said(objectType="SubStatement").items() if k != "id"}
BAD: dict[str, tuple[dict[str, Any], str, str]] = {
    "no actor": ({"actor": None}, "null", "/actor"),
    "an actor that is no object": ({"actor": SECRET}, "not-an-object", "/actor"),
    "an account without homePage": (
        {"actor": {"account": {"name": SECRET}}},
        "missing-property",
        "/actor/account/homePage",
    ),
    "two identifiers": (
        {"actor": {"mbox": "mailto:a@b.org", "openid": f"https://{SECRET}.org"}},
        "identifier-count",
        "/actor",
    ),
    "a bad mbox": ({"actor": {"mbox": f"{SECRET}@b.org"}}, "mbox", "/actor/mbox"),
    "an IRI without a scheme": ({"verb": {"id": SECRET}}, "iri", "/verb/id"),
    "a bad language tag": (
        {"verb": {"id": "urn:x", "display": {"a12345": SECRET}}},
        "language-tag",
        "/verb/display/a12345",
    ),
    "a bad UUID": ({"id": SECRET}, "uuid", "/id"),
    "a UUID in braces": ({"id": "{" + fresh() + "}"}, "uuid", "/id"),
    "a bad duration": ({"result": {"duration": "PT"}}, "duration", "/result/duration"),
    "a date alone": ({"timestamp": "2026-03-01"}, "timestamp", "/timestamp"),
    "an unknown offset": ({"timestamp": "2026-03-01T00:00:00-00:00"}, "timestamp", "/timestamp"),
    "a number as text": ({"result": {"score": {"raw": "5"}}}, "not-a-number", "/result/score/raw"),
    "a boolean as text": ({"result": {"success": "true"}}, "not-a-boolean", "/result/success"),
    "a boolean as a number": (
        {"result": {"score": {"raw": True}}},
        "not-a-number",
        "/result/score/raw",
    ),
    "null": ({"context": {"platform": None}}, "null", "/context/platform"),
    "an unknown property": ({"Result": {}}, "unknown-property", "/Result"),
    "an unknown property below": (
        {"context": {"Registration": fresh()}},
        "unknown-property",
        "/context/Registration",
    ),
    "a SubStatement in another": (
        {"object": {**SUB, "object": SUB}},
        "substatement-object",
        "/object/object/objectType",
    ),
    "a version from elsewhere": ({"version": "1.1.0"}, "version", "/version"),
    "an authority that is a large group": (
        {"authority": {"objectType": "Group", "member": [{"mbox": "mailto:a@b.org"}] * 3}},
        "authority-group",
        "/authority",
    ),
}


@pytest.mark.parametrize("version", ["1.0.3", "2.0.0"])
@pytest.mark.parametrize("case", BAD)
def test_what_is_no_statement_is_refused_with_its_place(
    client: Caller, case: str, version: str
) -> None:
    """1.0.3 part 2, 2.2: 400 with an RFC 6901 pointer; one bad statement refuses its batch."""
    parts, code, pointer = BAD[case]
    caller, before = client.speaking(version), head(client)
    refused(caller.post(said(**parts)), 400, code, pointer)
    refused(caller.post([said(), said(**parts)]), 400, code, f"/1{pointer}")
    assert head(client) == before


@pytest.mark.parametrize("body", [b"5", b"null", b'"x"', b"[5]", b"[[]]", b"[null]"])
def test_only_objects_are_statements(client: Caller, body: bytes) -> None:
    """1.0.3 part 3, 2.1.2: a statement or an array of them."""
    refused(client.post(body), 400, "not-an-object")


@pytest.mark.parametrize(
    "media_type",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""],
)
def test_a_body_must_say_that_it_is_json(client: Caller, media_type: str) -> None:
    """1.0.3 part 3, 1.5: other types are refused with 400, whatever the body."""
    refused(client.post(said(), content_type=media_type), 400, "content-type-not-json")
    assert client.post(said(), content_type="application/json; charset=UTF-8").status_code == 200


@pytest.mark.parametrize("coding", ["gzip", "br", "deflate, gzip"])
def test_a_compressed_body_is_not_taken(client: Caller, coding: str) -> None:
    """415: what a small body unfolds to is not bounded by its length."""
    body, headers = gzip.compress(text()), {"Content-Encoding": coding}
    refused(client.post(body, headers=headers), 415, "unsupported-content-encoding")
    identity = {"Content-Encoding": "identity"}
    assert client.post(said(), headers=identity).status_code == 200


def test_too_much_is_refused_by_its_length_before_it_is_read(place: Place, own: Caller) -> None:
    """413 from Content-Length; exactly the limit passes; too many statements are too much."""
    with opened(place, max_json_bytes="2000", max_statements="3") as small:
        client = caller_of(small)
        fitting = text().ljust(2000)
        assert client.post(fitting).status_code == 200
        refused(client.post(fitting + b" "), 413, "body-too-large")
        assert client.post([said(), said(), said()]).status_code == 200
        refused(client.post([said() for _ in range(4)]), 413, "too-many-statements")
        promised = {"CONTENT_LENGTH": str(10**12)}
        refused(client.post(b"{", environ_overrides=promised), 413, "body-too-large")


def test_errors_in_paths_and_methods_are_problems_too(client: Caller) -> None:
    """Whatever goes wrong, the answer has one shape, and below /xapi the same headers."""
    refused(client.send("DELETE", STATEMENTS), 405, "method-not-allowed")
    assert client.send("DELETE", STATEMENTS).headers["Allow"] == "GET, HEAD, OPTIONS, POST, PUT"
    refused(client.send("GET", f"/xapi/{SECRET}"), 404, "no-such-resource")
    refused(client.send("GET", "/xapi"), 404, "no-such-resource")
